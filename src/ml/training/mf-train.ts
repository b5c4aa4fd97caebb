/**
 * Biased matrix factorization by alternating least squares: one solution instead of many samples, in seconds.
 * Minimises Σ (r − w0 − c_u − d_i − a_u·b_i)² + λ (Σ|a_u|² + Σ|b_i|²) + λ_bias (Σ c_u² + Σ d_i²). Users are folded in with
 * the same λ, so that what serves is what was trained.
 */
import { setImmediate } from "node:timers/promises";
import { AppError } from "../../errors.js";
import { gaussians, mulberry32 } from "../../random.js";
import type { HeldOut } from "../bayes/bayes-train.js";
import { maxRowLength, type SparseRows, transposed } from "../data/rating-matrix.js";
import type { FactorSample } from "../factors/factor-sample.js";
import { createDenseKernel, toStride } from "../linalg/dense-kernel.js";
import { Arena } from "../linalg/kernels.js";
import {
  addDiagonal,
  factorNormalEquations,
  type NormalEquations,
  solveNormalEquations,
} from "../linalg/normal-equations.js";
import type { LossPoint } from "../model/loss-curve.js";

export interface MfOptions {
  factors: number;
  iterations: number;
  regularization: number;
  biasRegularization: number;
  seed: number;
}

export const mfDefaults: MfOptions = {
  factors: 16,
  iterations: 12,
  regularization: 13,
  biasRegularization: 4,
  seed: 0,
};

/** Errors after an iteration, in stars; null where there are no such ratings. */
export type MfErrors = Pick<LossPoint, "trainRmse" | "validationRmse">;

/**
 * @param byUser users × items, data in stars
 * @param labels sizes of the label tables, which stay zero: this model knows ids only
 * @param hooks onIteration is called after each iteration with its number, from 1, and a function that computes the errors on the
 *   ratings trained on and on those held out; the signal stops between two half-steps
 * @throws {AppError} INTERRUPTED after the signal: a half-finished factorization is worth nothing, so none is kept
 */
export async function fitMf(
  byUser: SparseRows,
  labels: { users: number; items: number },
  options: MfOptions,
  hooks: { onIteration?(done: number, errorsOn: (heldOut: HeldOut) => MfErrors): void; signal?: AbortSignal } = {},
): Promise<FactorSample> {
  const { factors, iterations, regularization, biasRegularization, seed } = options;
  const byItem = transposed(byUser);
  const stride = toStride(factors + 1);
  const w0 = byUser.data.reduce((sum, value) => sum + value, 0) / byUser.data.length;
  const users = new Float32Array(byUser.rows * stride);
  const items = new Float32Array(byItem.rows * stride);
  const random = mulberry32(seed);
  for (let i = 0; i < byItem.rows; i++) {
    if (byItem.indptr[i + 1] > byItem.indptr[i]) {
      items.set(Float32Array.from(gaussians(random, factors, 0.1)), i * stride);
    }
  }
  const lambda = new Float32Array(factors + 1).fill(regularization);
  lambda[factors] = biasRegularization;
  const step = createHalfStep(stride, lambda, Math.max(byUser.rows, byItem.rows), maxRowLength([byUser, byItem]));
  for (let iteration = 1; iteration <= iterations; iteration++) {
    await letSignalsIn(hooks.signal);
    step(byUser, items, users, w0);
    await letSignalsIn(hooks.signal);
    step(byItem, users, items, w0);
    hooks.onIteration?.(iteration, (heldOut) => errorsOf({ users, items, w0, stride, factors }, byUser, heldOut));
  }
  const width = factors + 1;
  const rows = new Float32Array(byItem.rows * width);
  for (let i = 0; i < byItem.rows; i++) rows.set(items.subarray(i * stride, i * stride + width), i * width);
  return {
    factors,
    w0,
    alpha: 1,
    items: rows,
    itemPrecisions: new Float32Array(byItem.rows).fill(1),
    implicit: new Float32Array(0),
    userMean: new Float32Array(width),
    userLambda: lambda,
    userLabels: new Float32Array(labels.users * width),
    itemMean: new Float32Array(width),
    itemLambda: lambda.slice(),
    itemLabels: new Float32Array(labels.items * width),
  };
}

interface Fit {
  users: Float32Array;
  items: Float32Array;
  w0: number;
  stride: number;
  factors: number;
}

function errorsOf(fit: Fit, byUser: SparseRows, { userIndices, itemIndices, stars }: HeldOut): MfErrors {
  let trainSum = 0;
  for (let user = 0; user < byUser.rows; user++) {
    for (let k = byUser.indptr[user]; k < byUser.indptr[user + 1]; k++) {
      trainSum += (predict(fit, user, byUser.indices[k]) - byUser.data[k]) ** 2;
    }
  }
  let heldOutSum = 0;
  for (let k = 0; k < stars.length; k++) {
    heldOutSum += (predict(fit, userIndices[k], itemIndices[k]) - stars[k]) ** 2;
  }
  const toRmse = (sum: number, n: number) => (n === 0 ? null : Math.sqrt(sum / n));
  return { trainRmse: toRmse(trainSum, byUser.data.length), validationRmse: toRmse(heldOutSum, stars.length) };
}

function predict({ users, items, w0, stride, factors }: Fit, user: number, item: number): number {
  let stars = w0 + users[user * stride + factors] + items[item * stride + factors];
  for (let k = 0; k < factors; k++) stars += users[user * stride + k] * items[item * stride + k];
  return stars;
}

/** Ctrl-C is heard only while the event loop turns. */
async function letSignalsIn(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  if (signal?.aborted) {
    throw new AppError("INTERRUPTED", "interrupted before the factorization was done: nothing was kept or changed");
  }
}

/** One half-step: every row's vector and bias anew, given the other side's. */
function createHalfStep(stride: number, lambda: Float32Array, maxRows: number, maxEntries: number) {
  const kernel = createDenseKernel();
  const arena = new Arena(kernel.memory);
  const factors = lambda.length - 1;
  const X = arena.floats(maxRows * stride);
  const indices = arena.floats(maxEntries);
  const equations: NormalEquations = {
    stride,
    X: arena.floats(maxEntries * stride),
    weights: arena.floats(maxEntries),
    coefficients: arena.floats(maxEntries),
    A: arena.floats(stride * stride),
    x: arena.floats(stride),
  };
  arena.f32(equations.weights).fill(1);

  return (rows: SparseRows, other: Float32Array, out: Float32Array, w0: number) => {
    const table = arena.f32(X);
    table.set(other);
    // The other side's bias is known: it moves into the target, and 1 takes its place as the own bias's input.
    for (let c = 0; c < rows.columns; c++) table[c * stride + factors] = 1;
    const matrix = arena.f32(equations.A);
    const vector = arena.f32(equations.x);
    const target = arena.f32(equations.coefficients);
    for (let row = 0; row < rows.rows; row++) {
      const from = rows.indptr[row];
      const n = rows.indptr[row + 1] - from;
      if (n === 0) {
        out.fill(0, row * stride, (row + 1) * stride);
        continue;
      }
      for (let k = 0; k < n; k++) {
        target[k] = rows.data[from + k] - w0 - other[rows.indices[from + k] * stride + factors];
      }
      arena.i32(indices).set(rows.indices.subarray(from, from + n));
      kernel.gather(n, stride, indices.offset, X.offset, equations.X.offset);
      matrix.fill(0);
      addDiagonal(matrix, stride, factors + 1, lambda);
      factorNormalEquations(kernel, n, equations);
      vector.fill(0);
      solveNormalEquations(kernel, n, equations);
      out.set(vector, row * stride);
    }
  };
}
