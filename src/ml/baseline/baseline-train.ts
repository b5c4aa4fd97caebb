/** Training of the baseline network: mean squared error, Adam, dropout, early stopping on held-out ratings. */
import { setImmediate } from "node:timers/promises";
import { AppError } from "../../errors.js";
import { mulberry32, shuffle } from "../../random.js";
import type { Split } from "../data/split.js";
import { type RatingRows, writeRows } from "./baseline-data.js";
import { baselineForward } from "./baseline-forward.js";
import { createOptimisers, trainStep } from "./baseline-step.js";
import { type BaselineWeights, createInitialWeights, features, ratingScale } from "./baseline-weights.js";
import type { TensorFlow } from "./tensorflow.js";

export interface BaselineOptions {
  epochs: number;
  batchSize: number;
  learningRate: number;
  dropout: number;
  seed: number;
  /** Epochs in a row without a better validation error before the training stops. */
  patience: number;
}

export const baselineDefaults: BaselineOptions = {
  epochs: 30,
  batchSize: 1000,
  learningRate: 1e-4,
  dropout: 0.2,
  seed: 0,
  patience: 4,
};

export interface EpochReport {
  epoch: number;
  /** Stars, with dropout, averaged over the epoch's steps. */
  trainRmse: number;
  /** Stars, over the held-out ratings. */
  validationRmse: number;
  seconds: number;
}

export interface TrainingRun {
  /** Of the best epoch. */
  weights: BaselineWeights;
  bestEpoch: number;
  history: EpochReport[];
  stopped: "epochs" | "early" | "interrupted";
}

export interface TrainingHooks {
  onStep?(step: number, stepsPerEpoch: number, epoch: number): void;
  onEpoch?(report: EpochReport): void;
  signal?: AbortSignal;
}

/**
 * @throws {AppError} TRAINING_FAILED when an error or a weight becomes NaN or infinite; INTERRUPTED when the signal came before
 *   one epoch was done
 */
export async function trainBaseline(
  tf: TensorFlow,
  data: RatingRows,
  split: Split,
  options: BaselineOptions,
  hooks: TrainingHooks = {},
): Promise<TrainingRun> {
  const random = mulberry32(options.seed);
  const weights = createInitialWeights(data.tableRows, random);
  weights.dense["fc3.bias"][0] = meanStars(data, split.train) / ratingScale;
  const optimisers = createOptimisers(weights, options.learningRate);
  const order = Int32Array.from(split.train);
  const stepsPerEpoch = Math.ceil(order.length / options.batchSize);
  const history: EpochReport[] = [];
  let best: { weights: BaselineWeights; report: EpochReport } | undefined;
  let step = 0;
  let stopped: TrainingRun["stopped"] = "epochs";

  training: for (let epoch = 1; epoch <= options.epochs; epoch++) {
    const started = performance.now();
    shuffle(random, order);
    let squaredError = 0;
    for (let from = 0; from < order.length; from += options.batchSize) {
      if (hooks.signal?.aborted) {
        stopped = "interrupted";
        break training;
      }
      const batch = order.subarray(from, Math.min(order.length, from + options.batchSize));
      step++;
      const loss = trainStep(tf, data, batch, weights, optimisers, step, options);
      if (!Number.isFinite(loss)) {
        throw new AppError(
          "TRAINING_FAILED",
          `expected a finite error, received ${loss} at step ${step}; try a lower learning rate`,
        );
      }
      squaredError += loss * batch.length;
      hooks.onStep?.(step - (epoch - 1) * stepsPerEpoch, stepsPerEpoch, epoch);
      await setImmediate();
    }
    for (const optimiser of Object.values(optimisers.tables)) optimiser.flush(step);
    const report = {
      epoch,
      trainRmse: Math.sqrt(squaredError / order.length) * ratingScale,
      validationRmse: validationRmse(data, split.validation, weights),
      seconds: (performance.now() - started) / 1000,
    };
    refuseNonFinite(report, weights);
    history.push(report);
    hooks.onEpoch?.(report);
    if (best === undefined || report.validationRmse < best.report.validationRmse) {
      best = { weights: structuredClone(weights), report };
    }
    if (epoch - best.report.epoch >= options.patience) {
      stopped = "early";
      break;
    }
  }
  if (best === undefined) {
    throw new AppError(
      "INTERRUPTED",
      "interrupted before the first epoch was done: no model was written, the previous one serves on",
    );
  }
  return { weights: best.weights, bestEpoch: best.report.epoch, history, stopped };
}

/** The last step of an epoch may corrupt the weights, and ReLU hides NaN, so checking the error is not enough. */
function refuseNonFinite({ epoch, validationRmse }: EpochReport, { tables, dense }: BaselineWeights): void {
  const allFinite = (values: Float32Array) => values.every(Number.isFinite);
  if (Number.isFinite(validationRmse) && [...Object.values(tables), ...Object.values(dense)].every(allFinite)) return;
  throw new AppError(
    "TRAINING_FAILED",
    `expected finite weights after epoch ${epoch}, received others (validation RMSE ${validationRmse}); try a lower learning rate`,
  );
}

function meanStars(data: RatingRows, rows: Int32Array): number {
  let sum = 0;
  for (const row of rows) sum += data.stars[row];
  return sum / rows.length;
}

function validationRmse(data: RatingRows, validation: Int32Array, weights: BaselineWeights): number {
  const chunk = 50_000;
  const rows = new Int32Array(chunk * features.length);
  const output = new Float32Array(chunk);
  let sum = 0;
  for (let from = 0; from < validation.length; from += chunk) {
    const n = Math.min(chunk, validation.length - from);
    for (let k = 0; k < n; k++) writeRows(data, validation[from + k], rows, k * features.length);
    baselineForward(weights, rows.subarray(0, n * features.length), output.subarray(0, n));
    for (let k = 0; k < n; k++) sum += (output[k] * ratingScale - data.stars[validation[from + k]]) ** 2;
  }
  return Math.sqrt(sum / validation.length);
}
