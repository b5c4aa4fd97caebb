/** Subscription to changes of a movie's poster. */
import type { MovieId } from "../../ids.js";
import type { Movie } from "../../store/movies.js";
import type { Context } from "../request/context.js";
import { findMovie } from "../request/lookup.js";
import { whileAllowed } from "../system/event-streams.js";

/** @param movieId one movie's number or global id; all movies where it is left out. @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND */
export async function posterChanges(
  context: Context,
  movieId: string | null | undefined,
): Promise<AsyncIterableIterator<MovieId>> {
  const wanted = movieId == null ? undefined : (await findMovie(context, movieId)).id;
  const changes = context.services.store.changes({
    subjects: ["posters"],
    isWanted: ({ movieId: changed }) => changed !== null && (wanted === undefined || changed === wanted),
  });
  return whileAllowed(context, undefined, changes, (change) => change.movieId as MovieId);
}

/** The movie as it is now. */
export async function changedMovie(context: Context, id: MovieId): Promise<Movie> {
  return findMovie(context, String(id));
}
