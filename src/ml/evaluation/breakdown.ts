/** Prediction errors by group of ratings, by predicted stars and by true stars. */
import { mae, rmse } from "./metrics.js";

/** Error over one group of ratings. */
export interface GroupError {
  group: string;
  count: number;
  /** Stars. */
  rmse: number;
  mae: number;
  /** Mean predicted minus mean true stars. */
  bias: number;
}

/**
 * Errors by group, in the order of `groups`; a rating may be in several.
 * @param groups name → indices of its ratings in `truth` and `predicted`; empty ones are left out
 */
export function errorsByGroup(
  truth: Float32Array,
  predicted: Float32Array,
  groups: ReadonlyMap<string, readonly number[]>,
): GroupError[] {
  return [...groups].flatMap(([group, indices]) => {
    if (indices.length === 0) return [];
    const own = Float32Array.from(indices, (index) => truth[index]);
    const theirs = Float32Array.from(indices, (index) => predicted[index]);
    return [
      { group, count: indices.length, rmse: rmse(own, theirs), mae: mae(own, theirs), bias: mean(theirs) - mean(own) },
    ];
  });
}

/** Ratings by a number that goes with each, such as how many ratings its user has: groups `0–9`, `10–29`, …, `300+`. */
export function groupsByCount(counts: ArrayLike<number>, bounds: readonly number[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  bounds.forEach((from, b) => {
    groups.set(b + 1 < bounds.length ? `${from}–${bounds[b + 1] - 1}` : `${from}+`, []);
  });
  const lists = [...groups.values()];
  for (let index = 0; index < counts.length; index++) {
    let group = bounds.length - 1;
    while (group > 0 && counts[index] < bounds[group]) group--;
    lists[group].push(index);
  }
  return groups;
}

/** A bin of predictions: what was given where about so much was predicted. */
export interface CalibrationBin {
  /** Predicted stars, from and below. */
  from: number;
  to: number;
  count: number;
  meanPredicted: number;
  meanTrue: number;
}

/** Calibration in bins of half a star: where the model is calibrated, both means of a bin are equal. */
export function calibration(truth: Float32Array, predicted: Float32Array): CalibrationBin[] {
  const bins: CalibrationBin[] = [];
  for (let from = 0.5; from < 5; from += 0.5) {
    const indices: number[] = [];
    const isLast = from === 4.5;
    predicted.forEach((stars, index) => {
      if ((stars >= from || from === 0.5) && (stars < from + 0.5 || isLast)) indices.push(index);
    });
    if (indices.length === 0) continue;
    bins.push({
      from,
      to: from + 0.5,
      count: indices.length,
      meanPredicted: mean(Float32Array.from(indices, (index) => predicted[index])),
      meanTrue: mean(Float32Array.from(indices, (index) => truth[index])),
    });
  }
  return bins;
}

/** How well ratings of each number of whole stars are found. */
export interface ClassError {
  stars: number;
  count: number;
  rmse: number;
  /** Share of these ratings whose prediction rounds to the same number of stars. */
  recall: number;
}

/** Errors by the true rating, rounded to whole stars. */
export function errorsByClass(truth: Float32Array, predicted: Float32Array): ClassError[] {
  return [1, 2, 3, 4, 5].flatMap((stars) => {
    const indices = [...truth.keys()].filter((index) => wholeStar(truth[index]) === stars);
    if (indices.length === 0) return [];
    const own = Float32Array.from(indices, (index) => truth[index]);
    const theirs = Float32Array.from(indices, (index) => predicted[index]);
    const found = theirs.reduce((sum, value) => sum + (wholeStar(value) === stars ? 1 : 0), 0);
    return [{ stars, count: indices.length, rmse: rmse(own, theirs), recall: found / indices.length }];
  });
}

/**
 * Predictions moved so that as many of each rating are predicted as are given: the p-th share of predictions gets the
 * p-th share's rating. It finds more of the rare ratings, at the cost of the squared error.
 * The map is learned on every other rating and applied to the rest, and the other way round.
 */
export function matchHistogram(truth: Float32Array, predicted: Float32Array): Float32Array {
  const out = new Float32Array(predicted.length);
  for (const half of [0, 1]) {
    const learn = [...predicted.keys()].filter((index) => index % 2 !== half);
    const given = Float32Array.from(learn, (index) => truth[index]).sort();
    const theirs = Float32Array.from(learn, (index) => predicted[index]).sort();
    for (let index = half; index < out.length; index += 2) {
      const rank = Math.min(given.length - 1, lowerBound(theirs, predicted[index]));
      out[index] = given.length === 0 ? predicted[index] : given[rank];
    }
  }
  return out;
}

/** The first index of a sorted array whose value is not below `value`. */
function lowerBound(sorted: Float32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function wholeStar(stars: number): number {
  return Math.min(5, Math.max(1, Math.round(stars)));
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
