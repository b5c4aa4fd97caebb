/** A user and a movie to show in examples. */
import type { MovieId, UserId } from "../../ids.js";
import type { Services } from "../../services/services.js";

/** 3997 of MovieLens 1M and 42 of the embedded set have well-known favourites; else the data set's first user. */
export async function exampleUserId({ store }: Services): Promise<UserId | 1> {
  const users = await store.users.byIds([3997 as UserId, 42 as UserId]);
  const known = users.find((user) => user !== undefined);
  return (known ?? (await store.users.atOffset(0)))?.id ?? 1;
}

/** The movie that most users rated, else the data set's first. */
export async function exampleMovieId({ store }: Services): Promise<MovieId | 1> {
  const [most] = await store.statistics.mostRated("private", 1);
  return most ?? (await store.movies.firstId()) ?? 1;
}
