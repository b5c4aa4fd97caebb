/** Which ratings a model learns from and which judge it. */
import { mulberry32, permutation } from "../random.js";

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
