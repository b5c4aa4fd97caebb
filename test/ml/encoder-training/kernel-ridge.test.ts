import { expect, test } from "vitest";
import { solveKernelRidge } from "../../../src/ml/encoder-training/kernel-ridge.js";

test("solves two examples as worked by hand", () => {
  // (K + λI) = [2 1; 1 2], its inverse [2 −1; −1 2] / 3; targets (3, 0) and (0, 3).
  const weights = solveKernelRidge(Float32Array.of(1, 1, 1, 1), 2, Float32Array.of(3, 0, 0, 3), 1);
  [2, -1, -1, 2].forEach((value, i) => {
    expect(weights[i]).toBeCloseTo(value, 5);
  });
});

test("refuses lengths that do not fit, and a regularization of 0", () => {
  expect(() => solveKernelRidge(new Float32Array(3), 2, new Float32Array(2), 1)).toThrow(RangeError);
  expect(() => solveKernelRidge(new Float32Array(4), 2, new Float32Array(3), 1)).toThrow(RangeError);
  expect(() => solveKernelRidge(new Float32Array(4), 2, new Float32Array(2), 0)).toThrow("a regularization above 0");
});

test("says so where the matrix has no solution", () => {
  expect(() => solveKernelRidge(Float32Array.of(1, 9, 9, 1), 2, new Float32Array(2), 1)).toThrow(
    "expected a larger regularization than 1",
  );
});
