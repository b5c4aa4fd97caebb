/** Corrects a movie's link to IMDb. */
import { rankLinkCandidates } from "../../datasets/linking/candidates.js";
import { comparableTitles } from "../../datasets/movielens/titles.js";
import { AppError, inField, movieNotFound, orError } from "../../errors.js";
import { type ImdbId, type MovieId, parseImdbId } from "../../ids.js";
import type { LinkResult } from "../../store/links.js";
import type { Movie } from "../../store/movies.js";
import type { Context } from "../request/context.js";
import { checkFirst } from "../request/cursors.js";
import { findMovie, invalidImdbId, toMovieId } from "../request/lookup.js";
import type { LinkCandidate } from "../request/row-types.js";

export interface LinkInput {
  movieId: string;
  imdbId: string;
}

/** In one batch: one transaction, which other writers wait for. */
export const maxLinks = 500;
const maxCandidates = 50;
/** Films that share words with a title and are compared with it. */
const maxCompared = 200;

/** @throws {AppError} INVALID_ID, INVALID_IMDB_ID, MOVIE_NOT_FOUND; ImdbIdTaken naming the movie that has it */
export async function linkImdb(context: Context, input: LinkInput): Promise<Movie> {
  const link = parseLink(input);
  const [result] = await context.services.store.links.set([link]);
  return toMovie(link, result);
}

/**
 * Links one after another in one transaction; one that cannot be made leaves the others alone.
 * @returns a movie or an error for each, in their order, those that `linkImdb` throws
 * @throws {AppError} INVALID_ARGUMENT for more than `maxLinks`
 */
export async function linkImdbBatch(context: Context, inputs: readonly LinkInput[]): Promise<(Movie | AppError)[]> {
  if (inputs.length > maxLinks) {
    throw new AppError("INVALID_ARGUMENT", `expected up to ${maxLinks} links in a batch, received ${inputs.length}`);
  }
  const parsed = inputs.map((input, i) => orError(() => inField(["links", i], () => parseLink(input))));
  const links = parsed.flatMap((link) => (link instanceof AppError ? [] : [link]));
  const results = await context.services.store.links.set(links);
  let next = 0;
  return parsed.map((link) => (link instanceof AppError ? link : orError(() => toMovie(link, results[next++]))));
}

/** @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND, INVALID_ARGUMENT unless first is from 1 to 50 */
export async function linkCandidates(context: Context, movieId: string, first: number): Promise<LinkCandidate[]> {
  checkFirst("first", first, maxCandidates);
  const movie = await findMovie(context, movieId);
  const words = [...new Set(comparableTitles(movie.title).flatMap((name) => name.split(" ")))];
  const films = await context.services.store.links.searchReference(words, maxCompared);
  const best = rankLinkCandidates(movie, films).slice(0, first);
  const holders = await context.loaders.movieByImdbId.loadMany(best.map(({ imdbId }) => imdbId as ImdbId));
  return best.map((candidate, i) => {
    const takenBy = holders[i];
    if (takenBy instanceof Error) throw takenBy;
    return { ...candidate, imdbId: candidate.imdbId as ImdbId, takenBy: takenBy ?? null };
  });
}

function parseLink({ movieId, imdbId }: LinkInput): { movieId: MovieId; imdbId: ImdbId } {
  const parsed = inField(["imdbId"], () => {
    const id = parseImdbId(imdbId);
    if (id === undefined) throw invalidImdbId(imdbId);
    return id;
  });
  return { movieId: inField(["movieId"], () => toMovieId(movieId)), imdbId: parsed };
}

/** @throws {AppError} MOVIE_NOT_FOUND; ImdbIdTaken */
function toMovie({ imdbId }: { imdbId: ImdbId | null }, result: LinkResult): Movie {
  if ("missing" in result) throw movieNotFound(result.missing);
  if ("takenBy" in result) throw new ImdbIdTaken(imdbId as ImdbId, result.takenBy);
  return result.movie;
}

/** @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND */
export async function unlinkImdb(context: Context, movieId: string): Promise<Movie> {
  const link = { movieId: inField(["movieId"], () => toMovieId(movieId)), imdbId: null };
  const [result] = await context.services.store.links.set([link]);
  return toMovie(link, result);
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
