/** Small networks and data sets, and the network's forward pass as it is written down: 300→10→10→1, in plain loops. */

import {
  type BaselineWeights,
  type DenseName,
  denseShapes,
  embeddingSize,
  type FeatureName,
  features,
} from "../../src/ml/baseline/baseline-weights.js";
import type { TrainingSet } from "../../src/ml/data/training-set.js";
import type { MovieFeatures, UserFeatures } from "../../src/ml/model/predictor.js";
import { gaussian, mulberry32 } from "../../src/random.js";

/** Random weights, large enough that both sides of every ReLU occur. */
export function randomWeights(tableRows: Record<FeatureName, number>, seed: number): BaselineWeights {
  const random = mulberry32(seed);
  const draw = (size: number, deviation: number) =>
    Float32Array.from({ length: size }, () => deviation * gaussian(random));
  const tables = {} as BaselineWeights["tables"];
  for (const { name } of features) tables[name] = draw(tableRows[name] * embeddingSize, 1);
  const dense = {} as BaselineWeights["dense"];
  for (const [name, shape] of Object.entries(denseShapes)) {
    const inputs = shape.length === 2 ? shape[1] : 10;
    dense[name as DenseName] = draw(
      shape.reduce((product: number, n) => product * n, 1),
      1 / Math.sqrt(inputs),
    );
  }
  return { tables, dense };
}

/** Row `row` of a table. */
export function vectorAt(table: Float32Array, row: number): number[] {
  return Array.from(table.subarray(row * embeddingSize, (row + 1) * embeddingSize));
}

/** The mean of some rows of a table. */
export function meanVector(table: Float32Array, rows: readonly number[]): number[] {
  return Array.from(
    { length: embeddingSize },
    (_, k) => rows.reduce((sum, row) => sum + table[row * embeddingSize + k], 0) / rows.length,
  );
}

/**
 * The network's output for six embeddings, in the order user, gender, age, occupation, movie, genre; × 5 = stars.
 * Nothing is folded or hoisted: concatenate, then one layer after the other.
 */
export function referenceForward(dense: BaselineWeights["dense"], vectors: readonly number[][]): number {
  const relu = (values: number[]) => values.map((value) => Math.max(0, value));
  const hidden1 = relu(linear(vectors.flat(), dense["fc1.weight"], dense["fc1.bias"]));
  const hidden2 = relu(linear(hidden1, dense["fc2.weight"], dense["fc2.bias"]));
  return linear(hidden2, dense["fc3.weight"], dense["fc3.bias"])[0];
}

/** W x + b, W row-major with a row for each output. */
function linear(x: readonly number[], weight: Float32Array, bias: Float32Array): number[] {
  if (weight.length !== x.length * bias.length) throw new RangeError(`${weight.length} weights for ${x.length} inputs`);
  return Array.from(bias, (b, j) => x.reduce((sum, value, k) => sum + value * weight[j * x.length + k], b));
}

export function user(
  id: number,
  gender: string | null = null,
  ageGroup: number | null = null,
  occupation: string | null = null,
): UserFeatures {
  return { id: id as UserFeatures["id"], gender, ageGroup, occupation };
}

export function movie(id: number, genres: string): MovieFeatures {
  return { id: id as MovieFeatures["id"], genres };
}

/** Ratings from rows of user id, movie id, stars. */
export function ratings(rows: readonly (readonly [number, number, number])[]): TrainingSet["ratings"] {
  return {
    userIds: Int32Array.from(rows, ([userId]) => userId),
    movieIds: Int32Array.from(rows, ([, movieId]) => movieId),
    stars: Float32Array.from(rows, ([, , stars]) => stars),
  };
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    // NaN is no agreement.
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
