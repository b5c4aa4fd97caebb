/** Streams the rows of a detected data set in batches, whichever of the three layouts it has. */
import type { DetectedDataset } from "./detect.js";
import { readMovies1m, readRatings1m, readUsers1m } from "./read-1m.js";
import { readMovies100k, readRatings100k, readUsers100k } from "./read-100k.js";
import { readLinksCsv, readMoviesCsv, readRatingsCsv } from "./read-csv.js";
import type { LinkRow, MovieRow, RatingRow, ReadOptions, UserRow } from "./rows.js";
import type { Source } from "./source.js";

export type { BadLine, LinkRow, MovieRow, RatingRow, ReadOptions, UserRow } from "./rows.js";

/** @throws {AppError} DATA_BAD_LINE unless `skipBad`; DATA_FORMAT where the file itself cannot be read */
export function readMovies(source: Source, dataset: DetectedDataset, options: ReadOptions): AsyncGenerator<MovieRow[]> {
  const { movies, genres } = dataset.files;
  if (dataset.kind === "1m") return readMovies1m(source, movies, options);
  if (dataset.kind === "100k") return readMovies100k(source, movies, genres, options);
  return readMoviesCsv(source, movies, options);
}

/**
 * No rows where the data set does not describe its users (10M and all CSV releases): their ids occur in the ratings only.
 * @throws {AppError} DATA_BAD_LINE unless `skipBad`; DATA_FORMAT where the file itself cannot be read
 */
export async function* readUsers(
  source: Source,
  dataset: DetectedDataset,
  options: ReadOptions,
): AsyncGenerator<UserRow[], void> {
  const { users } = dataset.files;
  if (users === undefined) return;
  yield* dataset.kind === "100k" ? readUsers100k(source, users, options) : readUsers1m(source, users, options);
}

/**
 * In the order of the file. The importer checks that the movie exists and that no user rates it twice.
 * @throws {AppError} DATA_BAD_LINE unless `skipBad`; DATA_FORMAT where the file itself cannot be read
 */
export function readRatings(
  source: Source,
  dataset: DetectedDataset,
  options: ReadOptions,
): AsyncGenerator<RatingRow[]> {
  const { ratings } = dataset.files;
  if (dataset.kind === "1m") return readRatings1m(source, ratings, options);
  if (dataset.kind === "100k") return readRatings100k(source, ratings, options);
  return readRatingsCsv(source, ratings, options);
}

/**
 * No rows where the data set has no links.csv.
 * @throws {AppError} DATA_BAD_LINE unless `skipBad`; DATA_FORMAT where the file itself cannot be read
 */
export async function* readLinks(
  source: Source,
  dataset: DetectedDataset,
  options: ReadOptions,
): AsyncGenerator<LinkRow[], void> {
  const { links } = dataset.files;
  if (links !== undefined) yield* readLinksCsv(source, links, options);
}
