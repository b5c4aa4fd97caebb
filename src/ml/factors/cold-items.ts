/** Vectors of unrated items in a sample of the Bayesian model. */

import { createLabelRows, type LabelLists, type WeighedLabels } from "../data/labels.js";
import type { MovieFeatures } from "../model/predictor.js";
import type { FactorSample } from "./factor-sample.js";

/** What an item's labels add to component k of its vector. */
export function labelPart({ factors, itemLabels }: FactorSample, { rows, weights }: WeighedLabels, k: number): number {
  let sum = 0;
  for (let l = 0; l < rows.length; l++) sum += weights[l] * itemLabels[rows[l] * (factors + 1) + k];
  return sum;
}

/**
 * An unrated item of the data set gets the vector of its labels, without the noise that a sample's own part would
 * be. A movie that is added later may be popular, unlike the former. For it,
 * `itemMean` becomes what rated items have beyond their labels, in the mean over ratings rather than over items.
 * @param itemCounts ratings of each item in training
 */
export function settleColdItems(
  sample: FactorSample,
  movies: readonly MovieFeatures[],
  itemCounts: Float32Array,
  lists: LabelLists,
): void {
  const width = sample.factors + 1;
  const { getMovieLabels } = createLabelRows(lists);
  const labels = movies.map(getMovieLabels);
  const fromLabels = (item: number, k: number) => labelPart(sample, labels[item], k);
  itemCounts.forEach((count, item) => {
    if (count > 0) return;
    for (let k = 0; k < width; k++) sample.items[item * width + k] = sample.itemMean[k] + fromLabels(item, k);
    // It has no implicit part either.
    if (sample.implicit.length > 0) sample.implicit.fill(0, item * width, (item + 1) * width);
  });
  const ratings = itemCounts.reduce((sum, count) => sum + count, 0);
  for (let k = 0; k < width && ratings > 0; k++) {
    let sum = 0;
    itemCounts.forEach((count, item) => {
      if (count > 0) sum += count * (sample.items[item * width + k] - fromLabels(item, k));
    });
    sample.itemMean[k] = sum / ratings;
  }
}
