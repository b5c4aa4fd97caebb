/** Explains predictions: how much each of a user's ratings contributed, for many user–movie pairs at once. */
import { moviesByIds } from "../db/movies.js";
import { usersByIds } from "../db/users.js";
import { createYield } from "../event-loop.js";
import type { RatingReason } from "../ml/model/predictor.js";
import type { Services } from "../services/services.js";
import { usersForModel } from "./model-features.js";
import type { PredictionKey } from "./predict.js";

/** Every rating of each pair's user, in no order; none where the model cannot say, or does not know the movie. */
export async function reasonsOfPairs(services: Services, keys: readonly PredictionKey[]): Promise<RatingReason[][]> {
  const model = await services.models.get();
  const result: RatingReason[][] = keys.map(() => []);
  if (model.reasons === undefined) return result;
  const users = usersByIds(services.db, [...new Set(keys.map(({ userId }) => userId))]);
  const movies = moviesByIds(
    services.db,
    keys.map(({ movieId }) => movieId),
  ).map((movie, i) => movie ?? { id: keys[i].movieId, genres: "" });
  const pause = createYield();
  for (const user of await usersForModel(
    services,
    model,
    users.filter((found) => found !== undefined),
  )) {
    const places = keys.flatMap((key, place) => (key.userId === user.id ? [place] : []));
    const reasons = await model.reasons(
      user,
      places.map((place) => movies[place]),
    );
    places.forEach((place, i) => {
      result[place] = reasons[i];
    });
    await pause();
  }
  return result;
}
