/**
 * Predicts an unrated movie's vector from its poster: a ridge regression, for each sample, from the embeddings of
 * posters to what the items' vectors have beyond their labels.
 *
 * Legend: d components of an embedding, first centred on the mean of the catalogue and scaled to length 1.
 */

import type { EncoderKey } from "../../model-inputs.js";
import { createLabelRows, type LabelLists } from "../data/labels.js";
import { createDenseKernel, toStride } from "../linalg/dense-kernel.js";
import { Arena } from "../linalg/kernels.js";
import {
  addDiagonal,
  factorNormalEquations,
  type NormalEquations,
  solveNormalEquations,
} from "../linalg/normal-equations.js";
import { normalise } from "../linalg/normalise.js";
import type { MovieFeatures } from "../model/predictor.js";
import { labelPart } from "./cold-items.js";
import type { FactorSample } from "./factor-sample.js";

/** The embeddings that the samples' poster weights apply to. */
export interface PosterBasis {
  encoder: EncoderKey;
  /** Mean embedding of the posters that were learned from. */
  mean: Float32Array;
}

/** Movies with fewer ratings have too little of a vector of their own to learn from. */
const minRatings = 20;
/** With fewer posters, nothing is learned. */
const minPosters = 50;
/** The embeddings have length 1, so this is worth ten posters. Chosen on held-out movies (docs/accuracy.md). */
const regularization = 10;

/**
 * Centres an embedding and scales it to length 1; zeros stay zeros.
 * @throws {RangeError} if the lengths differ
 */
export function toDirection(vector: Float32Array, mean: Float32Array): Float32Array {
  if (vector.length !== mean.length) {
    throw new RangeError(`expected an embedding of ${mean.length} components, received ${vector.length}`);
  }
  const out = Float32Array.from(vector, (value, c) => value - mean[c]);
  normalise(out, 0, out.length);
  return out;
}

/**
 * Gives every sample its `posterWeights`: d × (factors + 1), row-major.
 * @param itemCounts ratings of each movie in training
 * @returns the mean embedding, or undefined (and no weights) where too few of the movies have a poster
 */
export function fitPosterPriors(
  samples: readonly FactorSample[],
  movies: readonly MovieFeatures[],
  itemCounts: Float32Array,
  lists: LabelLists,
): Float32Array | undefined {
  const items = movies.flatMap(({ poster }, item) =>
    poster !== undefined && itemCounts[item] >= minRatings ? [item] : [],
  );
  if (items.length < minPosters) return undefined;
  const vectors = items.map((item) => movies[item].poster?.vector as Float32Array);
  const d = vectors[0].length;
  const mean = new Float32Array(d);
  for (const vector of vectors) for (let c = 0; c < d; c++) mean[c] += vector[c] / vectors.length;

  const kernel = createDenseKernel();
  const arena = new Arena(kernel.memory);
  const stride = toStride(d);
  const n = items.length;
  const equations: NormalEquations = {
    stride,
    X: arena.floats(n * stride),
    weights: arena.copyFloats(new Float32Array(n).fill(1)),
    coefficients: arena.floats(n),
    A: arena.floats(stride * stride),
    x: arena.floats(stride),
  };
  vectors.forEach((vector, row) => {
    arena.f32(equations.X).set(toDirection(vector, mean), row * stride);
  });
  addDiagonal(arena.f32(equations.A), stride, d, regularization);
  factorNormalEquations(kernel, n, equations);

  const { getMovieLabels } = createLabelRows(lists);
  const labels = items.map((item) => getMovieLabels(movies[item]));
  for (const sample of samples) {
    const width = sample.factors + 1;
    sample.posterWeights = new Float32Array(d * width);
    for (let k = 0; k < width; k++) {
      const targets = arena.f32(equations.coefficients);
      items.forEach((item, row) => {
        targets[row] = sample.items[item * width + k] - sample.itemMean[k] - labelPart(sample, labels[row], k);
      });
      const solution = arena.f32(equations.x).fill(0);
      solveNormalEquations(kernel, n, equations);
      for (let c = 0; c < d; c++) sample.posterWeights[c * width + k] = solution[c];
    }
  }
  return mean;
}
