/** Lists of movies: those that match, the best rated, the most rated. */
import { AppError } from "../../errors.js";
import type { MovieId } from "../../ids.js";
import type { Movie, MovieFilter, MovieOrder, MovieOrderField } from "../../store/movies.js";
import type { Context } from "../request/context.js";
import { checkFirst, type Keyed, type KeyPage, maxPage } from "../request/cursors.js";
import { checkText } from "../request/input-schemas.js";
import { type RangeArgs, toRange } from "../request/ranges.js";

export { type MovieOrderField, movieOrderFields } from "../../store/movies.js";

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

/** By default by number, or by relevance in a search; the most or the latest first where that is what clients look for. */
export function toMovieOrder({ orderBy, search }: MoviesArgs): MovieOrder {
  const isSearch = search != null && search.trim() !== "";
  const field = orderBy?.field ?? (isSearch ? "RELEVANCE" : "NUMBER");
  if (field === "RELEVANCE" && !isSearch) {
    throw new AppError("INVALID_ARGUMENT", "expected a search to order by RELEVANCE, received none");
  }
  const usual = field === "NUMBER" || field === "TITLE" || field === "RELEVANCE" ? "ASC" : "DESC";
  return { field, descending: (orderBy?.direction ?? usual) === "DESC" };
}

export async function moviesPage(
  { services, audience }: Context,
  args: MoviesArgs,
  page: KeyPage,
): Promise<Keyed<Movie>[]> {
  return services.store.movies.list(await audience(), toMovieFilter(args), toMovieOrder(args), page);
}

export async function movieCount({ services, audience }: Context, args: MoviesArgs): Promise<number> {
  return services.store.movies.count(await audience(), toMovieFilter(args));
}

const maxSearchLength = 200;
const maxGenres = 20;

/** @throws {AppError} INVALID_ARGUMENT for too long a search or too many genres */
function toMovieFilter(args: MoviesArgs): MovieFilter {
  const { search, linked, uncertainLink, hasPoster } = args;
  if (search != null) checkText("search", search);
  if (search != null && search.length > maxSearchLength) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a search of up to ${maxSearchLength} characters, received ${search.length}`,
    );
  }
  return {
    ...toGenreFilter(args),
    search: search ?? undefined,
    years: toRange("years", args.years),
    meanRating: toRange("meanRating", args.meanRating),
    ratingCount: toRange("ratingCount", args.ratingCount),
    linked: linked ?? undefined,
    uncertainLink: uncertainLink ?? undefined,
    hasPoster: hasPoster ?? undefined,
  };
}

/** @throws {AppError} INVALID_ARGUMENT for more than 20 of a kind */
export function toGenreFilter(args: GenreArgs): Pick<MovieFilter, "genres" | "anyGenre" | "excludeGenres"> {
  for (const name of ["genres", "anyGenre", "excludeGenres"] as const) {
    const given = args[name]?.length ?? 0;
    if (given > maxGenres) {
      throw new AppError("INVALID_ARGUMENT", `expected up to ${maxGenres} ${name}, received ${given}`);
    }
    for (const genre of args[name] ?? []) checkText(name, genre);
  }
  return {
    genres: args.genres ?? undefined,
    anyGenre: args.anyGenre ?? undefined,
    excludeGenres: args.excludeGenres ?? undefined,
  };
}

/** The most rated first. @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 */
export async function popularMovies(context: Context, first: number): Promise<Movie[]> {
  checkFirst("first", first, maxPage);
  context.loaders.reads.ratings = true;
  return getMovies(context, await context.services.store.statistics.mostRated(await context.audience(), first));
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
  const { mean } = await context.loaders.ratingTotals.load();
  if (mean === null) return [];
  const found = await context.services.store.statistics.bestRated(await context.audience(), mean, prior, first);
  const movies = await getMovies(
    context,
    found.map(({ movieId }) => movieId),
  );
  return movies.map((movie, i) => ({ movie, score: found[i].score }));
}

/** In the order of the ids; each exists, since ratings and statistics refer to it. */
export async function getMovies({ loaders }: Context, ids: readonly MovieId[]): Promise<Movie[]> {
  const movies = await loaders.movieById.loadMany(ids);
  return movies.filter((movie): movie is Movie => movie !== undefined && !(movie instanceof Error));
}
