/** Dense linear algebra in WebAssembly (`kernels/dense.ts`); arguments are byte offsets in its memory. */
import { createKernel } from "./kernels.js";

export interface DenseKernel {
  /** A += Σ w x xᵀ over n rows of X, the lower triangle; rows are zero from `columns` on. */
  gram(n: number, stride: number, columns: number, X: number, weights: number, A: number): void;
  gather(n: number, stride: number, indices: number, table: number, out: number): void;
  /** out += Σ c x. */
  combine(n: number, stride: number, X: number, coefficients: number, out: number): void;
  /** out += Σ of the rows of the table that `indices` names. */
  sumRows(n: number, stride: number, indices: number, table: number, out: number): void;
  /** out[k] = x_k · y. */
  dots(n: number, stride: number, X: number, y: number, out: number): void;
  /** In place. @returns 0, or 1 + the row at which A is not positive definite */
  cholesky(stride: number, A: number): number;
  /** x ← A⁻¹ x with the Cholesky factor of A. */
  solve(stride: number, L: number, x: number): void;
  /** L ← L⁻¹. @param scratch memory for four rows */
  invertFactor(stride: number, L: number, scratch: number): void;
}

export function createDenseKernel() {
  return createKernel<DenseKernel>("dense");
}

/** The next multiple of eight: what the kernel's rows must be as long as. */
export function toStride(columns: number): number {
  return Math.ceil(columns / 8) * 8;
}
