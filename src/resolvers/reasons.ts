/** Why a movie is recommended: which of the user's own ratings moved the prediction most. */
import type { MovieId, UserId } from "../ids.js";
import type { RatingReason } from "../ml/predictor.js";
import type { Context } from "./context.js";
import { checkFirst } from "./pages.js";

export type Reason = RatingReason;

const mostReasons = 20;

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
    .slice(0, first);
}

/** Such as `because you gave Alien 5★`. */
export async function reasonText({ loaders }: Context, { movieId, stars }: Reason): Promise<string> {
  const movie = await loaders.movieById.load(movieId);
  return `because you gave ${movie?.displayTitle ?? "a movie"} ${stars}★`;
}
