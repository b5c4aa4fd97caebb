/** Corrects a movie's link to IMDb. */
import { findLinkCandidates, type LinkCandidate } from "../../db/link-reference.js";
import { linkMovie, unlinkMovie } from "../../db/links.js";
import type { Movie } from "../../db/movies.js";
import { write } from "../../db/write.js";
import { AppError, inField, orError } from "../../errors.js";
import { type ImdbId, type MovieId, parseImdbId } from "../../ids.js";
import type { Context } from "../request/context.js";
import { checkFirst } from "../request/cursors.js";
import { findMovie, invalidImdbId, movieIdOf } from "../request/lookup.js";

export interface LinkInput {
  movieId: string;
  imdbId: string;
}

/** Most links in one batch: one transaction, which other writers wait for. */
export const mostLinks = 500;
const mostCandidates = 50;

/** @throws {AppError} INVALID_ID, INVALID_IMDB_ID, MOVIE_NOT_FOUND; ImdbIdTaken naming the movie that has it */
export async function linkImdb(context: Context, input: LinkInput): Promise<Movie> {
  const { movieId, imdbId } = parseLink(input);
  const { db } = context.services;
  return write(db, () => linkOrThrow(context, movieId, imdbId));
}

/**
 * Links one after another in one transaction; one that cannot be made leaves the others alone.
 * @returns a movie or an error for each, in their order, those that `linkImdb` throws
 * @throws {AppError} INVALID_ARGUMENT for more than `mostLinks`
 */
export async function linkImdbBatch(context: Context, inputs: readonly LinkInput[]): Promise<(Movie | AppError)[]> {
  if (inputs.length > mostLinks) {
    throw new AppError("INVALID_ARGUMENT", `expected up to ${mostLinks} links in a batch, received ${inputs.length}`);
  }
  const parsed = inputs.map((input, i) => orError(() => inField(["links", i], () => parseLink(input))));
  return write(context.services.db, () =>
    parsed.map((link) =>
      link instanceof AppError ? link : orError(() => linkOrThrow(context, link.movieId, link.imdbId)),
    ),
  );
}

/** @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND, INVALID_ARGUMENT unless first is from 1 to 50 */
export async function linkCandidates(context: Context, movieId: string, first: number): Promise<LinkCandidate[]> {
  checkFirst("first", first, mostCandidates);
  return findLinkCandidates(context.services.db, await findMovie(context, { id: movieId }), first);
}

function parseLink({ movieId, imdbId }: LinkInput): { movieId: MovieId; imdbId: ImdbId } {
  const parsed = inField(["imdbId"], () => {
    const id = parseImdbId(imdbId);
    if (id === undefined) throw invalidImdbId(imdbId);
    return id;
  });
  return { movieId: inField(["movieId"], () => movieIdOf(movieId)), imdbId: parsed };
}

/** Call inside `write`. */
function linkOrThrow({ services }: Context, movieId: MovieId, imdbId: ImdbId): Movie {
  const result = linkMovie(services.db, movieId, imdbId);
  if ("takenBy" in result) throw new ImdbIdTaken(imdbId, result.takenBy);
  return result.movie;
}

/** @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND */
export async function unlinkImdb(context: Context, movieId: string): Promise<Movie> {
  const movie = inField(["movieId"], () => movieIdOf(movieId));
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
