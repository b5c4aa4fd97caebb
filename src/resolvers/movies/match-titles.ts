/** Finds the movies of a list of titles, such as a festival's programme. */
import { type FilmIndex, indexFilms, matchRow, type RowMatch } from "../../datasets/exports/match-rows.js";
import { AppError } from "../../errors.js";
import { createYield } from "../../event-loop.js";
import { parseImdbId } from "../../ids.js";
import type { Catalogue } from "../../services/catalogue.js";
import type { Movie } from "../../store/movies.js";
import type { Context } from "../request/context.js";

export interface TitleMatch {
  /** As it was given. */
  title: string;
  movie: Movie | null;
  /** In 0..1; 0 without a movie. */
  confidence: number;
  /** What matches and what does not, or why there is no movie. */
  evidence: string;
}

export const maxTitles = 500;
const maxTitleLength = 300;

/**
 * One for each title, in their order: `The Godfather (1972)`, `Godfather, The, 1972`, or an IMDb id or address.
 * @throws {AppError} INVALID_ARGUMENT for too many, or too long ones; DATA_EMPTY
 */
export async function matchTitles(context: Context, titles: readonly string[]): Promise<TitleMatch[]> {
  if (titles.length > maxTitles) {
    throw new AppError("INVALID_ARGUMENT", `expected up to ${maxTitles} titles, received ${titles.length}`);
  }
  const long = titles.find((title) => title.length > maxTitleLength);
  if (long !== undefined) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected titles of up to ${maxTitleLength} characters, received ${long.length}`,
    );
  }
  const index = await getFilmIndex(context);
  const pause = createYield();
  const matches: TitleMatch[] = [];
  for (const title of titles) {
    await pause();
    const match = matchTitle(title.trim(), index);
    const movie = match.movie === null ? null : ((await context.loaders.movieById.load(match.movie.id)) ?? null);
    matches.push(
      match.movie === null
        ? { title, movie: null, confidence: 0, evidence: match.reason }
        : { title, movie, confidence: match.confidence, evidence: match.evidence },
    );
  }
  return matches;
}

const noFacts = { line: 1, tmdbId: null, movieId: null, rating: "", ratedAt: null, otherKind: null };

function matchTitle(title: string, index: FilmIndex): RowMatch {
  const row = { ...noFacts, title, year: null, imdbId: parseImdbId(title) ?? null };
  const whole = matchRow(row, index);
  // "Blade Runner 2049" and "2001: A Space Odyssey" are whole titles; others are followed or preceded by their years.
  const parts = whole.movie === null ? splitYear(title) : undefined;
  return parts === undefined ? whole : matchRow({ ...row, ...parts }, index);
}

/** `Heat, 1995`, `1995 - Heat` and `Heat 1995` have their year outside brackets. */
function splitYear(text: string): { title: string; year: number } | undefined {
  const after = /^(.+?)[\s,;–-]+((?:18|19|20)\d\d)$/.exec(text);
  if (after !== null) return { title: after[1], year: Number(after[2]) };
  const before = /^((?:18|19|20)\d\d)\s*[,;:–-]\s*(.+)$/.exec(text);
  return before === null ? undefined : { title: before[2], year: Number(before[1]) };
}

/** One for each catalogue. */
const indexes = new WeakMap<Catalogue, Promise<FilmIndex>>();

/** @throws {AppError} DATA_EMPTY */
export async function getFilmIndex({ loaders, services }: Context): Promise<FilmIndex> {
  const catalogue = await loaders.catalogue.load();
  const known = indexes.get(catalogue);
  if (known !== undefined) return known;
  const indexing = services.store.movies
    .all()
    .then((movies) => indexFilms(movies, catalogue.dataset.kind !== "embedded"));
  indexes.set(catalogue, indexing);
  indexing.catch(() => indexes.delete(catalogue));
  return indexing;
}
