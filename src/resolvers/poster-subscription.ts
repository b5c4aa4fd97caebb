/** Movies as their posters change, for subscribers. */
import type { Movie } from "../db/movies.js";
import type { MovieId } from "../ids.js";
import type { Context } from "./context.js";
import { forgetAll } from "./loaders.js";
import { findMovie } from "./lookup.js";

/** @param movieId one movie's number or global id; all movies where it is left out. @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND */
export async function posterChanges(
  context: Context,
  movieId: string | null | undefined,
): Promise<AsyncIterableIterator<MovieId>> {
  const { updates } = context.services.posterSources;
  if (movieId == null) return updates.subscribe();
  const { id } = await findMovie(context, { id: movieId });
  return updates.subscribe((changed) => changed === id);
}

/** The movie as it is now: what the subscription's loaders kept of earlier events is forgotten. */
export async function changedMovie(context: Context, id: MovieId): Promise<Movie> {
  forgetAll(context);
  return findMovie(context, { id: String(id) });
}
