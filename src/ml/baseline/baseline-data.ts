/** Converts a data set for the baseline network: the table rows of each user, movie and rating. */
import { createHash } from "node:crypto";
import type { ItemIndex, MovieId, UserId, UserIndex } from "../../ids.js";
import type { TrainingSet } from "../data/training-set.js";
import { createIdMaps, type IdLists } from "../model/id-maps.js";
import { type FeatureName, features } from "./baseline-weights.js";

/** Ratings by dense rows. */
export interface RatingRows {
  userIndices: Int32Array;
  itemIndices: Int32Array;
  stars: Float32Array;
  /** Rows of user, gender, age, occupation for each user index; row-major, rows of the user table × 4. */
  userRows: Int32Array;
  /** Rows of movie, genre for each item index; row-major, rows of the movie table × 2. */
  itemRows: Int32Array;
  /** Rows of each table. The tables of gender, age and occupation end with a row for "not stated". */
  tableRows: Record<FeatureName, number>;
}

/** Id lists of a model that is trained here: users and movies in order, labels by first appearance or value. */
export function createIdLists({ users, movies }: TrainingSet): IdLists {
  const distinct = <T>(values: readonly (T | null)[]) => [
    ...new Set(values.filter((value): value is T => value !== null)),
  ];
  return {
    userIds: users.map((user) => user.id),
    genders: distinct(users.map((user) => user.gender)).sort(),
    ageGroups: distinct(users.map((user) => user.ageGroup)).sort((a, b) => a - b),
    occupations: distinct(users.map((user) => user.occupation)).sort(),
    movieIds: movies.map((movie) => movie.id),
    genres: distinct(movies.map((movie) => movie.genres)),
  };
}

/** @throws {RangeError} if a rating is of a user or movie that the lists lack */
export function ratingRows({ users, movies, ratings }: TrainingSet, lists: IdLists): RatingRows {
  const maps = createIdMaps(lists);
  const userRows = new Int32Array(lists.userIds.length * 4);
  const indexOfUser = new Map<UserId, UserIndex>();
  for (const user of users) {
    const index = required(maps.userIndex(user.id), "user", user.id);
    indexOfUser.set(user.id, index);
    userRows[4 * index] = index;
    userRows[4 * index + 1] = maps.genderRow(user.gender) ?? lists.genders.length;
    userRows[4 * index + 2] = maps.ageRow(user.ageGroup) ?? lists.ageGroups.length;
    userRows[4 * index + 3] = maps.occupationRow(user.occupation) ?? lists.occupations.length;
  }
  const itemRows = new Int32Array(lists.movieIds.length * 2);
  const indexOfItem = new Map<MovieId, ItemIndex>();
  for (const movie of movies) {
    const index = required(maps.itemIndex(movie.id), "movie", movie.id);
    indexOfItem.set(movie.id, index);
    itemRows[2 * index] = index;
    itemRows[2 * index + 1] = required(maps.genreRow(movie.genres), "genre string", movie.genres);
  }
  const userIndices = new Int32Array(ratings.stars.length);
  const itemIndices = new Int32Array(ratings.stars.length);
  for (let r = 0; r < ratings.stars.length; r++) {
    userIndices[r] = required(indexOfUser.get(ratings.userIds[r] as UserId), "user", ratings.userIds[r]);
    itemIndices[r] = required(indexOfItem.get(ratings.movieIds[r] as MovieId), "movie", ratings.movieIds[r]);
  }
  const tableRows = {
    user: lists.userIds.length,
    gender: lists.genders.length + 1,
    age: lists.ageGroups.length + 1,
    occupation: lists.occupations.length + 1,
    movie: lists.movieIds.length,
    genre: lists.genres.length,
  };
  return { userIndices, itemIndices, stars: ratings.stars, userRows, itemRows, tableRows };
}

/** Writes the six table rows of rating `r` at `out[offset…offset + 5]`, in the order of `features`. */
export function writeRows(data: RatingRows, r: number, out: Int32Array, offset: number): void {
  const u = data.userIndices[r] * 4;
  const i = data.itemIndices[r] * 2;
  for (let f = 0; f < 4; f++) out[offset + f] = data.userRows[u + f];
  out[offset + 4] = data.itemRows[i];
  out[offset + features.length - 1] = data.itemRows[i + 1];
}

/** SHA-256 over all ratings in order: whether a model was made with exactly these. */
export function fingerprint({ userIds, movieIds, stars }: TrainingSet["ratings"]): string {
  const hash = createHash("sha256");
  for (const part of [userIds, movieIds, stars]) {
    hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest("hex");
}

function required<T>(value: T | undefined, what: string, id: number | string): T {
  if (value === undefined) throw new RangeError(`expected the ${what} of every rating in the id lists, received ${id}`);
  return value;
}
