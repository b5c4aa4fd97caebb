/** How much each rating of a user moves predictions of movies, for many pairs at once. */
import { moviesByIds } from "../db/movies.js";
import { usersByIds } from "../db/users.js";
import type { RatingReason } from "../ml/predictor.js";
import { usersForModel } from "./model-features.js";
import type { PredictionKey } from "./predict.js";
import type { Services } from "./services.js";

/** Every rating of each pair's user, in no order; none where the model cannot say, or does not know the movie. */
export async function reasonsOfPairs(services: Services, keys: readonly PredictionKey[]): Promise<RatingReason[][]> {
  const model = await services.models.get();
  const result: RatingReason[][] = keys.map(() => []);
  if (model.reasons === undefined) return result;
  const users = usersByIds(services.db, [...new Set(keys.map(({ userId }) => userId))]);
  for (const user of usersForModel(
    services,
    model,
    users.filter((found) => found !== undefined),
  )) {
    const places = keys.flatMap((key, place) => (key.userId === user.id ? [place] : []));
    const found = moviesByIds(
      services.db,
      places.map((place) => keys[place].movieId),
    );
    const movies = found.map((movie, i) => movie ?? { id: keys[places[i]].movieId, genres: "" });
    const reasons = await model.reasons(user, movies);
    places.forEach((place, i) => {
      result[place] = reasons[i];
    });
  }
  return result;
}
