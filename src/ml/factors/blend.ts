/**
 * Blends predictions for users with few ratings, for whom a movie's mean plus the user's bias is more accurate than the model.
 * The weights were chosen on held-out users of MovieLens 1M (docs/accuracy.md).
 */
import type { TrainingSet } from "../data/training-set.js";

const steps = [0, 1, 3, 5, 10, 20, 50];
const weights = [0.2, 0.4, 0.4, 0.5, 0.8, 0.9, 1];

/** How much the factor model counts for a user with `ratings` ratings, in 0..1; between the steps on a straight line. */
export function modelWeight(ratings: number): number {
  if (ratings >= steps[steps.length - 1]) return 1;
  let above = 1;
  while (steps[above] < ratings) above++;
  const share = (ratings - steps[above - 1]) / (steps[above] - steps[above - 1]);
  return weights[above - 1] + share * (weights[above] - weights[above - 1]);
}

/** Ratings that a movie's mean is shrunk by towards the mean of all, and a user's bias towards 0. */
const shrinkage = { item: 3, user: 5 };

/**
 * Mean stars of every item, shrunk to the mean of all ratings.
 * @param itemIndices, stars parallel arrays of the ratings
 */
export function shrunkMeans(items: number, itemIndices: Int32Array, stars: Float32Array, mean: number): Float32Array {
  const sums = new Float64Array(items).fill(shrinkage.item * mean);
  const counts = new Float64Array(items).fill(shrinkage.item);
  for (let k = 0; k < stars.length; k++) {
    sums[itemIndices[k]] += stars[k];
    counts[itemIndices[k]]++;
  }
  return Float32Array.from(sums, (sum, i) => sum / counts[i]);
}

/** How far a user's ratings lie above the items' means, in stars, shrunk to 0. */
export function userBias(items: Int32Array, stars: Float32Array, itemMeans: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < items.length; k++) sum += stars[k] - itemMeans[items[k]];
  return sum / (items.length + shrinkage.user);
}

/**
 * Predictions from the movies' means and the users' biases alone.
 * @param known rows of the ratings that tell the biases; @param rows those that are predicted
 */
export function biasPredictions(
  { ratings, movies }: TrainingSet,
  itemMeans: Float32Array,
  known: Int32Array,
  rows: Int32Array,
): Float32Array {
  const itemIndex = new Map<number, number>(movies.map(({ id }, index) => [id, index]));
  const toItem = (row: number) => itemIndex.get(ratings.movieIds[row]) as number;
  const ownRows = new Map<number, number[]>();
  for (const row of known) {
    const own = ownRows.get(ratings.userIds[row]);
    if (own === undefined) ownRows.set(ratings.userIds[row], [row]);
    else own.push(row);
  }
  const biases = new Map<number, number>();
  for (const [id, own] of ownRows) {
    const stars = Float32Array.from(own, (row) => ratings.stars[row]);
    biases.set(id, userBias(Int32Array.from(own, toItem), stars, itemMeans));
  }
  return Float32Array.from(rows, (row) => itemMeans[toItem(row)] + (biases.get(ratings.userIds[row]) ?? 0));
}
