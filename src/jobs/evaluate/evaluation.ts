/** Predicts known ratings with a model and measures the error. */

import type { UserId } from "../../ids.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import { confusionCounts, halfStarHistogram, mae, rmse, rowNormalised } from "../../ml/evaluation/metrics.js";
import type { Metrics } from "../../ml/model/manifest.js";
import type { Predictor, UserFeatures } from "../../ml/model/predictor.js";
import type { UserRatings } from "../../model-inputs.js";

export interface Evaluation extends Metrics {
  confusionCounts: number[][];
  truth: Float32Array;
  predicted: Float32Array;
}

const pairsPerCall = 10_000;

/**
 * Predicts some ratings from all the others: by default users are never folded in from ratings that are predicted.
 * @param rows rows of the rating table to predict
 * @param protocol which ratings these are, in words
 * @param known rows that users are folded in from; by default all but `rows`
 */
export async function evaluate(
  model: Pick<Predictor, "predict" | "needsRatings">,
  data: TrainingSet,
  rows: Int32Array,
  protocol: string,
  onProgress?: (done: number) => void,
  known: Int32Array = otherRows(data.ratings.stars.length, rows),
): Promise<Evaluation> {
  const { movies, ratings } = data;
  const users = model.needsRatings ? withRatings(data, known) : data.users;
  const userIndexes = new Map<number, number>(users.map((user, index) => [user.id, index]));
  const movieIndexes = new Map<number, number>(movies.map((movie, index) => [movie.id, index]));
  const truth = new Float32Array(rows.length);
  const predicted = new Float32Array(rows.length);
  // By user, so that each is folded in once.
  const order = rows.slice().sort((a, b) => ratings.userIds[a] - ratings.userIds[b] || a - b);
  const { ratedAt } = ratings;
  for (let from = 0; from < order.length; from += pairsPerCall) {
    const chunk = order.subarray(from, from + pairsPerCall);
    const { stars } = await model.predict({
      users,
      movies,
      userIndices: chunk.map((row) => userIndexes.get(ratings.userIds[row]) as number),
      movieIndices: chunk.map((row) => movieIndexes.get(ratings.movieIds[row]) as number),
      // As of the time it was given: other ratings of that day say something about the day.
      times: ratedAt && Float64Array.from(chunk, (row) => ratedAt[row]),
    });
    predicted.set(stars, from);
    truth.set(
      Float32Array.from(chunk, (row) => ratings.stars[row]),
      from,
    );
    onProgress?.(from + chunk.length);
  }
  return { protocol, ...starMetrics(truth, predicted), truth, predicted };
}

/** @param truth, predicted stars, in the same order */
export function starMetrics(truth: Float32Array, predicted: Float32Array) {
  const counts = confusionCounts(truth, predicted);
  return {
    count: truth.length,
    rmse: rmse(truth, predicted),
    mae: mae(truth, predicted),
    confusionMatrix: rowNormalised(counts),
    confusionCounts: counts,
    ratingHistogram: { given: halfStarHistogram(truth), predicted: halfStarHistogram(predicted) },
  };
}

/** Every user with their ratings among `rows`. */
export function withRatings({ users, ratings }: TrainingSet, rows: Int32Array): UserFeatures[] {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(ratings.userIds[row], (counts.get(ratings.userIds[row]) ?? 0) + 1);
  const own = new Map<UserId, UserRatings>(
    users.map(({ id }) => [
      id,
      {
        movieIds: new Int32Array(counts.get(id) ?? 0),
        stars: new Float32Array(counts.get(id) ?? 0),
        ratedAt: new Float64Array(counts.get(id) ?? 0),
      },
    ]),
  );
  const next = new Map<number, number>();
  for (const row of rows) {
    const id = ratings.userIds[row];
    const index = next.get(id) ?? 0;
    const { movieIds, stars, ratedAt } = own.get(id as UserId) as Required<UserRatings>;
    movieIds[index] = ratings.movieIds[row];
    stars[index] = ratings.stars[row];
    ratedAt[index] = ratings.ratedAt?.[row] ?? 0;
    next.set(id, index + 1);
  }
  return users.map((user) => ({ ...user, ratings: own.get(user.id) }));
}

/** Rows of a rating table of `size` that are not among `rows`. */
export function otherRows(size: number, rows: Int32Array): Int32Array {
  const taken = new Uint8Array(size);
  for (const row of rows) taken[row] = 1;
  const others = new Int32Array(size - rows.length);
  let index = 0;
  for (let row = 0; row < size; row++) if (!taken[row]) others[index++] = row;
  return others;
}

/** The name of a seeded split in metrics. */
export function splitProtocol(share: number, seed: number): string {
  return `random ${Math.round(share * 100)}% held out, seed ${seed}`;
}
