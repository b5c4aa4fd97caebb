import { describe, expect, test } from "vitest";
import { blend, diversify, minMaxNormalise } from "../../../src/posters/vectors/diversify.js";
import { cosine } from "../../../src/posters/vectors/similarity.js";
import { gaussians, mulberry32 } from "../../../src/random.js";

const rounded = (values: Float64Array) => [...values].map((value) => Number(value.toFixed(6)));

describe("normalised values", () => {
  test("go from 0 to 1, unknown ones in the mean of the others", () => {
    expect(rounded(minMaxNormalise([2, 4, 3, Number.NaN]))).toEqual([0, 1, 0.5, 0.5]);
    expect(rounded(minMaxNormalise([0, 3, Number.NaN, 1]))).toEqual([0, 1, 0.444444, 0.333333]);
  });
  test("are one half where they are equal, or all unknown", () => {
    expect(rounded(minMaxNormalise([7, 7]))).toEqual([0.5, 0.5]);
    expect(rounded(minMaxNormalise([Number.NaN, Number.NaN]))).toEqual([0.5, 0.5]);
    expect(rounded(minMaxNormalise([]))).toEqual([]);
  });
});

test("a blend is the score at 0, the likeness at 1, and what lies between as worked by hand", () => {
  const scores = [4, 3, 2];
  const similarities = [0.2, Number.NaN, 0.6];
  expect(rounded(blend(scores, similarities, 0))).toEqual([1, 0.5, 0]);
  expect(rounded(blend(scores, similarities, 1))).toEqual([0, 0.5, 1]);
  expect(rounded(blend(scores, similarities, 0.25))).toEqual([0.75, 0.5, 0.25]);
});

describe("diversity", () => {
  const posters = [
    [1, 0],
    [1, 0.1],
    [0, 1],
    [-1, 0],
  ].map((vector) => Float32Array.from(vector));
  const relevance = Float64Array.of(1, 0.9, 0.65, 0.1);

  test("of 0 is the relevance's own order, and k is a limit", async () => {
    expect([...(await diversify(relevance, posters, 0, 9))]).toEqual([0, 1, 2, 3]);
    expect([...(await diversify(relevance, posters, 0, 2))]).toEqual([0, 1]);
    expect([...(await diversify(new Float64Array(0), [], 0.5, 2))]).toEqual([]);
  });

  test("of one half puts a different poster before one that is alike, as worked by hand", async () => {
    // After 0: 1 has 0.45 − 0.5 · 0.9975, 2 has 0.325 − 0.5 · 0.5, 3 has 0.05 − 0.
    // After 2: 1 has −0.049, 3 has 0.05 − 0.5 · 0.5.
    expect([...(await diversify(relevance, posters, 0.5, 4))]).toEqual([0, 2, 1, 3]);
  });

  test("of 1 takes the most different ones, after the most relevant one", async () => {
    expect([...(await diversify(relevance, posters, 1, 2))]).toEqual([0, 3]);
  });

  test("counts a missing poster as alike as two posters are in the mean, not as like nothing", async () => {
    // Likeness of the pairs that there are: 0.99752, 0.5, 0, 0.54975, 0.00248, 0.5: mean 0.42496.
    const missing = [...posters, undefined];
    const flat = Float64Array.of(1, 0.5, 0.5, 0.5, 0.5);
    expect([...(await diversify(flat, missing, 0.9, 5))]).toEqual([0, 3, 4, 2, 1]);
  });

  test("is what all likenesses, worked out plainly, say for many posters", async () => {
    const random = mulberry32(5);
    const many = Array.from({ length: 40 }, (_, i) =>
      i % 7 === 3 ? undefined : Float32Array.from(gaussians(random, 16, 1)),
    );
    const wanted = Float64Array.from(many, () => random());
    const alike = (a: number, b: number) => (1 + cosine(many[a]!, many[b]!)) / 2;
    const known = many.flatMap((poster, i) => (poster === undefined ? [] : [i]));
    const pairs = known.flatMap((a) => known.filter((b) => b < a).map((b) => alike(a, b)));
    const neutral = pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
    const order: number[] = [];
    while (order.length < 25) {
      const worth = many.map((_, i) => {
        if (order.includes(i)) return Number.NEGATIVE_INFINITY;
        const similarity = order.map((j) => (many[i] && many[j] ? alike(i, j) : neutral));
        return order.length === 0 ? wanted[i] : 0.4 * wanted[i] - 0.6 * Math.max(...similarity);
      });
      order.push(worth.indexOf(Math.max(...worth)));
    }
    expect([...(await diversify(wanted, many, 0.6, 25))]).toEqual(order);
  });

  test("wants a poster, or none, for each", async () => {
    await expect(diversify(relevance, [], 0.5, 1)).rejects.toThrow("expected 4 posters, received 0");
  });
});
