import { describe, expect, test } from "vitest";
import { describePoster, descriptorDimension } from "../../../src/posters/encoders/descriptor.js";
import { cosine } from "../../../src/posters/vectors/similarity.js";

const width = 16;
const height = 24;
const colours = 216;
const edges = colours + 288;

type Colour = [number, number, number];

function described(colourAt: (x: number, y: number) => Colour): Float32Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) rgb.set(colourAt(i % width, Math.floor(i / width)), 3 * i);
  const out = new Float32Array(descriptorDimension);
  describePoster(rgb, width, height, out);
  return out;
}

const lengthOf = (part: Float32Array) => Math.sqrt(part.reduce((sum, x) => sum + x * x, 0));
const red: Colour = [220, 30, 30];
const blue: Colour = [30, 30, 220];

describe("a description", () => {
  test("has three parts of lengths 1, 0.7 and 1", () => {
    const out = described((x, y) => [(x * 16) % 256, (y * 10) % 256, (x * y) % 256]);
    expect(out.length).toBe(512);
    expect(lengthOf(out.subarray(0, colours))).toBeCloseTo(1, 5);
    expect(lengthOf(out.subarray(colours, edges))).toBeCloseTo(0.7, 5);
    expect(lengthOf(out.subarray(edges))).toBeCloseTo(1, 5);
  });

  test("of black is one bin, the dark end of neutral, and has no edges", () => {
    const out = described(() => [0, 0, 0]);
    // L* = 0 is bin 0; a* = b* = 0 lies half-way between bins 2 and 3: four bins of a quarter, each root a half.
    const bins = [...out.subarray(0, colours)].flatMap((x, i) => (x > 0.01 ? [[i, Math.round(x * 1000) / 1000]] : []));
    expect(bins).toEqual([2 * 6 + 2, 2 * 6 + 3, 3 * 6 + 2, 3 * 6 + 3].map((i) => [i, 0.5]));
    expect(out.subarray(edges)).toEqual(new Float32Array(8));
    // Every cell the same (−30, 0, 0), the part 0.7 long: −0.7 / √96.
    for (let cell = 0; cell < 96; cell++) expect(out[colours + 3 * cell]).toBeCloseTo(-0.7 / Math.sqrt(96), 4);
  });

  test("of upright stripes has edges of orientation 0 only, of level ones of orientation 90°", () => {
    const upright = described((x) => (x % 4 < 2 ? [0, 0, 0] : [255, 255, 255])).subarray(edges);
    expect([...upright].map((v) => Math.round(v))).toEqual([1, 0, 0, 0, 0, 0, 0, 0]);
    const level = described((_, y) => (y % 4 < 2 ? [0, 0, 0] : [255, 255, 255])).subarray(edges);
    expect([...level].map((v) => Math.round(v))).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
  });

  test("knows colours: two reds are nearer than red and blue", () => {
    const one = described(() => red);
    expect(
      cosine(
        one,
        described(() => [200, 40, 40]),
      ),
    ).toBeGreaterThan(
      cosine(
        one,
        described(() => blue),
      ) + 0.2,
    );
  });

  test("knows where colours are: turned upside down, the same colours are not the same poster", () => {
    const up = described((_, y) => (y < 12 ? red : blue));
    const down = described((_, y) => (y < 12 ? blue : red));
    expect(cosine(up.subarray(0, colours), down.subarray(0, colours))).toBeCloseTo(1, 5);
    expect(cosine(up, down)).toBeLessThan(0.9);
  });

  test("does not depend on what was described before", () => {
    const first = described((x) => (x < 8 ? red : blue));
    described(() => [255, 255, 255]);
    expect(described((x) => (x < 8 ? red : blue))).toEqual(first);
  });
});

test("refuses what does not fit", () => {
  const out = new Float32Array(descriptorDimension);
  expect(() => describePoster(new Uint8Array(7 * 12 * 3), 7, 12, out)).toThrow(
    new RangeError("expected a picture of at least 8 × 12 pixels, received 7 × 12"),
  );
  expect(() => describePoster(new Uint8Array(10), 8, 12, out)).toThrow(
    new RangeError("expected 8 × 12 × 3 bytes, received 10"),
  );
  expect(() => describePoster(new Uint8Array(8 * 12 * 3), 8, 12, out.subarray(1))).toThrow(
    new RangeError("expected an out of 512 components, received 511"),
  );
});
