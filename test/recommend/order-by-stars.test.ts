import { describe, expect, it } from "vitest";
import { mulberry32 } from "../../src/random.js";
import { rankItems } from "../../src/recommend/order-by-stars.js";

const known = Uint8Array.of(1, 1, 1, 1, 1, 1);
const nothing = new Uint8Array(6);
const stars = Float32Array.of(3, 5.5, 4, 5.5, -1, 6);

describe("ranking", () => {
  it("puts the most stars first, unclamped, ties to the lower index", () => {
    expect([...rankItems(stars, known, nothing, 6)]).toEqual([5, 1, 3, 2, 0, 4]);
  });

  it("returns the best k", () => {
    expect([...rankItems(stars, known, nothing, 2)]).toEqual([5, 1]);
    expect([...rankItems(stars, known, nothing, 0)]).toEqual([]);
  });

  it("leaves excluded items out, and returns fewer than k when fewer are left", () => {
    expect([...rankItems(stars, known, Uint8Array.of(1, 0, 1, 1, 0, 1), 15)]).toEqual([1, 4]);
    expect([...rankItems(stars, known, Uint8Array.of(1, 1, 1, 1, 1, 1), 15)]).toEqual([]);
    expect([...rankItems(new Float32Array(), new Uint8Array(), new Uint8Array(), 15)]).toEqual([]);
  });

  it("puts movies that nobody rated below all others, however many stars were guessed", () => {
    expect([...rankItems(stars, Uint8Array.of(1, 1, 0, 1, 1, 0), nothing, 6)]).toEqual([1, 3, 0, 4, 5, 2]);
  });

  it("is a sort of everything, cut after k", () => {
    const random = mulberry32(9);
    const size = 400;
    const many = Float32Array.from({ length: size }, () => Math.round(random() * 40) / 8);
    const flags = () => Uint8Array.from({ length: size }, () => Math.round(random()));
    const [itemKnown, excluded] = [flags(), flags()];
    const sorted = [...many.keys()]
      .filter((item) => excluded[item] === 0)
      .sort((a, b) => itemKnown[b] - itemKnown[a] || many[b] - many[a] || a - b);
    for (const k of [1, 7, 30, size]) {
      expect([...rankItems(many, itemKnown, excluded, k)]).toEqual(sorted.slice(0, k));
    }
  });

  it("refuses flags of another length", () => {
    expect(() => rankItems(stars, known.subarray(1), nothing, 3)).toThrow(
      new RangeError("expected 6 flags, received 5 (known) and 6 (excluded)"),
    );
    expect(() => rankItems(stars, known, new Uint8Array(7), 3)).toThrow(
      new RangeError("expected 6 flags, received 6 (known) and 7 (excluded)"),
    );
  });
});
