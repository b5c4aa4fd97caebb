/** Dense linear algebra in WebAssembly (`kernels/dense.ts`); arguments are byte offsets in its memory. */
import { createKernel } from "./kernels.js";

export interface DenseKernel extends TableKernel {
  /** A += Σ w x xᵀ over n rows of X, the lower triangle; rows are zero from `columns` on. */
  gram(n: number, stride: number, columns: number, X: number, weights: number, A: number): void;
  gather(n: number, stride: number, indices: number, table: number, out: number): void;
  /** out += Σ c x. */
  combine(n: number, stride: number, X: number, coefficients: number, out: number): void;
  /** out[k] = x_k · y. */
  dots(n: number, stride: number, X: number, y: number, out: number): void;
  /** out[i·n + k] = x_k · y_i, of m vectors y and n rows x. */
  dotsOfMany(n: number, m: number, stride: number, X: number, Y: number, out: number): void;
  /** weights[k] = α · precision of item k; residuals[k] = weights[k] · (stars[k] − offset of its row − x_k · m0). */
  weighRatings(
    n: number,
    stride: number,
    X: number,
    m0: number,
    items: number,
    stars: number,
    offsetRows: number,
    samples: number,
    offsets: number,
    precisions: number,
    alpha: number,
    weights: number,
    residuals: number,
  ): void;
  /** In place. @returns 0, or 1 + the row at which A is not positive definite */
  cholesky(stride: number, A: number): number;
  /** x ← A⁻¹ x with the Cholesky factor of A. */
  solve(stride: number, L: number, x: number): void;
  /** L ← L⁻¹. @param scratch memory for four rows */
  invertFactor(stride: number, L: number, scratch: number): void;
}

/** Loops over tables of rows in single or half precision (`kernels/parts/tables.ts`, `row-table.ts`). */
export interface TableKernel {
  /** Block b of the rows that `indices` names, for `blocks` blocks, one block after another: each has room for `outRows` rows in out. */
  readBlocks(
    isHalf: boolean,
    n: number,
    blocks: number,
    stride: number,
    rowElements: number,
    indices: number,
    table: number,
    outRows: number,
    out: number,
  ): void;
  /** out += Σ c row over the rows that `indices` names, `elements` of each. */
  addRows(
    isHalf: boolean,
    n: number,
    elements: number,
    rowElements: number,
    indices: number,
    coefficients: number,
    table: number,
    out: number,
  ): void;
  /** out[k] = mean over blocks of: offset of the row and block + block · vector, clipped. */
  meanOfClippedDots(
    isHalf: boolean,
    n: number,
    blocks: number,
    stride: number,
    indices: number,
    table: number,
    offsets: number,
    vectors: number,
    least: number,
    most: number,
    out: number,
  ): void;
  /** Copies rows that lie one after another to where longer rows begin. */
  spread(n: number, rowBytes: number, from: number, outRowBytes: number, out: number): void;
}

export function createDenseKernel() {
  return createKernel<DenseKernel>("dense");
}

/** The next multiple of eight: what the kernel's rows must be as long as. */
export function toStride(columns: number): number {
  return Math.ceil(columns / 8) * 8;
}
