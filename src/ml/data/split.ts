/**
 * Splits ratings into those that a model is trained on and those that judge it. A split that outlives its run (a model that serves is judged by
 * it later) goes by `splitByIdentity`; `randomSplit` goes by rows and is for a single run over one table only.
 */
import type { MovieId, UserId } from "../../ids.js";
import { mulberry32, permutation } from "../../random.js";

/** `count` of the numbers 0 to size − 1, drawn without replacement. */
export function drawIndices(size: number, count: number, seed: number): Int32Array {
  return permutation(size, mulberry32(seed)).subarray(0, count);
}

/** Each list in an order drawn anew, one after another from one seed. */
export function shuffledLists(lists: readonly (readonly number[])[], seed: number): Int32Array[] {
  const random = mulberry32(seed);
  return lists.map((list) => Int32Array.from(permutation(list.length, random), (index) => list[index]));
}

export interface Split {
  /** Rows of the rating table, in shuffled order. */
  train: Int32Array;
  validation: Int32Array;
}

/** What models that use posters hold out unless told otherwise. Heads of encoders never learn from it (docs/posters.md). */
export const defaultSplit = { share: 0.1, seed: 0 } as const;

/** How a manifest says that its model's held-out ratings are named by identity. */
export const heldOutBy = "hash of seed, user, movie";

/**
 * Whether a rating is held out under a seed: a property of the rating itself, whatever other ratings come or go, so
 * that a model never trained on it, before or after. Each rating is held out with a chance of `share`, independently.
 * @param share between 0 and 1
 */
export function isHeldOut(seed: number, userId: UserId, movieId: MovieId, share: number): boolean {
  return mix(mix(mix(seed ^ 0x9e3779b9) ^ userId) ^ movieId) / 2 ** 32 < share;
}

/** The ratings split by identity, each side in the order of the rating table. */
export function splitByIdentity(
  { userIds, movieIds }: { userIds: Int32Array; movieIds: Int32Array },
  share: number,
  seed: number,
): Split {
  const train = new Int32Array(userIds.length);
  const validation = new Int32Array(userIds.length);
  let trained = 0;
  let heldOut = 0;
  for (let row = 0; row < userIds.length; row++) {
    if (isHeldOut(seed, userIds[row] as UserId, movieIds[row] as MovieId, share)) validation[heldOut++] = row;
    else train[trained++] = row;
  }
  return { train: train.slice(0, trained), validation: validation.slice(0, heldOut) };
}

/** MurmurHash3's 32-bit finaliser: every bit of the input changes every bit of the result with a chance near ½. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * A seeded random split by row: `permutation(size, mulberry32(seed))`, whose first round(size · share) rows are held out.
 * @param share of the ratings that is held out, between 0 and 1
 */
export function randomSplit(size: number, share: number, seed: number): Split {
  const order = permutation(size, mulberry32(seed));
  const heldOut = Math.round(size * share);
  return { train: order.subarray(heldOut), validation: order.subarray(0, heldOut) };
}
