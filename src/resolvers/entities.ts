/** Movies and users by the keys that other subgraphs of a federated graph know them by. */
import type { Movie } from "../db/movies.js";
import type { User } from "../db/users.js";
import { parseImdbId, parseMovieId, parseUserId } from "../ids.js";
import type { Context } from "./context.js";

/** All that a request refers to are read together; null where there is none. */
export async function movieOfKey(
  { loaders }: Context,
  key: { movieId: number } | { imdbId: string },
): Promise<Movie | null> {
  if ("movieId" in key) {
    const movieId = parseMovieId(String(key.movieId));
    return movieId === undefined ? null : ((await loaders.movieById.load(movieId)) ?? null);
  }
  const imdbId = parseImdbId(String(key.imdbId));
  return imdbId === undefined ? null : ((await loaders.movieByImdbId.load(imdbId)) ?? null);
}

/** As `movieOfKey`. What of the user may be read, each field says. */
export async function userOfKey({ loaders }: Context, key: { userId: number }): Promise<User | null> {
  const userId = parseUserId(String(key.userId));
  return userId === undefined ? null : ((await loaders.userById.load(userId)) ?? null);
}
