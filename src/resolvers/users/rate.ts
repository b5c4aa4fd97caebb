/** Sets and removes a user's ratings; each takes effect at once. */
import * as z from "zod";
import { AppError, inField, movieNotFound, orError, received, userNotFound } from "../../errors.js";
import type { MovieId, UserId } from "../../ids.js";
import type { Rating, SetRating } from "../../store/ratings.js";
import { unixNow } from "../../unix-time.js";
import { actingUserId } from "../request/access.js";
import type { Context } from "../request/context.js";
import { toMovieId } from "../request/lookup.js";

interface RatingOwner {
  /** By default the viewer. */
  userId?: string | null;
}

export interface MovieRating {
  movieId: string;
  rating: number;
}

/** In one batch: one transaction, which other writers wait for. */
export const maxRatings = 500;

export const rateMoviesSchema = z.object({
  ratings: z.array(z.unknown()).refine((ratings) => ratings.length <= maxRatings, {
    error: ({ input }) => `expected up to ${maxRatings} ratings in a batch, received ${(input as unknown[]).length}`,
  }),
});

/** @throws {AppError} INVALID_ID, INVALID_RATING, USER_NOT_FOUND, MOVIE_NOT_FOUND; as `actingUserId` */
export async function rateMovie(context: Context, input: RatingOwner & MovieRating): Promise<Rating> {
  const userId = actingUserId(context, input.userId);
  const rating = checkRating(input);
  const [result] = await setRatings(context, userId, [rating]);
  if (result === undefined) throw movieNotFound(rating.movieId);
  return result.rating;
}

/**
 * @returns a rating or an error for each, in their order, those that `rateMovie` throws
 * @param input as `rateMoviesSchema` wants it
 * @throws {AppError} INVALID_ID, USER_NOT_FOUND; as `actingUserId`
 */
export async function rateMovies(
  context: Context,
  input: RatingOwner & { ratings: readonly MovieRating[] },
): Promise<(Rating | AppError)[]> {
  const userId = actingUserId(context, input.userId);
  const checked = input.ratings.map((each, i) => orError(() => inField(["ratings", i], () => checkRating(each))));
  const results = await setRatings(
    context,
    userId,
    checked.flatMap((rating) => (rating instanceof AppError ? [] : [rating])),
  );
  let next = 0;
  return checked.map((rating) =>
    rating instanceof AppError ? rating : (results[next++]?.rating ?? movieNotFound(rating.movieId)),
  );
}

/** @returns the deleted rating. @throws {AppError} INVALID_ID, RATING_NOT_FOUND; as `actingUserId` */
export async function removeRating(context: Context, input: RatingOwner & { movieId: string }): Promise<Rating> {
  const userId = actingUserId(context, input.userId);
  const movieId = inField(["movieId"], () => toMovieId(input.movieId));
  const removed = await context.services.store.ratings.delete(userId, movieId);
  if (removed === undefined) {
    throw new AppError("RATING_NOT_FOUND", `user ${userId} has not rated movie ${movieId}`);
  }
  return removed;
}

function checkRating({ movieId, rating }: MovieRating): CheckedRating {
  return {
    movieId: inField(["movieId"], () => toMovieId(movieId)),
    stars: inField(["rating"], () => checkStars(rating)),
  };
}

/** @throws {AppError} INVALID_RATING */
export function checkStars(rating: number): number {
  if (rating >= 0.5 && rating <= 5 && Number.isInteger(rating * 2)) return rating;
  throw new AppError("INVALID_RATING", `expected a rating of 0.5 to 5 in half stars, received ${received(rating)}`);
}

interface CheckedRating {
  movieId: MovieId;
  stars: number;
}

/** @returns undefined for each movie that does not exist. @throws {AppError} USER_NOT_FOUND */
async function setRatings(
  { services }: Context,
  userId: UserId,
  ratings: readonly CheckedRating[],
): Promise<(SetRating | undefined)[]> {
  const results = await services.store.ratings.set(userId, ratings, unixNow());
  if (results === undefined) throw userNotFound(userId);
  return results;
}
