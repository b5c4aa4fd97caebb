/** Errors of predicted stars. */

/** Root of the mean squared error, in stars; predictions are taken as they are, unclamped.
 * @throws {RangeError} if the lengths differ or there is nothing to compare */
export function rmse(truth: Float32Array, predicted: Float32Array): number {
  checkPairs(truth, predicted);
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += (predicted[i] - truth[i]) ** 2;
  return Math.sqrt(sum / truth.length);
}

/** Mean absolute error, in stars.
 * @throws {RangeError} if the lengths differ or there is nothing to compare */
export function mae(truth: Float32Array, predicted: Float32Array): number {
  checkPairs(truth, predicted);
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += Math.abs(predicted[i] - truth[i]);
  return sum / truth.length;
}

/**
 * How often ratings of each number of stars are predicted as each: [true − 1][predicted − 1], counts.
 * Both are rounded to whole stars (halves up) and kept within 1 to 5.
 * @throws {RangeError} if the lengths differ or there is nothing to compare
 */
export function confusionCounts(truth: Float32Array, predicted: Float32Array): number[][] {
  checkPairs(truth, predicted);
  const counts = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
  for (let i = 0; i < truth.length; i++) counts[wholeStar(truth[i]) - 1][wholeStar(predicted[i]) - 1]++;
  return counts;
}

/** Each row divided by its sum; a row without entries stays zero. */
export function rowNormalised(counts: readonly (readonly number[])[]): number[][] {
  return counts.map((row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((count) => (sum === 0 ? 0 : count / sum));
  });
}

/** How many are nearest to 0.5, 1, … 5 stars: ten counts. */
export function halfStarHistogram(stars: Float32Array): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const value of stars) counts[Math.min(9, Math.max(0, Math.round(value * 2) - 1))]++;
  return counts;
}

function wholeStar(stars: number): number {
  return Math.min(5, Math.max(1, Math.round(stars)));
}

function checkPairs(truth: Float32Array, predicted: Float32Array): void {
  if (truth.length !== predicted.length || truth.length === 0) {
    throw new RangeError(`expected as many predictions as ratings, received ${predicted.length} and ${truth.length}`);
  }
}
