/** Reads Trakt's JSON: a list of `{ rated_at, rating, type, movie: { title, year, ids: { imdb, tmdb } } }`. */
import * as z from "zod";
import { parseImdbId } from "../../ids.js";
import { toUnixSeconds } from "./columns.js";
import { type Export, type ExportRow, maxExportRows, unreadable } from "./export-row.js";

const ids = z.object({ imdb: z.string().nullish(), tmdb: z.number().int().nullish() }).partial();
const work = z.object({ title: z.string().nullish(), year: z.number().int().nullish(), ids: ids.nullish() });
const item = z.object({
  rated_at: z.string().nullish(),
  rating: z.number().nullish(),
  type: z.string().nullish(),
  movie: work.nullish(),
  show: work.nullish(),
});

/** @throws {AppError} RATINGS_UNREADABLE */
export function readTrakt(text: string): Export {
  const items = parseList(text);
  if (items.length > maxExportRows) {
    throw unreadable(`up to ${maxExportRows} ratings`, String(items.length));
  }
  return { service: "trakt", rows: items.map(toExportRow) };
}

function parseList(text: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable("Trakt's JSON", `some that breaks off: ${(cause as Error).message}`, cause);
  }
  if (Array.isArray(value)) return value;
  throw unreadable("Trakt's JSON, a list of ratings", "something else");
}

function toExportRow(value: unknown, index: number): ExportRow {
  const line = index + 1;
  const { success, data, error } = item.safeParse(value);
  if (!success) {
    const [issue] = error.issues;
    const at = [line, ...issue.path].join(", ");
    throw unreadable("Trakt's ratings", `another form at ${at}`);
  }
  const { movie, show, type, rating, rated_at: ratedAt } = data;
  const film = movie ?? show;
  return {
    line,
    title: film?.title ?? "",
    year: film?.year ?? null,
    imdbId: parseImdbId(film?.ids?.imdb ?? "") ?? null,
    tmdbId: film?.ids?.tmdb ?? null,
    movieId: null,
    rating: rating == null ? "" : String(rating),
    ratedAt: toUnixSeconds(ratedAt ?? ""),
    otherKind: movie == null ? (type ?? "show") : null,
  };
}
