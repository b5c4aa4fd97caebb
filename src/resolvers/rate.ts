/** A user's ratings, as they change them. What changes counts at once: nothing of it is kept in memory. */
import { moviesByIds } from "../db/movies.js";
import { deleteRating, type Rating, setRating } from "../db/ratings.js";
import { usersByIds } from "../db/users.js";
import { write } from "../db/write.js";
import { AppError, received } from "../errors.js";
import type { Context } from "./context.js";
import { movieIdOf, userIdOf } from "./lookup.js";
import { movieNotFound, userNotFound } from "./predict.js";

/** @throws {AppError} INVALID_ID, INVALID_RATING, USER_NOT_FOUND, MOVIE_NOT_FOUND */
export async function rateMovie(context: Context, userId: string, movieId: string, stars: number): Promise<Rating> {
  const user = userIdOf(userId);
  const movie = movieIdOf(movieId);
  if (!(stars >= 0.5 && stars <= 5 && Number.isInteger(stars * 2))) {
    throw new AppError("INVALID_RATING", `expected a rating of 0.5 to 5 in half stars, received ${received(stars)}`);
  }
  const { db } = context.services;
  return write(db, () => {
    if (usersByIds(db, [user])[0] === undefined) throw userNotFound(user);
    if (moviesByIds(db, [movie])[0] === undefined) throw movieNotFound(movie);
    return setRating(db, user, movie, stars, Math.floor(Date.now() / 1000));
  });
}

/** @returns the rating that was taken away. @throws {AppError} INVALID_ID, RATING_NOT_FOUND */
export async function removeRating(context: Context, userId: string, movieId: string): Promise<Rating> {
  const user = userIdOf(userId);
  const movie = movieIdOf(movieId);
  const { db } = context.services;
  const removed = await write(db, () => deleteRating(db, user, movie));
  if (removed === undefined) {
    throw new AppError("RATING_NOT_FOUND", `expected a rating of movie ${movie} by user ${user}, but there is none`);
  }
  return removed;
}
