import { expect, it } from "vitest";
import { modelWeight, shrunkMeans, userBias } from "../../../src/ml/factors/blend.js";

it("trusts the factor model more, the more a user has rated", () => {
  expect([0, 1, 3, 5, 10, 20, 50, 51, 4000].map(modelWeight)).toEqual([0.2, 0.4, 0.4, 0.5, 0.8, 0.9, 1, 1, 1]);
  expect(modelWeight(4)).toBeCloseTo(0.45, 10);
  expect(modelWeight(35)).toBeCloseTo(0.95, 10);
});

it("shrinks a movie's mean towards the mean of all as if three more ratings were that", () => {
  const means = shrunkMeans(3, Int32Array.of(0, 0, 1), Float32Array.of(5, 4, 1), 3.6);
  expect([...means].map((value) => Number(value.toFixed(5)))).toEqual([
    Number(((5 + 4 + 3 * 3.6) / 5).toFixed(5)),
    Number(((1 + 3 * 3.6) / 4).toFixed(5)),
    3.6,
  ]);
});

it("shrinks a user's bias to 0 as if five more ratings were as the movies' means", () => {
  const means = Float32Array.of(3, 4);
  expect(userBias(Int32Array.of(0, 1), Float32Array.of(5, 5), means)).toBeCloseTo(3 / 7, 6);
  expect(userBias(new Int32Array(0), new Float32Array(0), means)).toBe(0);
});
