/** Regularized least squares through normal equations: A = Σ w x xᵀ + diag(λ), A solution = Σ c x. */
import type { DenseKernel } from "./dense-kernel.js";
import type { Slice } from "./kernels.js";

/** Arrays of one system in a kernel's memory. */
export interface NormalEquations {
  /** Length of a row of X, a multiple of eight. */
  stride: number;
  /** Rows x, row-major. */
  X: Slice;
  /** w of each row. */
  weights: Slice;
  /** c of each row. */
  coefficients: Slice;
  /** stride × stride. */
  A: Slice;
  /** The solution, `stride` long. */
  x: Slice;
}

/**
 * Adds λ to the diagonal of a matrix, and 1 where its stride exceeds its columns: the padding then solves to zero.
 * @param matrix row-major, stride × stride; changed in place
 * @param lambda one for all columns, or one for each
 */
export function addDiagonal(
  matrix: Float32Array,
  stride: number,
  columns: number,
  lambda: number | Float32Array,
): void {
  if (typeof lambda === "number") {
    for (let k = 0; k < columns; k++) matrix[k * stride + k] += lambda;
  } else {
    for (let k = 0; k < columns; k++) matrix[k * stride + k] += lambda[k];
  }
  for (let k = columns; k < stride; k++) matrix[k * stride + k] += 1;
}

/**
 * A ← the Cholesky factor of A + Σ w x xᵀ.
 * @param n rows of X
 */
export function factorNormalEquations(
  kernel: DenseKernel,
  n: number,
  { stride, X, weights, A }: NormalEquations,
): void {
  kernel.gram(n, stride, stride, X.offset, weights.offset, A.offset);
  kernel.cholesky(stride, A.offset);
}

/**
 * x ← A⁻¹ Σ c x, with the Cholesky factor in A.
 * @param n rows of X; the solution must be zero before
 */
export function solveNormalEquations(
  kernel: DenseKernel,
  n: number,
  { stride, X, coefficients, A, x }: NormalEquations,
): void {
  kernel.combine(n, stride, X.offset, coefficients.offset, x.offset);
  kernel.solve(stride, A.offset, x.offset);
}
