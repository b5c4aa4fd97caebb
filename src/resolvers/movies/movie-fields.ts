/** Resolvers of a movie's fields. */
import { AppError } from "../../errors.js";
import { clampStars } from "../../recommend/star-scale.js";
import type { Movie } from "../../store/movies.js";
import type { Poster } from "../../store/posters.js";
import { findReadableUser } from "../request/access.js";
import type { Context } from "../request/context.js";
import { findMovie } from "../request/lookup.js";

/** Stars as shown, 0.5 to 5; of the viewer where no user is named. @throws {AppError} as `findReadableUser` and `Models.get` */
export async function predictedRating(
  context: Context,
  movie: Movie,
  userId: string | null | undefined,
): Promise<number> {
  const user = await findReadableUser(context, userId);
  const prediction = await context.loaders.prediction.load({ userId: user.id, movieId: movie.id });
  return clampStars(prediction.stars);
}

/** @throws {AppError} INVALID_ARGUMENT unless just one of both is given; INVALID_ID, USER_NOT_FOUND, MOVIE_NOT_FOUND */
export async function posterSimilarity(
  context: Context,
  movie: Movie,
  to: { userId?: string | null; movieId?: string | null },
): Promise<number | null> {
  if ((to.userId == null) === (to.movieId == null)) {
    throw new AppError(
      "INVALID_ARGUMENT",
      "expected either userId or movieId to compare the poster with, received both or none",
    );
  }
  const target =
    to.userId != null
      ? { userId: (await findReadableUser(context, to.userId)).id }
      : { movieIds: [(await findMovie(context, to.movieId as string)).id] };
  return context.loaders.posterSimilarity.load({ movieId: movie.id, target });
}

/** A movie's poster; one that is missing is fetched in the background. */
export async function getPoster({ loaders }: Context, { id }: Movie): Promise<Poster | null> {
  const poster = await loaders.posterByMovieId.load(id);
  if (poster === undefined) await loaders.isPosterPending.load(id);
  return poster ?? null;
}

export type PosterState = "READY" | "PENDING" | "NONE";

export async function posterState({ loaders }: Context, { id }: Movie): Promise<PosterState> {
  if ((await loaders.posterByMovieId.load(id)) !== undefined) return "READY";
  return (await loaders.isPosterPending.load(id)) ? "PENDING" : "NONE";
}

/** The title's page on IMDb; null where the movie is not linked. */
export function imdbUrl({ imdbId }: Movie): string | null {
  return imdbId === null ? null : `https://www.imdb.com/title/${imdbId}/`;
}
