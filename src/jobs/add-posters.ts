/** Adds posters from a folder of files named after movie numbers or IMDb ids. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError, received } from "../errors.js";
import { readRegularFile } from "../files/read-file.js";
import { type MovieId, parseImdbId, parseMovieId } from "../ids.js";
import { inspectPoster } from "../posters/images/inspect-poster.js";
import { maxPosterBytes } from "../posters/images/open-image.js";
import { savePoster } from "../posters/images/poster-files.js";
import type { Services } from "../services/services.js";
import type { Movie } from "../store/movies.js";
import type { Poster } from "../store/posters.js";
import { unixNow } from "../unix-time.js";
import { type Progress, silent } from "./progress.js";

export interface AddPostersOptions {
  /** Holds files such as `1193.jpg` or `tt0073486.png`; other files are refused by name. */
  folder: string;
  signal?: AbortSignal;
}

export interface AddPostersReport {
  files: number;
  added: number;
  /** Files whose picture was the movie's poster already. */
  unchanged: number;
  refused: { file: string; reason: string }[];
}

// Checked in parallel and recorded in one transaction: a commit for each would wait for the disk each time.
const filesPerBatch = 32;
const pictureName = /^(.+)\.(?:jpe?g|png|webp)$/i;

/**
 * Stops between two batches when the signal aborts; what is added stays.
 * @throws {AppError} DATA_EMPTY without a data set, or without any file; FILE_UNREADABLE when the folder cannot be read
 */
export async function addPosters(
  { store, folders, serving }: Services,
  { folder, signal }: AddPostersOptions,
  progress: Progress = silent,
): Promise<AddPostersReport> {
  if ((await serving()).dataset === undefined) {
    throw new AppError(
      "DATA_EMPTY",
      "expected a data set to add posters to, but none is loaded: run marquee import, or marquee setup",
    );
  }
  const files = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError("FILE_UNREADABLE", `expected a folder of posters, received ${received(folder)}: ${cause.code}`, {
      cause,
    });
  });
  const names = files
    .filter((file) => !file.isDirectory())
    .map((file) => file.name)
    .sort();
  if (names.length === 0) {
    throw new AppError(
      "DATA_EMPTY",
      `expected pictures named <movieId> or tt<imdbId> with .jpg, .png or .webp in ${received(folder)}, but it holds no files`,
    );
  }
  const find = createMovieFinder(await store.movies.all());
  const addedAt = unixNow();
  const fileOf = new Map<MovieId, string>();
  const report: AddPostersReport = { files: names.length, added: 0, unchanged: 0, refused: [] };
  for (let from = 0; from < names.length && !signal?.aborted; from += filesPerBatch) {
    const batch = names.slice(from, from + filesPerBatch);
    const read = await Promise.all(batch.map((name) => addFile(join(folder, name), find(name))));
    const taken = read.map((result, i) => (result instanceof AppError ? result : onlyOne(result, batch[i])));
    const rows = taken.filter((result): result is Poster => !(result instanceof AppError));
    const changed = (await store.posters.set(rows)).length;
    report.added += changed;
    report.unchanged += rows.length - changed;
    taken.forEach((result, i) => {
      if (result instanceof AppError) report.refused.push({ file: batch[i], reason: result.message });
    });
    progress.update({ stage: "add", done: from + batch.length, total: names.length, unit: "posters" });
  }
  return report;

  /** Two files for one movie would replace each other at every import. */
  function onlyOne(row: Poster, file: string): Poster | AppError {
    const first = fileOf.get(row.movieId);
    if (first === undefined) fileOf.set(row.movieId, file);
    return first === undefined
      ? row
      : new AppError("INVALID_ARGUMENT", `expected one poster for movie ${row.movieId}, which ${first} is already`);
  }

  /** Checks a picture and stores it. @returns its record, or why it is refused */
  async function addFile(file: string, movieId: MovieId | AppError): Promise<Poster | AppError> {
    if (movieId instanceof AppError) return movieId;
    try {
      const bytes = await readRegularFile(file, maxPosterBytes, basename(file));
      const { format, width, height, sha256 } = await inspectPoster(bytes);
      await savePoster(folders.posters, bytes, format);
      return { movieId, sha256, format, width, height, bytes: bytes.length, source: "folder", addedAt };
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }
}

function createMovieFinder(movies: readonly Pick<Movie, "id" | "imdbId">[]): (file: string) => MovieId | AppError {
  const known = new Set(movies.map(({ id }) => id));
  const byImdbId = new Map(movies.flatMap(({ id, imdbId }) => (imdbId === null ? [] : [[imdbId, id] as const])));
  return (file) => {
    const name = pictureName.exec(file)?.[1];
    if (name === undefined) {
      return new AppError(
        "POSTER_UNREADABLE",
        `expected <movieId> or tt<imdbId> with .jpg, .png or .webp, received ${received(file)}`,
      );
    }
    const movieId = parseMovieId(name);
    if (movieId !== undefined) {
      return known.has(movieId) ? movieId : new AppError("MOVIE_NOT_FOUND", `there is no movie ${movieId}`);
    }
    const imdbId = /^tt\d+$/i.test(name) ? parseImdbId(name) : undefined;
    if (imdbId === undefined) {
      return new AppError(
        "POSTER_UNREADABLE",
        `expected a name of <movieId> or tt<imdbId>, received ${received(name)}`,
      );
    }
    return byImdbId.get(imdbId) ?? new AppError("MOVIE_NOT_FOUND", `there is no movie with the IMDb id ${imdbId}`);
  };
}
