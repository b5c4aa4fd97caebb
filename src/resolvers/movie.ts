/** What a movie's fields show. */
import { countMovies, listMovies, type Movie, type MovieFilter } from "../db/movies.js";
import type { PosterRow } from "../db/posters.js";
import { AppError } from "../errors.js";
import type { MovieId } from "../ids.js";
import { clampStars } from "../ml/metrics.js";
import type { Context } from "./context.js";
import { findMovie, findUser } from "./lookup.js";
import { idPage, type PageRequest } from "./user.js";

export interface MoviesArgs {
  search?: string | null;
  genres?: readonly string[] | null;
  linked?: boolean | null;
  uncertainLink?: boolean | null;
}

export function moviesPage(context: Context, args: MoviesArgs, page: PageRequest): Movie[] {
  return listMovies(context.services.db, filterOf(args), idPage<MovieId>(page));
}

export function movieCount(context: Context, args: MoviesArgs): number {
  return countMovies(context.services.db, filterOf(args));
}

const longestSearch = 200;
const mostGenres = 20;

/** @throws {AppError} INVALID_ARGUMENT for what SQLite would find too long a pattern or too many conditions */
function filterOf({ search, genres, linked, uncertainLink }: MoviesArgs): MovieFilter {
  if (search != null && search.length > longestSearch) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a search of up to ${longestSearch} characters, received ${search.length}`,
    );
  }
  if (genres != null && genres.length > mostGenres) {
    throw new AppError("INVALID_ARGUMENT", `expected up to ${mostGenres} genres, received ${genres.length}`);
  }
  return {
    search: search ?? undefined,
    genres: genres ?? undefined,
    linked: linked ?? undefined,
    uncertainLink: uncertainLink ?? undefined,
  };
}

/** Stars as shown, 0.5 to 5. @throws {AppError} INVALID_ID, USER_NOT_FOUND; as `Models.get` */
export async function predictedRating(context: Context, movie: Movie, userId: string): Promise<number> {
  const user = await findUser(context, userId);
  const prediction = await context.loaders.prediction.load({ userId: user.id, movieId: movie.id });
  return clampStars(prediction.stars);
}

/** @throws {AppError} INVALID_ARGUMENT unless just one of both is given; INVALID_ID, USER_NOT_FOUND, MOVIE_NOT_FOUND */
export async function posterSimilarity(
  context: Context,
  movie: Movie,
  to: { userId?: string | null; movieId?: string | null },
): Promise<number | null> {
  if ((to.userId == null) === (to.movieId == null)) {
    throw new AppError(
      "INVALID_ARGUMENT",
      "expected either userId or movieId to compare the poster with, received both or none",
    );
  }
  const target =
    to.userId != null
      ? { userId: (await findUser(context, to.userId)).id }
      : { movieIds: [(await findMovie(context, { id: to.movieId })).id] };
  return context.loaders.posterSimilarity.load({ movieId: movie.id, target });
}

/** A movie's poster; one that is missing is fetched in the background. */
export async function posterOf({ loaders, services }: Context, { id }: Movie): Promise<PosterRow | null> {
  const poster = await loaders.posterByMovieId.load(id);
  if (poster === undefined) services.posterSources.request([id]);
  return poster ?? null;
}

export type PosterState = "READY" | "PENDING" | "NONE";

export async function posterState(context: Context, movie: Movie): Promise<PosterState> {
  if ((await posterOf(context, movie)) !== null) return "READY";
  return context.services.posterSources.isPending(movie.id) ? "PENDING" : "NONE";
}
