/** Resolves federation entities: movies and users by their keys. */
import { AppError, received } from "../../errors.js";
import { parseImdbId, parseMovieId, parseUserId } from "../../ids.js";
import type { Movie } from "../../store/movies.js";
import type { User } from "../../store/users.js";
import type { Context } from "../request/context.js";

/** What of a key can be one: a number or a text. */
const isKey = (value: unknown) => typeof value === "number" || typeof value === "string";

/** @throws {AppError} INVALID_ARGUMENT naming the first that is no movie or user by one of its keys */
export function checkRepresentations(representations: readonly unknown[]): void {
  for (const representation of representations) {
    const { __typename, movieId, imdbId, userId } = Object(representation) as Record<string, unknown>;
    const isReference =
      (__typename === "Movie" && (isKey(movieId) || isKey(imdbId))) || (__typename === "User" && isKey(userId));
    if (isReference) continue;
    throw new AppError(
      "INVALID_ARGUMENT",
      'expected representations such as { __typename: "Movie", movieId: 1 }, with movieId or imdbId, or of a User with userId, ' +
        `received ${received(JSON.stringify(representation))}`,
    );
  }
}

/** All that a request refers to are read together; null where there is none. */
export async function findMovieByKey(
  { loaders }: Context,
  key: { movieId: number } | { imdbId: string },
): Promise<Movie | null> {
  if ("movieId" in key && isKey(key.movieId)) {
    const movieId = parseMovieId(String(key.movieId));
    return movieId === undefined ? null : ((await loaders.movieById.load(movieId)) ?? null);
  }
  const imdbId = parseImdbId(String("imdbId" in key ? key.imdbId : ""));
  return imdbId === undefined ? null : ((await loaders.movieByImdbId.load(imdbId)) ?? null);
}

/** As `findMovieByKey`. What of the user may be read, each field says. */
export async function findUserByKey({ loaders }: Context, key: { userId: number }): Promise<User | null> {
  const userId = parseUserId(String(key.userId));
  return userId === undefined ? null : ((await loaders.userById.load(userId)) ?? null);
}
