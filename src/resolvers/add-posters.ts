/** Taking posters from a folder into the store: files named after a movie's number or its IMDb id. */
import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { posterNames, setPoster } from "../db/posters.js";
import { write } from "../db/write.js";
import { AppError, received } from "../errors.js";
import { type MovieId, parseImdbId, parseMovieId } from "../ids.js";
import { inspectPoster, maxPosterBytes } from "../posters/images.js";
import { savePoster } from "../posters/store.js";
import type { Services } from "./services.js";

export interface AddPostersReport {
  files: number;
  added: number;
  /** Posters that were there already, the same picture. */
  unchanged: number;
  refused: { file: string; reason: string }[];
}

const pictureName = /^(.+)\.(?:jpe?g|png|webp)$/i;

/**
 * @param folder with files such as `1193.jpg` or `tt0073486.png`; other files are refused by name
 * @throws {AppError} FILE_UNREADABLE when the folder cannot be read
 */
export async function addPosters(
  { db, folders }: Services,
  folder: string,
  onProgress: (done: number, total: number) => void,
  signal?: AbortSignal,
): Promise<AddPostersReport> {
  const files = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError("FILE_UNREADABLE", `expected a folder of posters, received ${received(folder)}: ${cause.code}`, {
      cause,
    });
  });
  const names = files
    .filter((file) => file.isFile())
    .map((file) => file.name)
    .sort();
  const find = movieFinder(posterNames(db));
  const report: AddPostersReport = { files: names.length, added: 0, unchanged: 0, refused: [] };
  for (const [i, name] of names.entries()) {
    if (signal?.aborted) break;
    const result = await addOne(join(folder, name), find(name)).catch((error: unknown) => {
      if (error instanceof AppError) return error;
      throw error;
    });
    if (result instanceof AppError) report.refused.push({ file: name, reason: result.message });
    else if (result) report.added++;
    else report.unchanged++;
    onProgress(i + 1, names.length);
  }
  return report;

  /** @returns whether the movie's poster changed */
  async function addOne(file: string, movieId: MovieId | AppError): Promise<boolean> {
    if (movieId instanceof AppError) throw movieId;
    const { size } = await stat(file);
    if (size > maxPosterBytes) {
      throw new AppError("POSTER_UNREADABLE", `expected a poster of at most ${maxPosterBytes} bytes, received ${size}`);
    }
    const bytes = await readFile(file);
    const { format, width, height } = await inspectPoster(bytes);
    await savePoster(folders.posters, bytes, format);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const addedAt = Math.floor(Date.now() / 1000);
    return write(db, () =>
      setPoster(db, { movieId, sha256, format, width, height, bytes: bytes.length, source: "folder", addedAt }),
    );
  }
}

function movieFinder(movies: { movieId: MovieId; imdbId: string | null }[]): (file: string) => MovieId | AppError {
  const known = new Set(movies.map(({ movieId }) => movieId));
  const byImdbId = new Map(
    movies.flatMap(({ movieId, imdbId }) => (imdbId === null ? [] : [[imdbId, movieId] as const])),
  );
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
      return known.has(movieId)
        ? movieId
        : new AppError("MOVIE_NOT_FOUND", `expected the number of a movie, received ${movieId}`);
    }
    const imdbId = /^tt\d+$/i.test(name) ? parseImdbId(name) : undefined;
    if (imdbId === undefined) {
      return new AppError(
        "POSTER_UNREADABLE",
        `expected a name of <movieId> or tt<imdbId>, received ${received(name)}`,
      );
    }
    return (
      byImdbId.get(imdbId) ??
      new AppError("MOVIE_NOT_FOUND", `expected the IMDb id of a movie here, received ${imdbId}`)
    );
  };
}
