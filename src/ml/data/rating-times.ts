/**
 * Times of ratings as the factor models use them: the day, for a user's bias on that day, and one of a few long bins,
 * for how opinions of a movie change.
 */

/** Bins as kept in a manifest: bin k begins at `edges[k − 1]`; there is one more than edges. */
export interface TimeBins {
  /** Unix seconds, ascending. */
  edges: number[];
}

/** Days since 1970 and bins of ratings, parallel arrays; both −1 where the time is not known. */
export interface RatingTimes {
  days: Int32Array;
  bins: Int32Array;
}

const secondsPerDay = 86_400;
const maxBins = 10;

/** Days since 1970, −1 for a time that is not known (0). */
export function toDay(time: number): number {
  return time > 0 ? Math.floor(time / secondsPerDay) : -1;
}

/** The bin of a time, −1 for one that is not known (0). */
export function toBin({ edges }: TimeBins, time: number): number {
  if (!(time > 0)) return -1;
  let bin = 0;
  while (bin < edges.length && time >= edges[bin]) bin++;
  return bin;
}

export function toRatingTimes(bins: TimeBins, times: ArrayLike<number>): RatingTimes {
  return {
    days: Int32Array.from(times, toDay),
    bins: Int32Array.from(times, (time) => toBin(bins, time)),
  };
}

/**
 * Bins with about as many ratings each.
 * @param times Unix seconds, 0 where not known
 * @returns undefined where fewer than half of the times are known, or all are of one day: nothing can be learned of drift
 */
export function createTimeBins(times: Float64Array): TimeBins | undefined {
  const known = times.filter((time) => time > 0).sort();
  if (known.length === 0 || known.length < times.length / 2) return undefined;
  if (toDay(known[0]) === toDay(known[known.length - 1])) return undefined;
  const edges = Array.from({ length: maxBins - 1 }, (_, k) => known[Math.floor(((k + 1) * known.length) / maxBins)]);
  return { edges: [...new Set(edges)].filter((edge) => edge > known[0]) };
}
