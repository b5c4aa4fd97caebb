/** Uploads and removes posters. */
import { AppError, inField, movieNotFound } from "../../errors.js";
import type { MovieId } from "../../ids.js";
import { inspectPoster } from "../../posters/images/inspect-poster.js";
import { maxPosterBytes } from "../../posters/images/open-image.js";
import { savePoster } from "../../posters/images/poster-files.js";
import type { Movie } from "../../store/movies.js";
import { unixNow } from "../../unix-time.js";
import type { Context } from "../request/context.js";
import { toMovieId } from "../request/lookup.js";

export { maxPosterBytes } from "../../posters/images/open-image.js";

/** A file of a multipart request, as far as it is needed. */
export interface UploadedFile {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Makes a picture a movie's poster; no provider ever replaces it.
 * @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND, POSTER_UNREADABLE
 */
export async function uploadPoster(context: Context, movieId: string, file: UploadedFile): Promise<Movie> {
  const id = inField(["movieId"], () => toMovieId(movieId));
  const { store, folders, encoders } = context.services;
  const movie = await getMovie(context, id);
  if (file.size > maxPosterBytes) {
    throw new AppError(
      "POSTER_UNREADABLE",
      `expected a poster of at most ${maxPosterBytes} bytes, received ${file.size}`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { format, width, height, sha256 } = await inspectPoster(bytes);
  await savePoster(folders.posters, bytes, format);
  const picture = { sha256, format, width, height, bytes: bytes.length };
  await store.posters.set([{ ...picture, movieId: id, source: "upload", addedAt: unixNow() }]);
  // Other movies find it among their neighbours at once. A broken encoder is no fault of this picture.
  await encoders.embeddings([picture]).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
  });
  return movie;
}

/**
 * Removes a movie's poster; a provider that is set up is asked for it again when it is needed.
 * @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND, POSTER_NOT_FOUND
 */
export async function removePoster(context: Context, movieId: string): Promise<Movie> {
  const id = inField(["movieId"], () => toMovieId(movieId));
  const movie = await getMovie(context, id);
  if ((await context.services.store.posters.delete(id)) === undefined) {
    throw new AppError("POSTER_NOT_FOUND", `movie ${id} has no poster`);
  }
  return movie;
}

/** @throws {AppError} MOVIE_NOT_FOUND */
async function getMovie({ loaders }: Context, id: MovieId): Promise<Movie> {
  const movie = await loaders.movieById.load(id);
  if (movie === undefined) throw movieNotFound(id);
  return movie;
}
