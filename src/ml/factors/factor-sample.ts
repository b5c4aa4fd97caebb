import type { TableValues } from "../linalg/row-table.js";

/**
 * The part of a factor model that serves users: of each posterior sample (or of the one solution, for matrix
 * factorization) the items' vectors, and what a user's vector is before any of their ratings' stars are seen.
 *
 * A prediction is w0 + bias of the item + bias of the user + user vector · item vector. Every vector of `factors`
 * components is followed by one for the bias where it says "with bias". Row-major throughout.
 */
export interface FactorSample {
  factors: number;
  /** Mean of all ratings, in stars. */
  w0: number;
  /** Precision of a rating, 1/stars². */
  alpha: number;
  /** items × (factors + 1), with bias. */
  items: Float32Array;
  /** Factor on `alpha` for each item's ratings: below 1 where opinions of it differ. */
  itemPrecisions: Float32Array;
  /** What having rated an item adds to a user's vector before the weight 1/√n: items × (factors + 1), with bias. */
  implicit: Float32Array;
  /** Prior mean of a user's own part, with bias, and its precisions. */
  userMean: Float32Array;
  userLambda: Float32Array;
  /** What each label (gender, age group, occupation) adds: labels × (factors + 1), with bias. */
  userLabels: Float32Array;
  /** The same for an item that nobody rated yet, by its labels (genres and year). */
  itemMean: Float32Array;
  itemLambda: Float32Array;
  itemLabels: Float32Array;
  /**
   * Where the model knows times (`FactorManifest.times`): what is added to an item's bias in each bin, items × bins, and
   * the precision, in 1/stars², of what a day adds to a user's bias.
   */
  drift?: { items: Float32Array; dayPrecision: number };
  /** Where posters were learned from (`FactorManifest.posters`): components × (factors + 1), what each adds to an item. */
  posterWeights?: Float32Array;
}

/** A sample as it serves: its tables of items as numbers or, where the model is stored so, as bits of half-precision numbers. */
export interface ServingSample extends Omit<FactorSample, "items" | "implicit"> {
  items: TableValues;
  implicit: TableValues;
}

/** The large arrays of a sample by name, in the order in which they are kept. */
export const sampleArrays = [
  "items",
  "itemPrecisions",
  "implicit",
  "userMean",
  "userLabels",
  "itemMean",
  "itemLabels",
] as const;

/**
 * w0, α and both λ as one row: kept apart and in full, since precisions reach beyond what half precision can hold.
 * @returns 2 + 2 · (factors + 1) numbers
 */
export function priorRow({ w0, alpha, userLambda, itemLambda }: FactorSample): Float32Array {
  return Float32Array.of(w0, alpha, ...userLambda, ...itemLambda);
}

/** The inverse of `priorRow`, for row `s` of many. */
export function readPriorRow(priors: Float32Array, s: number, factors: number) {
  const width = factors + 1;
  const row = priors.subarray(s * (2 + 2 * width), (s + 1) * (2 + 2 * width));
  return { w0: row[0], alpha: row[1], userLambda: row.slice(2, 2 + width), itemLambda: row.slice(2 + width) };
}
