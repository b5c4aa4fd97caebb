/** Predicting known ratings with a model that serves, and how far it is off. */
import type { TrainingSet } from "../ml/baseline-data.js";
import type { Metrics } from "../ml/manifest.js";
import { confusionCounts, mae, rmse, rowNormalised } from "../ml/metrics.js";
import type { Predictor } from "../ml/predictor.js";

export interface Evaluation extends Metrics {
  confusionCounts: number[][];
  truth: Float32Array;
  predicted: Float32Array;
}

const pairsPerCall = 50_000;

/**
 * @param rows rows of the rating table to predict
 * @param protocol which ratings these are, in words
 */
export async function evaluate(
  model: Pick<Predictor, "predict">,
  { users, movies, ratings }: TrainingSet,
  rows: Int32Array,
  protocol: string,
  onProgress?: (done: number) => void,
): Promise<Evaluation> {
  const userPlace = new Map<number, number>(users.map((user, place) => [user.id, place]));
  const moviePlace = new Map<number, number>(movies.map((movie, place) => [movie.id, place]));
  const truth = new Float32Array(rows.length);
  const predicted = new Float32Array(rows.length);
  for (let from = 0; from < rows.length; from += pairsPerCall) {
    const chunk = rows.subarray(from, from + pairsPerCall);
    const { stars } = await model.predict({
      users,
      movies,
      userAt: chunk.map((row) => userPlace.get(ratings.userIds[row]) as number),
      movieAt: chunk.map((row) => moviePlace.get(ratings.movieIds[row]) as number),
    });
    predicted.set(stars, from);
    truth.set(
      Float32Array.from(chunk, (row) => ratings.stars[row]),
      from,
    );
    onProgress?.(from + chunk.length);
  }
  const counts = confusionCounts(truth, predicted);
  return {
    protocol,
    count: rows.length,
    rmse: rmse(truth, predicted),
    mae: mae(truth, predicted),
    confusionMatrix: rowNormalised(counts),
    confusionCounts: counts,
    truth,
    predicted,
  };
}

/** How a seeded split is named in metrics. */
export function splitProtocol(share: number, seed: number): string {
  return `random ${Math.round(share * 100)}% held out, seed ${seed}`;
}
