/** Finds the rows of the ids that clients send, or throws a clear error. */
import type DataLoader from "dataloader";
import { AppError, movieNotFound, received, userNotFound } from "../../errors.js";
import { type MovieId, parseImdbId, parseMovieId, parseUserId, type UserId } from "../../ids.js";
import type { Movie } from "../../store/movies.js";
import type { User } from "../../store/users.js";
import type { Context } from "./context.js";

/** A user id from the data set's own number, or from a global id. @throws {AppError} INVALID_ID */
export function toUserId(id: string): UserId {
  const parsed = parseUserId(id) ?? parseUserId(localId("User", id));
  if (parsed === undefined) {
    throw new AppError(
      "INVALID_ID",
      `expected a user id, a number such as 42 or the id of a User, received ${received(id)}`,
    );
  }
  return parsed;
}

/** Rows by the numbers of global ids, in their order; undefined for ids of nothing. */
export function loadNodes<Id, Row>(
  ids: readonly string[],
  parse: (text: string) => Id | undefined,
  loader: DataLoader<Id, Row | undefined>,
): Promise<(Row | undefined)[]> {
  return Promise.all(
    ids.map((text) => {
      const id = parse(text);
      return id === undefined ? undefined : loader.load(id);
    }),
  );
}

/** A movie id from the data set's own number, or from a global id. @throws {AppError} INVALID_ID */
export function toMovieId(id: string): MovieId {
  const parsed = parseMovieId(id) ?? parseMovieId(localId("Movie", id));
  if (parsed === undefined) {
    throw new AppError(
      "INVALID_ID",
      `expected a movie id, a number such as 1 or the id of a Movie, received ${received(id)}`,
    );
  }
  return parsed;
}

/** The user, or null where there is none. @throws {AppError} INVALID_ID */
export async function lookUpUser({ loaders }: Context, id: string): Promise<User | null> {
  return (await loaders.userById.load(toUserId(id))) ?? null;
}

/** The movie, or null where there is none. @throws {AppError} INVALID_ARGUMENT unless just one of both is given; INVALID_ID, INVALID_IMDB_ID */
export async function lookUpMovie(
  { loaders }: Context,
  by: { id?: string | null; imdbId?: string | null },
): Promise<Movie | null> {
  if ((by.id == null) === (by.imdbId == null)) {
    throw new AppError("INVALID_ARGUMENT", "expected either id or imdbId to find a movie by, received both or none");
  }
  if (by.id != null) return (await loaders.movieById.load(toMovieId(by.id))) ?? null;
  const imdbId = parseImdbId(by.imdbId as string);
  if (imdbId === undefined) throw invalidImdbId(by.imdbId as string);
  return (await loaders.movieByImdbId.load(imdbId)) ?? null;
}

/** @throws {AppError} INVALID_ID, USER_NOT_FOUND */
export async function findUser(context: Context, id: string): Promise<User> {
  const user = await lookUpUser(context, id);
  if (user === null) throw userNotFound(toUserId(id));
  return user;
}

/** @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND */
export async function findMovie(context: Context, id: string): Promise<Movie> {
  const movie = await lookUpMovie(context, { id });
  if (movie === null) throw movieNotFound(toMovieId(id));
  return movie;
}

/** Ids of existing movies, by number or global id, in their order. @throws {AppError} INVALID_ID, MOVIE_NOT_FOUND, DATA_EMPTY */
export async function findMovieIds({ loaders }: Context, ids: readonly string[]): Promise<MovieId[]> {
  if (ids.length === 0) return [];
  // The catalogue is in memory: a thousand ids that each of many lists excludes need no read.
  const { positionOf } = await loaders.catalogue.load();
  return ids.map((id) => {
    const movieId = toMovieId(id);
    if (!positionOf.has(movieId)) throw movieNotFound(movieId);
    return movieId;
  });
}

export function invalidImdbId(text: string): AppError {
  return new AppError(
    "INVALID_IMDB_ID",
    `expected an IMDb id such as tt0114709 or 114709, or the address of a title on imdb.com, received ${received(text)}`,
  );
}

const globalIdPattern = /^(User|Movie):(\d{1,10})$/;

/** A global id's parts. @throws {AppError} INVALID_ID */
export function parseGlobalId(text: string): { typename: string; id: string } {
  const match = globalIdPattern.exec(Buffer.from(text, "base64").toString("latin1"));
  if (match === null) {
    throw new AppError("INVALID_ID", `expected a global id that this server gave, received ${received(text)}`);
  }
  return { typename: match[1], id: match[2] };
}

function localId(type: string, text: string): string {
  const match = globalIdPattern.exec(Buffer.from(text, "base64").toString("latin1"));
  return match?.[1] === type ? match[2] : "";
}
