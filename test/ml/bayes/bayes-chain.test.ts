import { describe, expect, it } from "vitest";
import { BayesChain, chainDefaults } from "../../../src/ml/bayes/bayes-chain.js";
import { chainData, denseRatings, userItems } from "../../../src/ml/bayes/bayes-data.js";
import { trainBayes } from "../../../src/ml/bayes/bayes-train.js";
import { createLabelLists } from "../../../src/ml/data/labels.js";
import { randomSplit } from "../../../src/ml/data/split.js";
import { rmse } from "../../../src/ml/evaluation/metrics.js";
import { plantedData } from "../factor-fixtures.js";

const data = plantedData();
const dense = denseRatings(data);
const lists = createLabelLists(data.users, data.movies);
const { train, validation } = randomSplit(dense.stars.length, 0.1, 0);
const byUser = userItems(data, dense, train);
const input = chainData(data, byUser, lists);
const heldOut = {
  userIndices: validation.map((row) => dense.userIndices[row]),
  itemIndices: validation.map((row) => dense.itemIndices[row]),
  stars: Float32Array.from(validation, (row) => dense.stars[row]),
};
const scale = { least: 1, most: 5 };
const options = { ...chainDefaults, factors: 8, seed: 3, sweeps: 120, burnIn: 30, chains: 2, samples: 7 };

function chain(seed = 3): BayesChain {
  return new BayesChain(input, { ...chainDefaults, factors: 8, seed });
}

describe("a chain", () => {
  it("keeps residuals that are ratings minus predictions, sweep after sweep", () => {
    const own = chain();
    const rows = Int32Array.from({ length: byUser.rows }, (_, u) => u);
    const userIndices = Int32Array.from(
      rows.reduce<number[]>((all, u) => all.concat(Array(byUser.indptr[u + 1] - byUser.indptr[u]).fill(u)), []),
    );
    const pairs = own.pairs(userIndices, byUser.indices);
    for (let sweep = 0; sweep < 40; sweep++) {
      own.sweep();
      const residuals = own.residuals();
      const predicted = own.predict(pairs);
      let largest = 0;
      for (let k = 0; k < residuals.length; k++) {
        largest = Math.max(largest, Math.abs(byUser.data[k] - predicted[k] - residuals[k]));
      }
      expect(largest).toBeLessThan(1e-4);
    }
  });

  it("is the same for the same seed, and another for another", () => {
    const states = [3, 3, 4].map((seed) => {
      const own = chain(seed);
      for (let sweep = 0; sweep < 5; sweep++) own.sweep();
      return [...own.sample().items];
    });
    expect(states[1]).toEqual(states[0]);
    expect(states[2]).not.toEqual(states[0]);
  });

  it("finds the noise that the ratings were made with", () => {
    const own = chain();
    let deviation = 0;
    for (let sweep = 0; sweep < 200; sweep++) {
      own.sweep();
      if (sweep >= 100) deviation += 1 / Math.sqrt(own.alpha) / 100;
    }
    console.log(`noise: ${deviation}, made with 0.1 and cut to the scale`);
    expect(deviation).toBeGreaterThan(0.07);
    expect(deviation).toBeLessThan(0.2);
  });

  it("refuses a number of factors that is no multiple of four", () => {
    expect(() => new BayesChain(input, { ...chainDefaults, factors: 6 })).toThrow(
      "expected a multiple of 4 factors, received 6",
    );
  });
});

describe("training in threads", () => {
  it("predicts ratings held out nearly as well as their noise allows", async () => {
    const reports: number[] = [];
    const run = await trainBayes(input, heldOut, scale, options, {
      onSweep: ({ done, of, validationRmse }) => {
        expect(of).toBe(240);
        if (validationRmse !== undefined) reports.push(validationRmse);
        expect(done).toBeLessThanOrEqual(240);
      },
    });
    const error = rmse(heldOut.stars, run.validationPredictions);
    const mean = byUser.data.reduce((sum, value) => sum + value, 0) / byUser.data.length;
    const ofMean = rmse(
      heldOut.stars,
      heldOut.stars.map(() => mean),
    );
    console.log(`RMSE ${error}, of the mean ${ofMean}`);
    expect(error).toBeLessThan(0.3 * ofMean);
    expect(reports.at(-1)).toBeCloseTo(error, 3);
    expect(run.samples).toHaveLength(7);
    expect(run.sweeps).toEqual([120, 120]);
    expect(run.stopped).toBe("all sweeps");
  });

  it("gives the same samples and predictions again for the same seed and number of chains", async () => {
    const short = { ...options, sweeps: 12, burnIn: 4, samples: 4 };
    const [a, b] = [await trainBayes(input, heldOut, scale, short), await trainBayes(input, heldOut, scale, short)];
    expect(b).toEqual(a);
    const other = await trainBayes(input, heldOut, scale, { ...short, seed: 4 });
    expect(other.samples[0].items).not.toEqual(a.samples[0].items);
  });

  it("keeps what is sampled so far when it is interrupted after the burn-in", async () => {
    const controller = new AbortController();
    const run = await trainBayes(
      input,
      heldOut,
      scale,
      { ...options, sweeps: 100_000, samples: 2000 },
      {
        signal: controller.signal,
        onSweep: ({ done }) => {
          if (done > 400) controller.abort();
        },
      },
    );
    expect(run.stopped).toBe("interrupted");
    expect(run.samples.length).toBeGreaterThan(0);
    expect(Math.max(...run.sweeps)).toBeLessThan(100_000);
  });

  it("changes nothing, and says so, when it is interrupted before", async () => {
    await expect(trainBayes(input, heldOut, scale, options, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "INTERRUPTED",
      message: "interrupted before the first sample was kept, after 30 sweeps of burn-in: nothing was changed",
    });
  });

  it("trains without any rating held out", async () => {
    const none = { userIndices: new Int32Array(0), itemIndices: new Int32Array(0), stars: new Float32Array(0) };
    const run = await trainBayes(input, none, scale, { ...options, sweeps: 10, burnIn: 5, samples: 2 });
    expect(run.samples).toHaveLength(2);
    expect(run.validationPredictions).toHaveLength(0);
  });
});
