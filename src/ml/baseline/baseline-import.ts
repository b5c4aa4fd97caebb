/** Imports weights that were trained elsewhere, such as the original's PyTorch model, with the ids of their rows. */
import * as z from "zod";
import { AppError } from "../../errors.js";
import type { UserId } from "../../ids.js";
import { sha256Hex } from "../../sha256.js";
import type { TrainingSet } from "../data/training-set.js";
import { createIdMaps, type IdLists } from "../model/id-maps.js";
import { readSafetensors } from "../model/safetensors.js";
import { type BaselineWeights, countRows, type FeatureName, features, weightsFromTensors } from "./baseline-weights.js";

export interface ImportedBaseline {
  weights: BaselineWeights;
  idLists: IdLists;
  sha256: string;
}

/** MovieLens 1M's occupations in the order of their codes, 0 to 20; a caller's labels for them. */
export type OccupationLabels = readonly string[];

/**
 * @param bytes a safetensors file with the network's state_dict
 * @param data the data set that is loaded, movies in its own order: rows are of these users and movies
 * @param idMapsJson the rows' ids as JSON (the keys of `IdLists`); without it, the original's MovieLens 1M convention:
 *   users by id, movies by 0-based row of movies.dat, genre strings by first appearance there, labels by code
 * @throws {AppError} MODEL_INVALID when a tensor, a shape or an id map is not as expected
 */
export function importBaseline(
  bytes: Uint8Array,
  what: string,
  data: TrainingSet,
  occupations: OccupationLabels,
  idMapsJson?: string,
): ImportedBaseline {
  const weights = weightsFromTensors(readSafetensors(bytes, what), what);
  const idLists = idMapsJson === undefined ? movieLens1mLists(data, occupations) : parseIdLists(idMapsJson);
  checkRows(weights, idLists, data, what, idMapsJson === undefined);
  return { weights, idLists, sha256: sha256Hex(bytes) };
}

function movieLens1mLists({ users, movies }: TrainingSet, occupations: OccupationLabels): IdLists {
  const known = new Set(users.map((user) => user.id));
  const largest = users.reduce((max, user) => Math.max(max, user.id), 0);
  return {
    userIds: Array.from({ length: largest + 1 }, (_, row) => (known.has(row as UserId) ? (row as UserId) : null)),
    genders: ["M", "F"],
    ageGroups: [1, 18, 25, 35, 45, 50, 56],
    occupations: [...occupations],
    movieIds: movies.map((movie) => movie.id),
    genres: [...new Set(movies.map((movie) => movie.genres))],
  };
}

const idListsSchema = z.strictObject({
  userIds: z.array(z.number().int().positive().nullable()),
  genders: z.array(z.string()),
  ageGroups: z.array(z.number()),
  occupations: z.array(z.string()),
  movieIds: z.array(z.number().int().positive().nullable()),
  genres: z.array(z.string()),
});

function parseIdLists(json: string): IdLists {
  let lists: IdLists;
  try {
    lists = idListsSchema.parse(JSON.parse(json)) as IdLists;
    createIdMaps(lists);
  } catch (cause) {
    const why = cause instanceof z.ZodError ? firstIssue(cause) : (cause as Error).message;
    throw new AppError(
      "MODEL_INVALID",
      `expected id maps as JSON with userIds, genders, ageGroups, occupations, movieIds and genres, each in the order of rows: ${why}`,
      { cause },
    );
  }
  return lists;
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return `at ${issue.path.join(".") || "the top"}: ${issue.message}`;
}

/**
 * A table may have rows to spare, but never too few; by the 1M convention it has just the rows that the original made.
 * That keeps a model of one data set from being read as another's.
 */
function checkRows(weights: BaselineWeights, lists: IdLists, data: TrainingSet, what: string, by1m: boolean): void {
  const largestMovie = data.movies.reduce((max, movie) => Math.max(max, movie.id), 0);
  const needed: Record<FeatureName, { rows: number; also?: number; of: string }> = {
    user: { rows: lists.userIds.length, of: "users" },
    gender: { rows: lists.genders.length, of: "genders" },
    age: { rows: lists.ageGroups.length, also: lists.ageGroups.length + 1, of: "age groups" },
    occupation: { rows: lists.occupations.length, also: lists.occupations.length + 1, of: "occupations" },
    // The original sized this table by the largest movie id, though its rows are places in the list.
    movie: { rows: lists.movieIds.length, also: largestMovie + 1, of: "movies" },
    genre: { rows: lists.genres.length, also: lists.genres.length + 1, of: "genre strings" },
  };
  for (const { name, tensor } of features) {
    const rows = countRows(weights.tables[name]);
    const { rows: least, also = least, of } = needed[name];
    if (by1m ? rows === least || rows === also : rows >= least) continue;
    const expected = by1m && also !== least ? `${least} or ${also}` : by1m ? `${least}` : `at least ${least}`;
    throw new AppError(
      "MODEL_INVALID",
      `expected ${tensor} of shape [${expected}, 50] in ${what} for the ${of} of the loaded data set, received ` +
        `[${rows}, 50]: import the data set it was trained on${by1m ? ", or say which row is whose with --id-maps" : ""}`,
    );
  }
}

/** Ids that occur in the ratings: whose rows were trained. */
export function ratedIds({ userIds, movieIds }: TrainingSet["ratings"]): { users: Set<number>; movies: Set<number> } {
  return { users: new Set(userIds), movies: new Set(movieIds) };
}
