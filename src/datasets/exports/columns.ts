/** Finds the columns of a CSV file by the names that services and people give them. */
import { parseImdbId } from "../../ids.js";
import { columnNames } from "../movielens/read-csv.js";
import { findService } from "../movielens/service-exports.js";
import type { ExportRow, Service } from "./export-row.js";

const names = {
  title: ["title", "name", "film", "movie", "movie title", "film title"],
  year: ["year", "release year", "release_year"],
  rating: ["rating", "your rating", "my rating", "your_rating", "my_rating", "score", "stars", "liked", "like"],
  imdbId: ["imdb_id", "imdbid", "imdb id", "imdb", "const", "tconst", "imdb url", "url"],
  tmdbId: ["tmdb_id", "tmdbid", "tmdb id", "tmdb"],
  movieId: ["movieid", "movie_id"],
  userId: ["userid", "user_id"],
  ratedAt: ["date rated", "rated_at", "date", "timestamp", "watched date", "watcheddate", "created", "created_at"],
  kind: ["title type", "type"],
} as const;

type Column = keyof typeof names;
export type Columns = Partial<Record<Column, number>>;

/** @param header the fields of the first line */
export function findColumns(header: readonly string[]): Columns {
  const known = columnNames(header);
  const found: Columns = {};
  for (const [column, spellings] of Object.entries(names) as [Column, readonly string[]][]) {
    const index = spellings.map((name) => known.indexOf(name)).find((at) => at >= 0);
    if (index !== undefined) found[column] = index;
  }
  return found;
}

/** Whether the columns say what was rated, and how. */
export function areEnough({ title, imdbId, tmdbId, movieId, rating }: Columns): boolean {
  return rating !== undefined && (title ?? imdbId ?? tmdbId ?? movieId) !== undefined;
}

/** The service whose header this is. */
export function toService(header: readonly string[], columns: Columns): Service {
  const service = findService(columnNames(header));
  if (service !== undefined) return service.toLowerCase() as Lowercase<typeof service>;
  if (columns.movieId !== undefined) return "movielens";
  return "csv";
}

const filmKinds = /^(?:movie|film|tvMovie|tv movie|video|short|tvShort|tv short|tvSpecial|tv special|documentary|)$/i;

export function toRow(fields: readonly string[], columns: Columns, line: number): ExportRow {
  const field = (column: Column): string => {
    const index = columns[column];
    return index === undefined ? "" : (fields[index] ?? "").trim();
  };
  const kind = field("kind");
  return {
    line,
    title: field("title"),
    year: toYear(field("year")),
    imdbId: parseImdbId(field("imdbId")) ?? null,
    tmdbId: toId(field("tmdbId")),
    movieId: toId(field("movieId")),
    rating: field("rating"),
    ratedAt: toUnixSeconds(field("ratedAt")),
    otherKind: filmKinds.test(kind) ? null : kind,
  };
}

export function toYear(text: string): number | null {
  const year = /^(\d{4})(?:\.0)?$/.exec(text)?.[1];
  return year === undefined ? null : Number(year);
}

export function toId(text: string): number | null {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
}

/** From an ISO date or time, or Unix seconds; null for anything else, and for what is not in the past. */
export function toUnixSeconds(text: string): number | null {
  const seconds = /^\d{9,10}$/.test(text)
    ? Number(text)
    : /^\d{4}-\d\d-\d\d/.test(text)
      ? Math.floor(Date.parse(text) / 1000)
      : Number.NaN;
  return Number.isNaN(seconds) || seconds <= 0 || seconds > Date.now() / 1000 + 86_400 ? null : seconds;
}
