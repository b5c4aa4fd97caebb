/** Grouping the pairs to predict: the rows of their movies, and the pairs of each user. */
import type { ItemIndex, MovieId } from "../../ids.js";
import { toDay } from "../data/rating-times.js";
import type { MovieFeatures } from "../model/predictor.js";

/** Rows of movies, −1 where the model has none that ratings trained; looked up once for a list that is requested again. */
export function createRowLookup(rowById: ReadonlyMap<MovieId, ItemIndex>, itemCounts: Float32Array) {
  const known = new WeakMap<readonly MovieFeatures[], Int32Array>();
  return (movies: readonly MovieFeatures[]): Int32Array => {
    const found = known.get(movies);
    if (found !== undefined) return found;
    const rows = Int32Array.from(movies, ({ id }) => {
      const row = rowById.get(id) ?? -1;
      return row !== -1 && itemCounts[row] > 0 ? row : -1;
    });
    known.set(movies, rows);
    return rows;
  };
}

/** The pairs of each user that has any, in one group for each day that predictions are for. */
export function groupPairsByUser(
  userIndices: Int32Array,
  users: number,
  times?: Float64Array,
): Iterable<{ user: number; time?: number; pairs: number[] }> {
  const groups = new Map<number, { user: number; time?: number; pairs: number[] }>();
  userIndices.forEach((user, pair) => {
    if (!(user >= 0 && user < users)) throw new RangeError(`expected a user from 0 to ${users - 1}, received ${user}`);
    const time = times?.[pair];
    const key = time === undefined ? user : user + users * (1 + toDay(time) + 1);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { user, time, pairs: [pair] });
    else group.pairs.push(pair);
  });
  return groups.values();
}
