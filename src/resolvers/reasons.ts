/** Why a movie is recommended: which of the user's own ratings moved the prediction most. */
import { moviesByIds } from "../db/movies.js";
import { usersByIds } from "../db/users.js";
import type { MovieId, UserId } from "../ids.js";
import type { RatingReason } from "../ml/predictor.js";
import type { Context } from "./context.js";
import { usersForModel } from "./model-features.js";
import { checkFirst } from "./pages.js";
import type { PredictionKey } from "./predict.js";
import type { Services } from "./services.js";

export interface Reason extends RatingReason {
  userId: UserId;
}

const mostReasons = 20;

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

/**
 * The ratings that raised the prediction most, most first.
 * @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 20
 */
export async function reasonsOf(
  context: Context,
  { userId, movieId }: { userId: UserId; movieId: MovieId },
  first: number,
): Promise<Reason[]> {
  checkFirst("first", first, mostReasons);
  const reasons = await context.loaders.reasons.load({ userId, movieId });
  return reasons
    .filter(({ contribution }) => contribution > 0)
    .sort((a, b) => b.contribution - a.contribution)
    .slice(0, first)
    .map((reason) => ({ ...reason, userId }));
}

/** Such as `because you gave Alien 5★`. */
export async function reasonText({ loaders }: Context, { movieId, stars }: Reason): Promise<string> {
  const movie = await loaders.movieById.load(movieId);
  return `because you gave ${movie?.displayTitle ?? "a movie"} ${stars}★`;
}
