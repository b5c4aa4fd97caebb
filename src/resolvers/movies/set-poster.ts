/** Uploads and removes posters. */
import { type Movie, moviesByIds } from "../../db/movies.js";
import { deletePoster, setPoster } from "../../db/posters.js";
import { write } from "../../db/write.js";
import { AppError, inField } from "../../errors.js";
import { inspectPoster } from "../../posters/images/inspect-poster.js";
import { maxPosterBytes } from "../../posters/images/open-image.js";
import { savePoster } from "../../posters/images/store.js";
import { unixNow } from "../../unix-time.js";

export { maxPosterBytes } from "../../posters/images/open-image.js";

import { movieNotFound } from "../../recommend/predict.js";
import type { Context } from "../request/context.js";
import { movieIdOf } from "../request/lookup.js";

/** A file of a multipart request, as far as it is needed. */
export interface UploadedFile {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * Makes a picture a movie's poster; no source of posters ever replaces it.
 * @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND, POSTER_UNREADABLE
 */
export async function uploadPoster(context: Context, movieId: string, file: UploadedFile): Promise<Movie> {
  const id = inField(["movieId"], () => movieIdOf(movieId));
  const { db, folders, posterSources } = context.services;
  if (moviesByIds(db, [id])[0] === undefined) throw movieNotFound(id);
  if (file.size > maxPosterBytes) {
    throw new AppError(
      "POSTER_UNREADABLE",
      `expected a poster of at most ${maxPosterBytes} bytes, received ${file.size}`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { format, width, height, sha256 } = await inspectPoster(bytes);
  await savePoster(folders.posters, bytes, format);
  const addedAt = unixNow();
  const row = { movieId: id, sha256, format, width, height, bytes: bytes.length, source: "upload" as const, addedAt };
  const movie = await write(db, () => {
    const [found] = moviesByIds(db, [id]);
    if (found === undefined) throw movieNotFound(id);
    setPoster(db, row);
    return found;
  });
  posterSources.updates.publish(id);
  // Other movies find it among their neighbours at once. An encoder that is of no use is no fault of this picture.
  await context.services.encoders.embeddings([row]).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
  });
  return movie;
}

/**
 * Takes a movie's poster away; where a source of posters is set up, it is fetched from there again when it is needed.
 * @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND, POSTER_NOT_FOUND
 */
export async function removePoster(context: Context, movieId: string): Promise<Movie> {
  const id = inField(["movieId"], () => movieIdOf(movieId));
  const { db, posterSources } = context.services;
  const movie = await write(db, () => {
    const [found] = moviesByIds(db, [id]);
    if (found === undefined) throw movieNotFound(id);
    if (deletePoster(db, id) === undefined) {
      throw new AppError("POSTER_NOT_FOUND", `expected a poster of movie ${id}, but it has none`);
    }
    return found;
  });
  posterSources.updates.publish(id);
  return movie;
}
