/**
 * Implicit alternating least squares (Hu, Koren & Volinsky 2008, with the regularization of Rendle et al. 2021):
 * minimises Σ_liked (1 − x_u·y_i)² + α0 Σ_all (x_u·y_i)² + Σ_u λ_u |x_u|² + Σ_i λ_i |y_i|², λ_u = λ (n_u + α0 · items).
 */
import { gaussians, mulberry32 } from "../../random.js";
import { maxRowLength, type SparseRows, transposed } from "../data/rating-matrix.js";
import { createDenseKernel, toStride } from "../linalg/dense-kernel.js";
import { Arena } from "../linalg/kernels.js";
import {
  addDiagonal,
  factorNormalEquations,
  type NormalEquations,
  solveNormalEquations,
} from "../linalg/normal-equations.js";

export interface IalsOptions {
  factors: number;
  iterations: number;
  /** α0: weight of what a user has not liked, against 1 for what they have. */
  unobserved: number;
  /** λ. */
  regularization: number;
  seed: number;
}

export const ialsDefaults: IalsOptions = {
  factors: 64,
  iterations: 12,
  unobserved: 0.2,
  regularization: 0.007,
  seed: 0,
};

/**
 * @param likes users × items; only where its entries stand matters
 * @param onIteration called after each with its number, from 1
 * @returns the items' factors, row-major, items × factors: users are folded in
 */
export function fitIals(likes: SparseRows, options: IalsOptions, onIteration?: (done: number) => void): Float32Array {
  const { factors, iterations, seed } = options;
  const stride = toStride(factors);
  const sides = [likes, transposed(likes)];
  const [users, items] = sides;
  const vectors = [new Float32Array(users.rows * stride), new Float32Array(items.rows * stride)];
  const random = mulberry32(seed);
  for (let i = 0; i < items.rows; i++) {
    vectors[1].set(Float32Array.from(gaussians(random, factors, 0.1 / Math.sqrt(factors))), i * stride);
  }
  const step = createHalfStep(stride, factors, Math.max(users.rows, items.rows), maxRowLength(sides));
  for (let iteration = 1; iteration <= iterations; iteration++) {
    step(users, vectors[1], vectors[0], options);
    step(items, vectors[0], vectors[1], options);
    onIteration?.(iteration);
  }
  const out = new Float32Array(items.rows * factors);
  for (let i = 0; i < items.rows; i++) out.set(vectors[1].subarray(i * stride, i * stride + factors), i * factors);
  return out;
}

/** One half-step: every row's vector anew, given the other side's. */
function createHalfStep(stride: number, factors: number, maxRows: number, maxEntries: number) {
  const kernel = createDenseKernel();
  const arena = new Arena(kernel.memory);
  const Y = arena.floats(maxRows * stride);
  const G = arena.floats(stride * stride);
  const indices = arena.floats(maxEntries);
  const ones = arena.floats(Math.max(maxEntries, maxRows));
  const equations: NormalEquations = {
    stride,
    X: arena.floats(maxEntries * stride),
    weights: ones,
    coefficients: ones,
    A: arena.floats(stride * stride),
    x: arena.floats(stride),
  };
  arena.f32(ones).fill(1);

  return (rows: SparseRows, other: Float32Array, out: Float32Array, { unobserved, regularization }: IalsOptions) => {
    arena.f32(Y).set(other);
    const gram = arena.f32(G).fill(0);
    kernel.gram(rows.columns, stride, stride, Y.offset, ones.offset, G.offset);
    for (let k = 0; k < gram.length; k++) gram[k] *= unobserved;
    const matrix = arena.f32(equations.A);
    const vector = arena.f32(equations.x);
    for (let row = 0; row < rows.rows; row++) {
      const from = rows.indptr[row];
      const n = rows.indptr[row + 1] - from;
      if (n === 0) {
        out.fill(0, row * stride, (row + 1) * stride);
        continue;
      }
      arena.i32(indices).set(rows.indices.subarray(from, from + n));
      kernel.gather(n, stride, indices.offset, Y.offset, equations.X.offset);
      matrix.set(gram);
      addDiagonal(matrix, stride, factors, regularization * (n + unobserved * rows.columns));
      factorNormalEquations(kernel, n, equations);
      vector.fill(0);
      solveNormalEquations(kernel, n, equations);
      out.set(vector, row * stride);
    }
  };
}
