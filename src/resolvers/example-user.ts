/** A user and a movie to show in examples. */
import { firstMovieId } from "../db/movies.js";
import { topRatings } from "../db/ratings.js";
import { userAt, usersByIds } from "../db/users.js";
import type { MovieId, UserId } from "../ids.js";
import type { Services } from "./services.js";

/** 3997 of MovieLens 1M and 42 of the embedded set have well-known favourites; else the data set's first user. */
export function exampleUserId({ db }: Services): UserId | 1 {
  const known = usersByIds(db, [3997 as UserId, 42 as UserId]).find((user) => user !== undefined);
  return (known ?? userAt(db, 0))?.id ?? 1;
}

/** What the example user rated best, else the data set's first movie. */
export function exampleMovieId(services: Services): MovieId | 1 {
  const { db } = services;
  const [best] = topRatings(db, exampleUserId(services) as UserId, 1);
  return best?.movieId ?? firstMovieId(db) ?? 1;
}
