/** A user and a movie to show in examples. */
import { firstMovieId, mostRatedMovies } from "../../db/movies.js";
import { userAt, usersByIds } from "../../db/users.js";
import type { MovieId, UserId } from "../../ids.js";
import type { Services } from "../../services/services.js";

/** 3997 of MovieLens 1M and 42 of the embedded set have well-known favourites; else the data set's first user. */
export function exampleUserId({ db }: Services): UserId | 1 {
  const known = usersByIds(db, [3997 as UserId, 42 as UserId]).find((user) => user !== undefined);
  return (known ?? userAt(db, 0))?.id ?? 1;
}

/** The movie that most users rated, else the data set's first. */
export function exampleMovieId({ db }: Services): MovieId | 1 {
  return mostRatedMovies(db, "private", 1)[0] ?? firstMovieId(db) ?? 1;
}
