/**
 * Biases that depend on when a rating was given, as part of a Markov chain: of an item in a bin of time, and of a user
 * on a day (Koren 2009: b_i,Bin(t) and b_u,t). Each V ~ N(0, 1/λ), with λ of a group drawn too.
 */

import { orderByRow, type SparseRows } from "../data/rating-matrix.js";
import type { RatingTimes } from "../data/rating-times.js";

/** Biases of one kind. */
export interface DriftGroup {
  features: number;
  /** The feature of each rating, in the order of the users' rows; −1 for none. */
  featureIndices: Int32Array;
}

export interface Drift {
  /** Feature of an item in a bin, at index item × bins + bin; −1 without ratings. */
  itemFeatures: Int32Array;
  bins: number;
  item: DriftGroup;
  day: DriftGroup;
  /** Position of each rating, in the order of the users' rows, among the items' rows. */
  itemPositions: Int32Array;
}

/** Features of pairs that are to be predicted. */
export interface DriftPairs {
  item: Int32Array;
  day: Int32Array;
}

/**
 * @param byUser the training ratings; @param times of its entries
 * @param pairs the pairs to predict, with their times
 */
export function createDrift(
  byUser: SparseRows,
  times: RatingTimes,
  bins: number,
  pairs: { userIndices: Int32Array; itemIndices: Int32Array; times: RatingTimes },
): { drift: Drift; pairs: DriftPairs } {
  const { rows, columns, indptr, indices } = byUser;
  const itemFeatures = new Int32Array(columns * bins).fill(-1);
  const itemFeatureIndices = new Int32Array(indices.length).fill(-1);
  let itemCount = 0;
  for (let entry = 0; entry < indices.length; entry++) {
    if (times.bins[entry] < 0) continue;
    const key = indices[entry] * bins + times.bins[entry];
    if (itemFeatures[key] === -1) itemFeatures[key] = itemCount++;
    itemFeatureIndices[entry] = itemFeatures[key];
  }
  const dayFeatureIndices = new Int32Array(indices.length).fill(-1);
  const pairDays = new Int32Array(pairs.userIndices.length).fill(-1);
  const pairsByUser = orderByRow(rows, pairs.userIndices);
  let dayCount = 0;
  for (let u = 0; u < rows; u++) {
    const features = new Map<number, number>();
    for (let entry = indptr[u]; entry < indptr[u + 1]; entry++) {
      const day = times.days[entry];
      if (day < 0) continue;
      let feature = features.get(day);
      if (feature === undefined) {
        feature = dayCount++;
        features.set(day, feature);
      }
      dayFeatureIndices[entry] = feature;
    }
    for (let k = pairsByUser.indptr[u]; k < pairsByUser.indptr[u + 1]; k++) {
      const pair = pairsByUser.order[k];
      pairDays[pair] = features.get(pairs.times.days[pair]) ?? -1;
    }
  }
  return {
    drift: {
      itemFeatures,
      bins,
      item: { features: itemCount, featureIndices: itemFeatureIndices },
      day: { features: dayCount, featureIndices: dayFeatureIndices },
      itemPositions: positionsByColumn(byUser),
    },
    pairs: {
      item: pairs.itemIndices.map((item, k) =>
        pairs.times.bins[k] < 0 ? -1 : itemFeatures[item * bins + pairs.times.bins[k]],
      ),
      day: pairDays,
    },
  };
}

/** Position of each entry in the order by column. */
function positionsByColumn({ columns, indices }: SparseRows): Int32Array {
  const { order } = orderByRow(columns, indices);
  const positions = new Int32Array(order.length);
  for (let position = 0; position < order.length; position++) positions[order[position]] = position;
  return positions;
}

/** Inputs of a draw; all in the order of the users' rows but `itemErrors`. */
export interface DriftInputs {
  /** r − prediction, by user and by item. */
  userErrors: Float32Array;
  itemErrors: Float32Array;
  /** Precision of ratings: α · α_u · β_i. */
  alpha: number;
  userPrecisions: Float32Array;
  itemPrecisions: Float32Array;
  normal(): number;
  gamma(shape: number): number;
}

export class DriftSampler {
  readonly item: GroupState;
  readonly day: GroupState;

  constructor(
    private readonly drift: Drift,
    private readonly byUser: SparseRows,
  ) {
    this.item = createState(drift.item);
    this.day = createState(drift.day);
  }

  /** Subtracts the biases from residuals that do not include them yet. */
  subtractFrom(userErrors: Float32Array, itemErrors: Float32Array): void {
    for (const group of [this.item, this.day]) this.shift(group, group.V, userErrors, itemErrors);
  }

  private shift(
    { featureIndices }: GroupState,
    by: Float32Array,
    userErrors: Float32Array,
    itemErrors: Float32Array,
  ): void {
    const { itemPositions } = this.drift;
    for (let entry = 0; entry < featureIndices.length; entry++) {
      const feature = featureIndices[entry];
      if (feature < 0) continue;
      userErrors[entry] -= by[feature];
      itemErrors[itemPositions[entry]] -= by[feature];
    }
  }

  /** Draws all biases, given everything else; the residuals follow. */
  sample(inputs: DriftInputs): void {
    this.sampleGroup(this.item, inputs);
    this.sampleGroup(this.day, inputs);
  }

  private sampleGroup(group: GroupState, inputs: DriftInputs): void {
    const { V, S, T, change, featureIndices } = group;
    const { alpha, userErrors, userPrecisions, itemPrecisions } = inputs;
    const { indptr, indices, rows } = this.byUser;
    let squares = 0;
    for (let f = 0; f < V.length; f++) squares += V[f] * V[f];
    group.lambda = inputs.gamma((1 + V.length) / 2) / ((1 + squares) / 2);
    S.fill(0);
    T.fill(0);
    for (let u = 0; u < rows; u++) {
      const own = alpha * userPrecisions[u];
      for (let entry = indptr[u]; entry < indptr[u + 1]; entry++) {
        const feature = featureIndices[entry];
        if (feature < 0) continue;
        const weight = own * itemPrecisions[indices[entry]];
        S[feature] += weight * userErrors[entry];
        T[feature] += weight;
      }
    }
    for (let f = 0; f < V.length; f++) {
      const precision = T[f] + group.lambda;
      const value = (S[f] + T[f] * V[f]) / precision + inputs.normal() / Math.sqrt(precision);
      change[f] = value - V[f];
      V[f] = value;
    }
    this.shift(group, change, userErrors, inputs.itemErrors);
  }

  /** Adds the biases of pairs to predictions without them. */
  addTo(predictions: Float32Array, pairs: DriftPairs): void {
    for (let k = 0; k < predictions.length; k++) {
      if (pairs.item[k] >= 0) predictions[k] += this.item.V[pairs.item[k]];
      if (pairs.day[k] >= 0) predictions[k] += this.day.V[pairs.day[k]];
    }
  }

  /** The part that a sample keeps: items × bins, 0 where an item has no rating in a bin, and the days' precision. */
  takeSample(): { items: Float32Array; dayPrecision: number } {
    const { itemFeatures } = this.drift;
    return {
      items: Float32Array.from(itemFeatures, (feature) => (feature < 0 ? 0 : this.item.V[feature])),
      dayPrecision: this.day.lambda,
    };
  }
}

interface GroupState {
  featureIndices: Int32Array;
  V: Float32Array;
  lambda: number;
  S: Float64Array;
  T: Float64Array;
  change: Float32Array;
}

function createState({ features, featureIndices }: DriftGroup): GroupState {
  return {
    featureIndices,
    V: new Float32Array(features),
    lambda: 100,
    S: new Float64Array(features),
    T: new Float64Array(features),
    change: new Float32Array(features),
  };
}
