/** Adds and updates movies. */
import * as z from "zod";
import { withoutYear } from "../../datasets/movielens/titles.js";
import { inField, movieNotFound, received } from "../../errors.js";
import { foldText } from "../../fold-text.js";
import { splitGenres } from "../../genres.js";
import type { Services } from "../../services/services.js";
import type { Movie, MovieTitle } from "../../store/movies.js";
import type { Context } from "../request/context.js";
import { text, wholeNumber } from "../request/input-schemas.js";
import { toMovieId } from "../request/lookup.js";

const genre = text(1, 50).refine((name) => !name.includes("|"), {
  error: ({ input }) => `expected a genre without |, received ${received(input)}`,
});
const genres = z.array(genre).refine((list) => list.length <= 20 && new Set(list.map(foldText)).size === list.length, {
  error: ({ input }) => `expected up to 20 genres, each once, received ${received(String(input))}`,
});

export const addMovieSchema = z.object({
  title: text(1, 300),
  year: wholeNumber(1870, 2100),
  genres,
});
export const updateMovieSchema = z.object({
  title: text(1, 300).nullish(),
  year: wholeNumber(1870, 2100).nullish(),
  genres: genres.nullish(),
});

/** The movie of this title and year; it is added where there is none, so that the same call again changes nothing. */
export async function addMovie(
  { services }: Context,
  { title, year, genres }: { title: string; year: number; genres: readonly string[] },
): Promise<Movie> {
  return services.store.movies.findOrAdd({
    ...toTitle(title.trim(), year),
    genres: await toKnownSpellings(services, genres),
  });
}

/** Changes what is given; later imports keep it. @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND */
export async function updateMovie(
  { services }: Context,
  input: { movieId: string; title?: string | null; year?: number | null; genres?: readonly string[] | null },
): Promise<Movie> {
  const id = inField(["movieId"], () => toMovieId(input.movieId));
  const genres = input.genres == null ? undefined : await toKnownSpellings(services, input.genres);
  const movie = await services.store.movies.update(id, (before) => {
    const year = input.year ?? before.year;
    const title = input.title == null ? withYear(before, year) : toTitle(input.title.trim(), year);
    return { ...title, genres: genres ?? splitGenres(before.genres) };
  });
  if (movie === undefined) throw movieNotFound(id);
  return movie;
}

/** Genres as the catalogue spells them, where it has them already. */
async function toKnownSpellings(services: Services, genres: readonly string[]): Promise<string[]> {
  // Movies may be added to a database without a data set.
  if ((await services.serving()).dataset === undefined) return [...genres];
  const { genreSpellings } = await services.catalogue();
  return genres.map((name) => genreSpellings.get(foldText(name)) ?? name);
}

/** The title is shown as it is given, brackets and all. */
function toTitle(title: string, year: number | null): MovieTitle {
  return { title: year === null ? title : `${title} (${year})`, displayTitle: title, year };
}

/** The same title with another year. */
function withYear({ title, displayTitle, year: before }: Movie, year: number | null): MovieTitle {
  if (year === before) return { title, displayTitle, year };
  return { title: `${withoutYear(title)} (${year})`, displayTitle, year };
}
