import { beforeAll, describe, expect, it } from "vitest";
import { createIdLists, ratingRows, writeRows } from "../../../src/ml/baseline/baseline-data.js";
import { baselineForward } from "../../../src/ml/baseline/baseline-forward.js";
import { buildBaselineModel } from "../../../src/ml/baseline/baseline-model.js";
import { createBaselinePredictor } from "../../../src/ml/baseline/baseline-predictor.js";
import { type BaselineOptions, type TrainingHooks, trainBaseline } from "../../../src/ml/baseline/baseline-train.js";
import { loadTensorFlow, type TensorFlow } from "../../../src/ml/baseline/tensorflow.js";
import { randomSplit } from "../../../src/ml/data/split.js";
import type { TrainingSet } from "../../../src/ml/data/training-set.js";
import { getBasis } from "../../../src/ml/model/predictor.js";
import { mulberry32 } from "../../../src/random.js";
import { largestDifference, movie, ratings, user } from "../fixtures.js";

const numUsers = 40;
const numMovies = 30;

/** Even users love even movies, odd ones odd movies: 5 stars, else 1. Nothing but user and movie together tells. */
function checkerboard(demographics: boolean): TrainingSet {
  const rows: [number, number, number][] = [];
  for (let u = 0; u < numUsers; u++) {
    for (let m = 0; m < numMovies; m++) rows.push([1000 + u, 500 - m, u % 2 === m % 2 ? 5 : 1]);
  }
  return {
    users: Array.from({ length: numUsers }, (_, u) =>
      demographics ? user(1000 + u, u % 3 === 0 ? "F" : "M", 25, "writer") : user(1000 + u),
    ),
    movies: Array.from({ length: numMovies }, (_, m) => movie(500 - m, "Drama")),
    ratings: ratings(rows),
  };
}

const options: BaselineOptions = {
  epochs: 15,
  batchSize: 60,
  learningRate: 0.01,
  dropout: 0.2,
  seed: 1,
  patience: 15,
};

let tf: TensorFlow;
beforeAll(async () => {
  ({ tf } = await loadTensorFlow());
});

function train(data: TrainingSet, changed: Partial<BaselineOptions> = {}, hooks: TrainingHooks = {}) {
  const rows = ratingRows(data, createIdLists(data));
  const split = randomSplit(rows.stars.length, 0.2, 3);
  return trainBaseline(tf, rows, split, { ...options, ...changed }, hooks);
}

describe("training the baseline network", () => {
  it("learns who likes what: validation error far below that of the mean, from the best epoch's weights", async () => {
    const data = checkerboard(true);
    const reports: number[] = [];
    const run = await train(data, {}, { onEpoch: ({ validationRmse }) => reports.push(validationRmse) });
    const best = run.history[run.bestEpoch - 1];
    console.log(`validation RMSE by epoch: ${reports.map((rmse) => rmse.toFixed(3)).join(" ")}`);
    // The mean, 3 stars, is 2 off for every rating.
    expect(best.validationRmse).toBeLessThan(0.7);
    expect(best.validationRmse).toBe(Math.min(...reports));
    expect(run.history.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect(run.stopped).toBe("epochs");

    const rows = ratingRows(data, createIdLists(data));
    const { validation } = randomSplit(rows.stars.length, 0.2, 3);
    const six = new Int32Array(validation.length * 6);
    validation.forEach((row, k) => {
      writeRows(rows, row, six, 6 * k);
    });
    const output = new Float32Array(validation.length);
    baselineForward(run.weights, six, output);
    const squares = validation.reduce((sum, row, k) => sum + (5 * output[k] - rows.stars[row]) ** 2, 0);
    expect(Math.sqrt(squares / validation.length)).toBeCloseTo(best.validationRmse, 6);
  });

  it("gives the same weights for the same seed, and others for another", async () => {
    const data = checkerboard(true);
    const short = { epochs: 2 };
    const [first, second, other] = [
      await train(data, short),
      await train(data, short),
      await train(data, { ...short, seed: 2 }),
    ];
    expect(second.weights).toEqual(first.weights);
    expect(other.weights).not.toEqual(first.weights);
  });

  it("starts near the mean of the ratings it learns from, not at zero stars", async () => {
    const run = await train(checkerboard(true), { epochs: 1, learningRate: 1e-7 });
    // Half the ratings are 1, half are 5: the mean is 2 off, zero stars √13 = 3.6.
    expect(run.history[0].trainRmse).toBeLessThan(2.2);
  });

  it("stops after so many epochs without a better one, and keeps the best", async () => {
    const random = mulberry32(4);
    const data = checkerboard(true);
    for (let r = 0; r < data.ratings.stars.length; r++) data.ratings.stars[r] = 1 + Math.floor(5 * random());
    const run = await train(data, { epochs: 200, patience: 4 });
    expect(run.stopped).toBe("early");
    expect(run.history.length).toBe(run.bestEpoch + 4);
    const alone = await train(data, { epochs: run.bestEpoch, patience: 4 });
    expect(alone.weights).toEqual(run.weights);
  });

  it("reports every step of every epoch, the last batch smaller", async () => {
    const steps: string[] = [];
    await train(checkerboard(true), { epochs: 2, batchSize: 400 }, { onStep: (...step) => steps.push(step.join("/")) });
    // 960 ratings: 400, 400, 160.
    expect(steps).toEqual(["1/3/1", "2/3/1", "3/3/1", "1/3/2", "2/3/2", "3/3/2"]);
  });

  it("keeps nothing when interrupted before the first epoch is done", async () => {
    const controller = new AbortController();
    const epochs: number[] = [];
    const run = train(
      checkerboard(true),
      {},
      {
        signal: controller.signal,
        onStep: (step) => {
          if (step === 3) controller.abort();
        },
        onEpoch: ({ epoch }) => epochs.push(epoch),
      },
    );
    await expect(run).rejects.toThrow(
      expect.objectContaining({
        code: "INTERRUPTED",
        message: "interrupted before the first epoch was done: no model was written, the previous one serves on",
      }),
    );
    expect(epochs).toEqual([]);
  });

  it("keeps the best epoch when interrupted later, untouched by the steps after it", async () => {
    const controller = new AbortController();
    const data = checkerboard(true);
    const run = await train(
      data,
      {},
      {
        signal: controller.signal,
        onStep: (step, _, epoch) => {
          if (epoch === 3 && step === 5) controller.abort();
        },
      },
    );
    expect(run.stopped).toBe("interrupted");
    expect(run.history).toHaveLength(2);
    const whole = await train(data, { epochs: 2 });
    expect(run.bestEpoch).toBe(whole.bestEpoch);
    expect(run.weights).toEqual(whole.weights);
  });

  it.each([1e38, 1e30])("refuses to go on from numbers that are none: learning rate %f", async (learningRate) => {
    await expect(train(checkerboard(true), { learningRate })).rejects.toThrow(
      expect.objectContaining({
        code: "TRAINING_FAILED",
        message: expect.stringMatching(/; try a lower learning rate$/),
      }),
    );
  });

  it("refuses a model that its only step has made infinite", async () => {
    await expect(train(checkerboard(true), { learningRate: 1e38, epochs: 1, batchSize: 10_000 })).rejects.toThrow(
      expect.objectContaining({ code: "TRAINING_FAILED" }),
    );
  });

  it("learns from data without demographics, and the model serves what was trained", async () => {
    const data = checkerboard(false);
    const run = await train(data, { epochs: 10 });
    const idLists = createIdLists(data);
    expect([idLists.genders, idLists.ageGroups, idLists.occupations]).toEqual([[], [], []]);
    const { manifest, files } = buildBaselineModel({
      name: "no-demographics",
      origin: "trained",
      datasetName: "test",
      data,
      weights: run.weights,
      idLists,
      ratedUsers: new Set(data.ratings.userIds),
      ratedMovies: new Set(data.ratings.movieIds),
    });
    const predictor = await createBaselinePredictor(manifest, files.get("model.onnx") as Uint8Array);
    const size = data.ratings.stars.length;
    const predictions = await predictor.predict({
      users: data.users,
      movies: data.movies,
      userIndices: data.ratings.userIds.map((id) => id - 1000),
      movieIndices: data.ratings.movieIds.map((id) => 500 - id),
    });
    const rows = ratingRows(data, idLists);
    const six = new Int32Array(6 * size);
    for (let r = 0; r < size; r++) writeRows(rows, r, six, 6 * r);
    const output = new Float32Array(size);
    baselineForward(run.weights, six, output);
    const trained = output.map((value) => 5 * value);
    expect(largestDifference(predictions.stars, trained)).toBeLessThan(1e-4);
    expect(getBasis(predictions, 0)).toBe("MODEL");
  });

  it("leaves no tensor behind", async () => {
    const before = tf.memory().numTensors;
    await train(checkerboard(true), { epochs: 1 });
    expect(tf.memory().numTensors).toBe(before);
  });
});
