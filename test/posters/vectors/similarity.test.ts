import { describe, expect, test } from "vitest";
import { centre, cosine, cosinesTo, meanEmbedding } from "../../../src/posters/vectors/similarity.js";

const v = (...values: number[]) => Float32Array.from(values);

describe("cosine", () => {
  test("of (3, 4) and (4, 3) is 24 / 25", () => {
    expect(cosine(v(3, 4), v(4, 3))).toBeCloseTo(0.96, 6);
  });

  test("is 1 along, 0 across, −1 against, whatever the lengths, and never beyond", () => {
    expect(cosine(v(1, 1, 1), v(1e-3, 1e-3, 1e-3))).toBeCloseTo(1, 6);
    expect(cosine(v(0.1, 0.7, 0.3), v(0.1, 0.7, 0.3))).toBeLessThanOrEqual(1);
    expect(cosine(v(1, 0), v(0, 5))).toBe(0);
    expect(cosine(v(1, 2), v(-2, -4))).toBeCloseTo(-1, 6);
  });

  test("of a vector of zeros is 0", () => {
    expect(cosine(v(0, 0), v(1, 2))).toBe(0);
    expect(cosine(v(0, 0), v(0, 0))).toBe(0);
  });

  test("refuses vectors of two lengths", () => {
    expect(() => cosine(v(1, 2), v(1))).toThrow(new RangeError("expected a vector of 2 components, received 1"));
  });
});

test("the mean of (1, 2), (3, 4) and (5, 9) is (3, 5)", () => {
  const out = v(7, 7);
  meanEmbedding([v(1, 2), v(3, 4), v(5, 9)], out);
  expect(out).toEqual(v(3, 5));
});

test("there is no mean of nothing, or of vectors of two lengths", () => {
  expect(() => meanEmbedding([], v(0))).toThrow(
    new RangeError("expected at least one embedding to take the mean of, received none"),
  );
  expect(() => meanEmbedding([v(1, 2), v(1)], v(0, 0))).toThrow(
    new RangeError("expected an embedding of 2 components, received 1"),
  );
});

test("centring subtracts the catalogue's mean, also in place", () => {
  const vector = v(5, 1);
  centre(vector, v(2, 3), vector);
  expect(vector).toEqual(v(3, -2));
  expect(() => centre(v(1, 2), v(1), v(0, 0))).toThrow(new RangeError("expected a centre of 2 components, received 1"));
});

describe("similarity to a target", () => {
  const target = v(4, 3);
  const vectors = v(3, 4, 4, 3, 0, 0, 3, 3);

  test("is the plain cosine without a centre", () => {
    const out = new Float32Array(4);
    cosinesTo(target, vectors, {}, out);
    // (3·4 + 4·3) / 25, itself, nothing, 21 / (5·√18)
    const expected = [0.96, 1, 0, 21 / (5 * Math.sqrt(18))];
    for (const [i, value] of expected.entries()) expect(out[i]).toBeCloseTo(value, 6);
  });

  test("is the cosine of both sides less the centre with one", () => {
    const out = new Float32Array(4);
    cosinesTo(target, vectors, { centre: v(3, 3) }, out);
    // Target (1, 0); vectors (0, 1), (1, 0), (−3, −3), and one that is the centre.
    for (const [i, value] of [0, 1, -Math.SQRT1_2, 0].entries()) expect(out[i]).toBeCloseTo(value, 6);
  });

  test("is 0 for every vector when the target is the centre", () => {
    const out = v(9, 9, 9, 9);
    cosinesTo(target, vectors, { centre: target }, out);
    expect(out).toEqual(v(0, 0, 0, 0));
  });

  test("refuses vectors and centres of another length", () => {
    expect(() => cosinesTo(target, v(1, 2, 3), {}, v(0))).toThrow(
      new RangeError("expected vectors of 2 components, received 3"),
    );
    expect(() => cosinesTo(target, v(1, 2), { centre: v(1) }, v(0))).toThrow(
      new RangeError("expected a centre of 2 components, received 1"),
    );
  });
});
