/** Lists of movies: those that match, the best rated, the most rated. */

import { audienceOf } from "../../access/read-policy.js";
import {
  bestRatedMovies,
  countMatchingMovies,
  listMovies,
  type Movie,
  type MovieFilter,
  type MovieOrderField,
  mostRatedMovies,
} from "../../db/movies.js";
import { ratingTotals } from "../../db/statistics.js";
import { AppError } from "../../errors.js";
import type { MovieId } from "../../ids.js";
import type { Context } from "../request/context.js";
import { checkFirst, type Keyed, type KeyPage, maxPage } from "../request/cursors.js";
import { checkText } from "../request/input-schemas.js";
import { type RangeArgs, rangeOf } from "../request/ranges.js";

export { type MovieOrderField, movieOrderFields } from "../../db/movies.js";

export interface GenreArgs {
  genres?: readonly string[] | null;
  anyGenre?: readonly string[] | null;
  excludeGenres?: readonly string[] | null;
}

export interface MoviesArgs extends GenreArgs {
  search?: string | null;
  years?: RangeArgs | null;
  meanRating?: RangeArgs | null;
  ratingCount?: RangeArgs | null;
  linked?: boolean | null;
  uncertainLink?: boolean | null;
  hasPoster?: boolean | null;
  orderBy?: { field: MovieOrderField; direction?: "ASC" | "DESC" | null } | null;
}

export interface MovieOrder {
  field: MovieOrderField;
  descending: boolean;
}

/** By default by number, or by relevance where somebody searches; most or latest first where that is what one looks for. */
export function movieOrderOf({ orderBy, search }: MoviesArgs): MovieOrder {
  const isSearch = search != null && search.trim() !== "";
  const field = orderBy?.field ?? (isSearch ? "RELEVANCE" : "NUMBER");
  if (field === "RELEVANCE" && !isSearch) {
    throw new AppError("INVALID_ARGUMENT", "expected a search to order by RELEVANCE, received none");
  }
  const usual = field === "NUMBER" || field === "TITLE" || field === "RELEVANCE" ? "ASC" : "DESC";
  return { field, descending: (orderBy?.direction ?? usual) === "DESC" };
}

export function moviesPage(context: Context, args: MoviesArgs, page: KeyPage): Keyed<Movie>[] {
  return listMovies(context.services.db, audienceOf(context), filterOf(args), movieOrderOf(args), page);
}

export function movieCount(context: Context, args: MoviesArgs): number {
  return countMatchingMovies(context.services.db, audienceOf(context), filterOf(args));
}

const longestSearch = 200;
const mostGenres = 20;

/** @throws {AppError} INVALID_ARGUMENT for what SQLite would find too long a pattern or too many conditions */
function filterOf(args: MoviesArgs): MovieFilter {
  const { search, linked, uncertainLink, hasPoster } = args;
  if (search != null) checkText("search", search);
  if (search != null && search.length > longestSearch) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a search of up to ${longestSearch} characters, received ${search.length}`,
    );
  }
  return {
    ...genresOf(args),
    search: search ?? undefined,
    years: rangeOf("years", args.years),
    meanRating: rangeOf("meanRating", args.meanRating),
    ratingCount: rangeOf("ratingCount", args.ratingCount),
    linked: linked ?? undefined,
    uncertainLink: uncertainLink ?? undefined,
    hasPoster: hasPoster ?? undefined,
  };
}

/** @throws {AppError} INVALID_ARGUMENT for more than 20 of a kind */
export function genresOf(args: GenreArgs): Pick<MovieFilter, "genres" | "anyGenre" | "excludeGenres"> {
  for (const name of ["genres", "anyGenre", "excludeGenres"] as const) {
    const given = args[name]?.length ?? 0;
    if (given > mostGenres) {
      throw new AppError("INVALID_ARGUMENT", `expected up to ${mostGenres} ${name}, received ${given}`);
    }
    for (const genre of args[name] ?? []) checkText(name, genre);
  }
  return {
    genres: args.genres ?? undefined,
    anyGenre: args.anyGenre ?? undefined,
    excludeGenres: args.excludeGenres ?? undefined,
  };
}

/** Rated by most people first. @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 */
export function popularMovies(context: Context, first: number): Promise<Movie[]> {
  return moviesOf(
    context,
    mostRatedMovies(context.services.db, audienceOf(context), checkFirst("first", first, maxPage)),
  );
}

export interface TopMovie {
  movie: Movie;
  score: number;
}

/**
 * By Bayesian average, the highest first.
 * @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 and prior from 0 to 100,000
 */
export async function topMovies(context: Context, prior: number, first: number): Promise<TopMovie[]> {
  checkFirst("first", first, maxPage);
  if (!(prior >= 0 && prior <= 100_000)) {
    throw new AppError("INVALID_ARGUMENT", `expected prior from 0 to 100000, received ${prior}`);
  }
  const { db } = context.services;
  const { mean } = ratingTotals(db, audienceOf(context));
  if (mean === null) return [];
  const found = bestRatedMovies(db, audienceOf(context), mean, prior, first);
  const movies = await moviesOf(
    context,
    found.map(({ movieId }) => movieId),
  );
  return movies.map((movie, i) => ({ movie, score: found[i].score }));
}

/** In the order asked; each is there, since ratings and statistics refer to it. */
export async function moviesOf({ loaders }: Context, ids: readonly MovieId[]): Promise<Movie[]> {
  const movies = await loaders.movieById.loadMany(ids);
  return movies.filter((movie): movie is Movie => movie !== undefined && !(movie instanceof Error));
}
