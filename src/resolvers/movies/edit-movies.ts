/** Adds and updates movies. */
import { z } from "zod";
import { withoutYear } from "../../datasets/movielens/titles.js";
import {
  addMovie as addRow,
  type Movie,
  type MovieTitle,
  movieByTitle,
  moviesByIds,
  updateMovie as updateRow,
} from "../../db/movies.js";
import { currentDataset } from "../../db/settings.js";
import { write } from "../../db/write.js";
import { inField, received } from "../../errors.js";
import { foldText } from "../../fold-text.js";
import { splitGenres } from "../../genres.js";
import { movieNotFound } from "../../recommend/predict.js";
import type { Services } from "../../services/services.js";
import type { Context } from "../request/context.js";
import { text, wholeNumber } from "../request/input-schemas.js";
import { movieIdOf } from "../request/lookup.js";

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

/** The movie of this title and year, made now where there is none: the same call again changes nothing. */
export async function addMovie(
  { services }: Context,
  { title, year, genres }: { title: string; year: number; genres: readonly string[] },
): Promise<Movie> {
  const { db } = services;
  const named = titled(title.trim(), year);
  const known = asKnown(services, genres);
  return write(db, () => movieByTitle(db, named) ?? addRow(db, { ...named, genres: known }));
}

/** Changes what is given. Later imports leave it so. @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND */
export async function updateMovie(
  { services }: Context,
  input: { movieId: string; title?: string | null; year?: number | null; genres?: readonly string[] | null },
): Promise<Movie> {
  const id = inField(["movieId"], () => movieIdOf(input.movieId));
  const { db } = services;
  return write(db, () => {
    const [before] = moviesByIds(db, [id]);
    if (before === undefined) throw movieNotFound(id);
    const year = input.year ?? before.year;
    const title = input.title == null ? inYear(before, year) : titled(input.title.trim(), year);
    return updateRow(db, before, {
      ...title,
      genres: input.genres == null ? splitGenres(before.genres) : asKnown(services, input.genres),
    });
  });
}

/** Genres as the catalogue writes them, where it has them already. */
function asKnown({ db, catalogue }: Services, genres: readonly string[]): string[] {
  // Movies may be added to a database that holds no data set.
  if (currentDataset(db) === undefined) return [...genres];
  const { genreSpellings } = catalogue();
  return genres.map((name) => genreSpellings.get(foldText(name)) ?? name);
}

/** Shown as it is given, brackets and all. */
function titled(title: string, year: number | null): MovieTitle {
  return { title: year === null ? title : `${title} (${year})`, displayTitle: title, year };
}

/** The same title, of another year. */
function inYear({ title, displayTitle, year: before }: Movie, year: number | null): MovieTitle {
  if (year === before) return { title, displayTitle, year };
  return { title: `${withoutYear(title)} (${year})`, displayTitle, year };
}
