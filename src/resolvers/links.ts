/** Correcting which IMDb title a movie is. */
import { linkMovie, unlinkMovie } from "../db/links.js";
import type { Movie } from "../db/movies.js";
import { write } from "../db/write.js";
import { AppError } from "../errors.js";
import { parseImdbId } from "../ids.js";
import type { Context } from "./context.js";
import { invalidImdbId, movieIdOf } from "./lookup.js";

/** @throws {AppError} INVALID_ID, INVALID_IMDB_ID, MOVIE_NOT_FOUND; ImdbIdTaken naming the movie that has it */
export async function linkImdb(context: Context, movieId: string, imdbId: string): Promise<Movie> {
  const movie = movieIdOf(movieId);
  const parsed = parseImdbId(imdbId);
  if (parsed === undefined) throw invalidImdbId(imdbId);
  const { db } = context.services;
  const result = await write(db, () => linkMovie(db, movie, parsed));
  if ("takenBy" in result) throw new ImdbIdTaken(parsed, result.takenBy);
  return result.movie;
}

/** @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND */
export async function unlinkImdb(context: Context, movieId: string): Promise<Movie> {
  const movie = movieIdOf(movieId);
  const { db } = context.services;
  return write(db, () => unlinkMovie(db, movie));
}

/** IMDB_ID_TAKEN, with the movie that has the id. */
export class ImdbIdTaken extends AppError {
  readonly takenBy: Movie;

  constructor(imdbId: string, takenBy: Movie) {
    super(
      "IMDB_ID_TAKEN",
      `expected an IMDb id that no other movie has, received ${imdbId}, which belongs to movie ${takenBy.id}, ${takenBy.title}`,
    );
    this.takenBy = takenBy;
  }
}
