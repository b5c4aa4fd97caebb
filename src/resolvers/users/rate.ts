/** Changes a user's ratings; a change takes effect at once, since nothing of it is cached. */
import { z } from "zod";
import { rememberDeletion } from "../../db/deletions.js";
import { moviesByIds } from "../../db/movies.js";
import { deleteRating, type Rating, ratingSetter, ratingsOfMovies } from "../../db/ratings.js";
import { usersByIds } from "../../db/users.js";
import { write } from "../../db/write.js";
import { AppError, inField, orError, received } from "../../errors.js";
import type { MovieId, UserId } from "../../ids.js";
import { movieNotFound, userNotFound } from "../../recommend/predict.js";
import { unixNow } from "../../unix-time.js";
import { actingUserId } from "../request/access.js";
import type { Context } from "../request/context.js";
import { movieIdOf } from "../request/lookup.js";

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

export const rateMoviesSchema = z.object({
  ratings: z.array(z.unknown()).refine((ratings) => ratings.length <= mostRatings, {
    error: ({ input }) => `expected up to ${mostRatings} ratings in a batch, received ${(input as unknown[]).length}`,
  }),
});

/** @throws {AppError} INVALID_ID, INVALID_RATING, USER_NOT_FOUND, MOVIE_NOT_FOUND; as `actingUserId` */
export async function rateMovie(context: Context, input: Whose & MovieRating): Promise<Rating> {
  const userId = actingUserId(context, input.userId);
  const rating = checkRating(input);
  const { db, events } = context.services;
  const [result] = await write(db, () => {
    checkUser(context, userId);
    return setRatings(context, userId, [rating]);
  });
  if (result instanceof AppError) throw result;
  const { set, isNew } = result;
  if (isNew) events.ratings.publish({ userId, rating: set });
  return set;
}

/**
 * @returns a rating or an error for each, in their order, those that `rateMovie` throws
 * @param input as `rateMoviesSchema` wants it
 * @throws {AppError} INVALID_ID, USER_NOT_FOUND; as `actingUserId`
 */
export async function rateMovies(
  context: Context,
  input: Whose & { ratings: readonly MovieRating[] },
): Promise<(Rating | AppError)[]> {
  const userId = actingUserId(context, input.userId);
  const { db, events } = context.services;
  const checked = input.ratings.map((each, i) => orError(() => inField(["ratings", i], () => checkRating(each))));
  const results = await write(db, () => {
    checkUser(context, userId);
    return setRatings(context, userId, checked);
  });
  const done = results.filter((result): result is SetRating => !(result instanceof AppError));
  for (const { set, isNew } of done) if (isNew) events.ratings.publish({ userId, rating: set });
  return results.map((result) => (result instanceof AppError ? result : result.set));
}

/** @returns the rating that was taken away. @throws {AppError} INVALID_ID, RATING_NOT_FOUND; as `actingUserId` */
export async function removeRating(context: Context, input: Whose & { movieId: string }): Promise<Rating> {
  const userId = actingUserId(context, input.userId);
  const movieId = inField(["movieId"], () => movieIdOf(input.movieId));
  const { db, events } = context.services;
  const removed = await write(db, () => {
    const rating = deleteRating(db, userId, movieId);
    if (rating !== undefined) rememberDeletion(db, userId, movieId);
    return rating;
  });
  if (removed === undefined) {
    throw new AppError(
      "RATING_NOT_FOUND",
      `expected a rating of movie ${movieId} by user ${userId}, but there is none`,
    );
  }
  events.ratings.publish({ userId, rating: null });
  return removed;
}

function checkRating({ movieId, rating }: MovieRating): CheckedRating {
  return {
    movieId: inField(["movieId"], () => movieIdOf(movieId)),
    stars: inField(["rating"], () => checkStars(rating)),
  };
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

interface CheckedRating {
  movieId: MovieId;
  stars: number;
}

/** One after another; an error stays in its place, as does a movie that is not there. Call inside `write`. */
function setRatings(
  { services: { db } }: Context,
  userId: UserId,
  ratings: readonly (CheckedRating | AppError)[],
): (SetRating | AppError)[] {
  const movieIds = ratings.flatMap((rating) => (rating instanceof AppError ? [] : [rating.movieId]));
  const known = new Set(moviesByIds(db, movieIds).map((movie) => movie?.id));
  const standing = ratingsOfMovies(db, userId, movieIds);
  const setRating = ratingSetter(db, userId, unixNow());
  return ratings.map((rating) => {
    if (rating instanceof AppError) return rating;
    const { movieId, stars } = rating;
    if (!known.has(movieId)) return movieNotFound(movieId);
    const before = standing.get(movieId);
    // The same rating again is not another one, and no later one.
    if (before?.edited && before.rating === stars) return { set: before, isNew: false };
    const set = setRating(movieId, stars);
    standing.set(movieId, set);
    return { set, isNew: true };
  });
}
