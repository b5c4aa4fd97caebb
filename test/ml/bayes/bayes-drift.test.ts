/** Biases over time: each draw against the same written plainly, and a chain that finds planted ones. */
import { describe, expect, it } from "vitest";
import { BayesChain, chainDefaults } from "../../../src/ml/bayes/bayes-chain.js";
import { chainData, denseRatings, userItems, userTimes } from "../../../src/ml/bayes/bayes-data.js";
import { createDrift, DriftSampler } from "../../../src/ml/bayes/bayes-drift.js";
import { createLabelLists } from "../../../src/ml/data/labels.js";
import { transposed } from "../../../src/ml/data/rating-matrix.js";
import { createTimeBins, toRatingTimes } from "../../../src/ml/data/rating-times.js";
import { randomSplit } from "../../../src/ml/data/split.js";
import { rmse } from "../../../src/ml/evaluation/metrics.js";
import { gaussian, mulberry32 } from "../../../src/random.js";
import { randomFloats, randomRows, timedData } from "../factor-fixtures.js";

const noPairs = {
  userIndices: new Int32Array(0),
  itemIndices: new Int32Array(0),
  times: { days: new Int32Array(0), bins: new Int32Array(0) },
};

describe("features of times", () => {
  const byUser = randomRows(5, 4, 0.7, 2);
  const n = byUser.indices.length;
  const days = Int32Array.from({ length: n }, (_, at) => (at % 5 === 4 ? -1 : at % 2));
  const bins = Int32Array.from(days, (day) => (day < 0 ? -1 : day));

  it("are one for each item and bin, and for each user and day, that has ratings", () => {
    const { drift } = createDrift(byUser, { days, bins }, 2, noPairs);
    const itemKeys = new Map<string, number>();
    const dayKeys = new Map<string, number>();
    for (let u = 0; u < byUser.rows; u++) {
      for (let at = byUser.indptr[u]; at < byUser.indptr[u + 1]; at++) {
        const itemFeature = drift.item.featureIndices[at];
        const dayFeature = drift.day.featureIndices[at];
        if (days[at] < 0) {
          expect([itemFeature, dayFeature]).toEqual([-1, -1]);
          continue;
        }
        const item = `${byUser.indices[at]} ${bins[at]}`;
        const day = `${u} ${days[at]}`;
        expect(itemKeys.get(item) ?? itemFeature).toBe(itemFeature);
        expect(dayKeys.get(day) ?? dayFeature).toBe(dayFeature);
        itemKeys.set(item, itemFeature);
        dayKeys.set(day, dayFeature);
        expect(drift.itemFeatures[byUser.indices[at] * 2 + bins[at]]).toBe(itemFeature);
      }
    }
    expect(new Set(itemKeys.values()).size).toBe(drift.item.features);
    expect(new Set(dayKeys.values()).size).toBe(drift.day.features);
  });

  it("are found again for pairs to predict, and missing where nothing was rated then", () => {
    const { drift, pairs } = createDrift(byUser, { days, bins }, 2, {
      userIndices: Int32Array.of(0, 0, 0),
      itemIndices: Int32Array.of(byUser.indices[0], byUser.indices[0], byUser.indices[0]),
      times: { days: Int32Array.of(days[0], 77, -1), bins: Int32Array.of(bins[0], 1 - bins[0], -1) },
    });
    expect(pairs.day[0]).toBe(drift.day.featureIndices[0]);
    expect(pairs.day.slice(1)).toEqual(Int32Array.of(-1, -1));
    expect(pairs.item[0]).toBe(drift.item.featureIndices[0]);
    expect(pairs.item[2]).toBe(-1);
  });

  it("are drawn as written down plainly, with the same random numbers", () => {
    const { drift } = createDrift(byUser, { days, bins }, 2, noPairs);
    const sampler = new DriftSampler(drift, byUser);
    const userErrors = randomFloats(n, 4);
    const byItem = transposed({ ...byUser, data: userErrors });
    const itemErrors = byItem.data.slice();
    const userPrecisions = Float32Array.of(0.5, 1, 2, 1.5, 0.7);
    const itemPrecisions = Float32Array.of(1, 3, 0.8, 1.2);
    const plainErrors = Float64Array.from(userErrors);
    const normals = (seed: number) => {
      const random = mulberry32(seed);
      return () => gaussian(random);
    };
    const gamma = (shape: number) => shape * 1.1;
    const inputs = { userErrors, itemErrors, alpha: 1.7, userPrecisions, itemPrecisions, gamma, normal: normals(9) };
    sampler.sample(inputs);
    const normal = normals(9);
    for (const group of [drift.item, drift.day]) {
      // λ of biases that are all zero yet.
      const lambda = ((1 + group.features) / 2) * 1.1 * 2;
      for (let f = 0; f < group.features; f++) {
        let S = 0;
        let T = 0;
        for (let u = 0; u < byUser.rows; u++) {
          for (let at = byUser.indptr[u]; at < byUser.indptr[u + 1]; at++) {
            if (group.featureIndices[at] !== f) continue;
            const weight = 1.7 * userPrecisions[u] * itemPrecisions[byUser.indices[at]];
            S += weight * plainErrors[at];
            T += weight;
          }
        }
        const value = S / (T + lambda) + normal() / Math.sqrt(T + lambda);
        const state = group === drift.item ? sampler.item : sampler.day;
        expect(state.V[f]).toBeCloseTo(value, 5);
        for (let at = 0; at < n; at++) if (group.featureIndices[at] === f) plainErrors[at] -= value;
      }
    }
    for (let at = 0; at < n; at++) expect(userErrors[at]).toBeCloseTo(plainErrors[at], 5);
    expect(itemErrors).toEqual(transposed({ ...byUser, data: userErrors }).data);
  });
});

describe("a chain on ratings with times", () => {
  const data = timedData();
  const dense = denseRatings(data);
  const { train, validation } = randomSplit(dense.stars.length, 0.1, 0);
  const byUser = userItems(data, dense, train);
  const lists = createLabelLists(data.users, data.movies);
  const ratedAt = userTimes(data, dense, train) as Float64Array;
  const bins = createTimeBins(ratedAt) as { edges: number[] };
  const pairs = {
    userIndices: validation.map((row) => dense.userIndices[row]),
    itemIndices: validation.map((row) => dense.itemIndices[row]),
  };
  const { drift, pairs: driftPairs } = createDrift(byUser, toRatingTimes(bins, ratedAt), bins.edges.length + 1, {
    ...pairs,
    times: toRatingTimes(
      bins,
      Float64Array.from(validation, (row) => data.ratings.ratedAt?.[row] as number),
    ),
  });

  function measureError(withTimes: boolean): { error: number; chain: BayesChain } {
    const chain = new BayesChain(chainData(data, byUser, lists, withTimes ? drift : undefined), {
      ...chainDefaults,
      factors: 4,
      seed: 1,
    });
    const places = chain.pairs(pairs.userIndices, pairs.itemIndices, withTimes ? driftPairs : undefined);
    const sums = new Float32Array(validation.length);
    for (let sweep = 0; sweep < 80; sweep++) {
      chain.sweep();
      if (sweep < 30) continue;
      chain.predict(places).forEach((value, k) => {
        sums[k] += value / 50;
      });
    }
    return {
      error: rmse(
        Float32Array.from(validation, (row) => dense.stars[row]),
        sums,
      ),
      chain,
    };
  }

  it("predicts better than one that does not know them, where moods and opinions change", () => {
    expect(measureError(true).error).toBeLessThan(0.8 * measureError(false).error);
  });

  it("finds how much days differ: the planted deviation is half a star", () => {
    const { chain } = measureError(true);
    const { dayPrecision, items } = chain.sample().drift as { dayPrecision: number; items: Float32Array };
    expect(1 / Math.sqrt(dayPrecision)).toBeGreaterThan(0.4);
    expect(1 / Math.sqrt(dayPrecision)).toBeLessThan(0.6);
    expect(items).toHaveLength(data.movies.length * (bins.edges.length + 1));
  });
});
