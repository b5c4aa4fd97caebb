/** What the readers of other services' exports give: one person's ratings, as the service states them. */
import { AppError } from "../../errors.js";
import type { ImdbId } from "../../ids.js";

export interface ExportRow {
  /** Line in the file, from 1, with its header; position in a list, from 1. */
  line: number;
  /** Empty where only ids are given. May still have its year in brackets. */
  title: string;
  year: number | null;
  imdbId: ImdbId | null;
  tmdbId: number | null;
  /** A MovieLens number. */
  movieId: number | null;
  /** As stated: `8`, `4.5`, `♥`. Empty for none. */
  rating: string;
  /** Unix seconds; null where it is not stated. */
  ratedAt: number | null;
  /** What it is, where that is no film: `tvSeries`. */
  otherKind: string | null;
}

export const ratingServices = ["letterboxd", "imdb", "trakt", "movielens", "csv"] as const;
/** Where a file comes from; `csv` for any other with a title or an id, and a rating. */
export type Service = (typeof ratingServices)[number];

/** A person who rates one film a day for fifty years has fewer. */
export const maxExportRows = 20_000;

export function unreadable(expected: string, found: string, cause?: unknown): AppError {
  return new AppError("RATINGS_UNREADABLE", `expected ${expected}, received ${found}`, { cause });
}

export interface Export {
  service: Service;
  rows: ExportRow[];
}
