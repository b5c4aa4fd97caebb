/** A user's ratings, as they change them. What changes counts at once: nothing of it is kept in memory. */
import { moviesByIds } from "../db/movies.js";
import { deleteRating, type Rating, ratingOf, setRating } from "../db/ratings.js";
import { usersByIds } from "../db/users.js";
import { write } from "../db/write.js";
import { AppError, orError, received } from "../errors.js";
import type { MovieId, UserId } from "../ids.js";
import { actingUserId } from "./access.js";
import type { Context } from "./context.js";
import { movieIdOf } from "./lookup.js";
import { movieNotFound, userNotFound } from "./predict.js";

interface Whose {
  /** By default the viewer. */
  userId?: string | null;
}

export interface MovieRating {
  movieId: string;
  rating: number;
}

/** Most ratings in one batch: one transaction, which other writers wait for. */
export const mostRatings = 500;

/** @throws {AppError} INVALID_ID, INVALID_RATING, USER_NOT_FOUND, MOVIE_NOT_FOUND; as `actingUserId` */
export async function rateMovie(context: Context, input: Whose & MovieRating): Promise<Rating> {
  const userId = actingUserId(context, input.userId);
  const rating = checkRating(input);
  const { db, events } = context.services;
  const { set, isNew } = await write(db, () => {
    checkUser(context, userId);
    return rate(context, userId, rating);
  });
  if (isNew) events.ratings.publish({ userId, rating: set });
  return set;
}

/**
 * @returns a rating or an error for each, in their order, those that `rateMovie` throws
 * @throws {AppError} INVALID_ARGUMENT for more than `mostRatings`; INVALID_ID, USER_NOT_FOUND; as `actingUserId`
 */
export async function rateMovies(
  context: Context,
  input: Whose & { ratings: readonly MovieRating[] },
): Promise<(Rating | AppError)[]> {
  const userId = actingUserId(context, input.userId);
  if (input.ratings.length > mostRatings) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected up to ${mostRatings} ratings in a batch, received ${input.ratings.length}`,
    );
  }
  const { db, events } = context.services;
  const results = await write(db, () => {
    checkUser(context, userId);
    return input.ratings.map((each) => orError(() => rate(context, userId, checkRating(each))));
  });
  const done = results.filter((result): result is SetRating => !(result instanceof AppError));
  for (const { set, isNew } of done) if (isNew) events.ratings.publish({ userId, rating: set });
  return results.map((result) => (result instanceof AppError ? result : result.set));
}

/** @returns the rating that was taken away. @throws {AppError} INVALID_ID, RATING_NOT_FOUND; as `actingUserId` */
export async function removeRating(context: Context, input: Whose & { movieId: string }): Promise<Rating> {
  const userId = actingUserId(context, input.userId);
  const movieId = movieIdOf(input.movieId);
  const { db, events } = context.services;
  const removed = await write(db, () => deleteRating(db, userId, movieId));
  if (removed === undefined) {
    throw new AppError(
      "RATING_NOT_FOUND",
      `expected a rating of movie ${movieId} by user ${userId}, but there is none`,
    );
  }
  events.ratings.publish({ userId, rating: null });
  return removed;
}

function checkRating({ movieId, rating }: MovieRating): { movieId: MovieId; stars: number } {
  return { movieId: movieIdOf(movieId), stars: checkStars(rating) };
}

/** @throws {AppError} INVALID_RATING */
export function checkStars(rating: number): number {
  if (rating >= 0.5 && rating <= 5 && Number.isInteger(rating * 2)) return rating;
  throw new AppError("INVALID_RATING", `expected a rating of 0.5 to 5 in half stars, received ${received(rating)}`);
}

function checkUser({ services }: Context, userId: UserId): void {
  if (usersByIds(services.db, [userId])[0] === undefined) throw userNotFound(userId);
}

interface SetRating {
  set: Rating;
  /** Whether it is another one than before. */
  isNew: boolean;
}

/** Call inside `write`. */
function rate(
  { services }: Context,
  userId: UserId,
  { movieId, stars }: { movieId: MovieId; stars: number },
): SetRating {
  const { db } = services;
  if (moviesByIds(db, [movieId])[0] === undefined) throw movieNotFound(movieId);
  const before = ratingOf(db, userId, movieId);
  // The same rating again is not another one, and no later one.
  if (before?.edited && before.rating === stars) return { set: before, isNew: false };
  return { set: setRating(db, userId, movieId, stars, Math.floor(Date.now() / 1000)), isNew: true };
}
