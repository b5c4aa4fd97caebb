/** Explains predictions: which of a user's ratings raise them most, for many user–movie pairs at once. */

import { createYield } from "../event-loop.js";
import type { Predictor, RatingReason } from "../ml/model/predictor.js";
import type { KeptReasons } from "./cache.js";
import { loadRatingsFor, type PredictionKey } from "./predict.js";
import { loadAll, type Reader } from "./reader.js";

/** Ratings that are given as reasons at most. */
export const maxReasons = 20;

/**
 * The ratings that raise each pair's prediction, the most first, at most `maxReasons`; none where the model cannot explain or does not
 * know the movie.
 * @param keptReasons from earlier requests
 */
export async function explainPairs(
  reader: Reader,
  keys: readonly PredictionKey[],
  keptReasons?: KeptReasons,
): Promise<RatingReason[][]> {
  const model = await reader.model.load();
  // Of a model that knows times they change from day to day.
  const kept = model.knowsTimes ? undefined : keptReasons;
  const users = await loadAll(
    reader.userById,
    keys.map(({ userId }) => userId),
  );
  const toName = ({ userId, movieId }: PredictionKey) => `${userId} ${movieId}`;
  const found = keys.map((key, i) => {
    const one = kept?.get(toName(key));
    return one?.model === model && one.revision === users[i]?.revision ? one.reasons : undefined;
  });
  const missing = keys.filter((_, i) => found[i] === undefined);
  if (missing.length === 0) return found as RatingReason[][];
  const explained = await explainAnew(reader, model, missing);
  let next = 0;
  return keys.map((key, i) => {
    const known = found[i];
    if (known !== undefined) return known;
    const reasons = toTopReasons(explained[next++]);
    const revision = users[i]?.revision;
    if (revision !== undefined) kept?.set(toName(key), { model, revision, reasons });
    return reasons;
  });
}

/** Those that raise a prediction, the most first. */
export function toTopReasons(reasons: readonly RatingReason[]): RatingReason[] {
  const raising = reasons.filter(({ contribution }) => contribution > 0);
  return raising.sort((a, b) => b.contribution - a.contribution).slice(0, maxReasons);
}

async function explainAnew(
  reader: Reader,
  model: Predictor,
  keys: readonly PredictionKey[],
): Promise<RatingReason[][]> {
  const result: RatingReason[][] = keys.map(() => []);
  if (model.reasons === undefined) return result;
  const [users, rows] = await Promise.all([
    loadAll(reader.userById, [...new Set(keys.map(({ userId }) => userId))]),
    loadAll(
      reader.movieById,
      keys.map(({ movieId }) => movieId),
    ),
  ]);
  const movies = rows.map((movie, i) => movie ?? { id: keys[i].movieId, genres: "" });
  const pause = createYield();
  const known = users.filter((user) => user !== undefined);
  for (const user of await loadRatingsFor(reader, model, known)) {
    const indices = keys.flatMap((key, index) => (key.userId === user.id ? [index] : []));
    const reasons = await model.reasons(
      user,
      indices.map((index) => movies[index]),
    );
    indices.forEach((index, i) => {
      result[index] = reasons[i];
    });
    await pause();
  }
  return result;
}
