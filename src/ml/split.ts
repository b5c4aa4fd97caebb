/** Which ratings a model learns from and which judge it. */
import { mulberry32, permutation } from "../random.js";

/** `count` of the numbers 0 to size − 1, drawn without replacement. */
export function drawPlaces(size: number, count: number, seed: number): Int32Array {
  return permutation(size, mulberry32(seed)).subarray(0, count);
}

/** Each list in an order drawn anew, one after another from one seed. */
export function shuffledLists(lists: readonly (readonly number[])[], seed: number): Int32Array[] {
  const random = mulberry32(seed);
  return lists.map((list) => Int32Array.from(permutation(list.length, random), (place) => list[place]));
}

export interface Split {
  /** Rows of the rating table, in shuffled order. */
  train: Int32Array;
  validation: Int32Array;
}

/**
 * A seeded random split: `permutation(size, mulberry32(seed))`, whose first round(size · share) rows are held out.
 * @param share of the ratings that is held out, between 0 and 1
 */
export function randomSplit(size: number, share: number, seed: number): Split {
  const order = permutation(size, mulberry32(seed));
  const heldOut = Math.round(size * share);
  return { train: order.subarray(heldOut), validation: order.subarray(0, heldOut) };
}
