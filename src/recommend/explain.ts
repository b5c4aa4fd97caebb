/** Explains predictions: how much each of a user's ratings contributes, for many user–movie pairs at once. */

import { createYield } from "../event-loop.js";
import type { RatingReason } from "../ml/model/predictor.js";
import { loadRatingsFor, type PredictionKey } from "./predict.js";
import { loadAll, type Reader } from "./reader.js";

/** Every rating of each pair's user, in no order; none where the model cannot explain or does not know the movie. */
export async function explainPairs(reader: Reader, keys: readonly PredictionKey[]): Promise<RatingReason[][]> {
  const model = await reader.model.load("current");
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
