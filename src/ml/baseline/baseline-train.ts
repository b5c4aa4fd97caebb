/**
 * Training the baseline network with TensorFlow.js: mean squared error, Adam, dropout on the concatenated embeddings,
 * early stopping on held-out ratings.
 *
 * TensorFlow differentiates with respect to the gathered rows only, one [batch, 300] matrix a step; the rows'
 * gradients are then added into the embedding tables here. The gradient of `tf.gather` itself does not exist on the
 * WebAssembly backend.
 */
import { setImmediate } from "node:timers/promises";
import { AppError } from "../../errors.js";
import { gaussian, mulberry32, shuffle } from "../../random.js";
import type { Split } from "../data/split.js";
import { type RatingRows, writeRows } from "./baseline-data.js";
import { baselineForward } from "./baseline-forward.js";
import {
  type BaselineWeights,
  type DenseName,
  denseShapes,
  embeddingSize,
  type FeatureName,
  features,
  inputSize,
  ratingScale,
} from "./baseline-weights.js";
import { createLazyAdam } from "./lazy-adam.js";
import type { TensorFlow } from "./tensorflow.js";

export interface BaselineOptions {
  epochs: number;
  batchSize: number;
  learningRate: number;
  dropout: number;
  seed: number;
  /** Stop after so many epochs in a row without a better validation error. */
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
  const weights = initialWeights(data.tableRows, random);
  weights.dense["fc3.bias"][0] = meanStars(data, split.train) / ratingScale;
  const optimisers = {
    tables: Object.fromEntries(
      features.map(({ name }) => [name, createLazyAdam(weights.tables[name], embeddingSize, options.learningRate)]),
    ),
    dense: Object.entries(weights.dense).map(([, values]) =>
      createLazyAdam(values, values.length, options.learningRate),
    ),
  };
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

/** An epoch's last step may be what spoils the weights, and ReLU hides NaN: the error alone does not tell. */
function refuseNonFinite({ epoch, validationRmse }: EpochReport, { tables, dense }: BaselineWeights): void {
  const allFinite = (values: Float32Array) => values.every(Number.isFinite);
  if (Number.isFinite(validationRmse) && [...Object.values(tables), ...Object.values(dense)].every(allFinite)) return;
  throw new AppError(
    "TRAINING_FAILED",
    `expected finite weights after epoch ${epoch}, received others (validation RMSE ${validationRmse}); try a lower learning rate`,
  );
}

// PyTorch starts embeddings at N(0, 1), whose noise the network would first have to unlearn.
const initialDeviation = 0.05;

/** Embeddings N(0, 0.05²); dense layers uniform in ±1/√inputs, as PyTorch's nn.Linear. */
function initialWeights(tableRows: Record<FeatureName, number>, random: () => number): BaselineWeights {
  const tables = {} as BaselineWeights["tables"];
  for (const { name } of features) {
    const table = new Float32Array(tableRows[name] * embeddingSize);
    for (let i = 0; i < table.length; i++) table[i] = gaussian(random) * initialDeviation;
    tables[name] = table;
  }
  const dense = {} as BaselineWeights["dense"];
  for (const [name, shape] of Object.entries(denseShapes)) {
    const inputs = name.startsWith("fc1") ? inputSize : 10;
    const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
    for (let i = 0; i < values.length; i++) values[i] = (2 * random() - 1) / Math.sqrt(inputs);
    dense[name as DenseName] = values;
  }
  return { tables, dense };
}

type Optimisers = {
  tables: Record<string, ReturnType<typeof createLazyAdam>>;
  dense: ReturnType<typeof createLazyAdam>[];
};

/** One step of Adam on a batch. @returns the mean squared error on the scale 0..1 */
function trainStep(
  tf: TensorFlow,
  data: RatingRows,
  batch: Int32Array,
  weights: BaselineWeights,
  optimisers: Optimisers,
  step: number,
  options: BaselineOptions,
): number {
  const width = features.length;
  const rows = new Int32Array(batch.length * width);
  const gathered = new Float32Array(batch.length * inputSize);
  const target = new Float32Array(batch.length);
  for (let b = 0; b < batch.length; b++) {
    writeRows(data, batch[b], rows, b * width);
    target[b] = data.stars[batch[b]] / ratingScale;
  }
  for (let f = 0; f < width; f++) {
    const { name } = features[f];
    const table = weights.tables[name];
    const optimiser = optimisers.tables[name];
    for (let b = 0; b < batch.length; b++) {
      const row = rows[b * width + f];
      optimiser.catchUp(row, step - 1);
      const from = row * embeddingSize;
      const to = b * inputSize + f * embeddingSize;
      for (let k = 0; k < embeddingSize; k++) gathered[to + k] = table[from + k];
    }
  }
  const mask = options.dropout > 0 ? dropoutMask(gathered.length, options.dropout, options.seed + step) : undefined;
  if (mask !== undefined) multiply(gathered, mask);
  const { loss, gradients } = lossAndGradients(tf, gathered, target, weights.dense);
  const [rowGradients, ...denseGradients] = gradients;
  // What was dropped took no part, so it gets no gradient.
  if (mask !== undefined) multiply(rowGradients, mask);
  for (let f = 0; f < width; f++) applyRowGradients(rows, rowGradients, f, optimisers.tables[features[f].name], step);
  optimisers.dense.forEach((optimiser, i) => {
    optimiser.apply(0, step, denseGradients[i], 0);
  });
  return loss;
}

/** 0 for a share of the components, 1 / (1 − share) for the rest, so that the sum stays the same on average. */
function dropoutMask(length: number, share: number, seed: number): Float32Array {
  const random = mulberry32(seed);
  const kept = 1 / (1 - share);
  const mask = new Float32Array(length);
  const threshold = Math.round(share * 65_536);
  for (let i = 0; i < length; i += 2) {
    // One drawn number decides for two components, 16 bits each.
    const bits = Math.floor(random() * 4_294_967_296);
    mask[i] = bits >>> 16 < threshold ? 0 : kept;
    if (i + 1 < length) mask[i + 1] = (bits & 0xffff) < threshold ? 0 : kept;
  }
  return mask;
}

function multiply(values: Float32Array, by: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] *= by[i];
}

/** Gradients of the mean squared error by the gathered rows and by each dense tensor, in the order of `denseShapes`. */
function lossAndGradients(
  tf: TensorFlow,
  gathered: Float32Array,
  target: Float32Array,
  dense: BaselineWeights["dense"],
): { loss: number; gradients: Float32Array[] } {
  // Kept outside: tidy() searches whatever it is given back for tensors, number by number.
  let loss = Number.NaN;
  let gradients: Float32Array[] = [];
  tf.tidy(() => {
    const y = tf.tensor1d(target);
    const size = target.length;
    const inputs = [
      tf.tensor2d(gathered, [size, inputSize]),
      ...Object.entries(denseShapes).map(([name, shape]) => tf.tensor(dense[name as DenseName], [...shape])),
    ];
    const { value, grads } = tf.valueAndGrads((x, w1, b1, w2, b2, w3, b3) => {
      const hidden1 = tf.relu(tf.matMul(x, w1, false, true).add(b1));
      const hidden2 = tf.relu(tf.matMul(hidden1, w2, false, true).add(b2));
      const output = tf.matMul(hidden2, w3, false, true).add(b3).reshape([size]);
      return output.sub(y).square().mean();
    })(inputs);
    loss = value.dataSync()[0];
    gradients = grads.map((gradient) => gradient.dataSync() as Float32Array);
  });
  return { loss, gradients };
}

/** Adds up the gradients of a table's rows, a row may stand many times in a batch, and steps once for each row. */
function applyRowGradients(
  rows: Int32Array,
  gradients: Float32Array,
  feature: number,
  optimiser: ReturnType<typeof createLazyAdam>,
  step: number,
): void {
  const width = features.length;
  const slotByRow = new Map<number, number>();
  for (let k = feature; k < rows.length; k += width) {
    if (!slotByRow.has(rows[k])) slotByRow.set(rows[k], slotByRow.size);
  }
  const sums = new Float32Array(slotByRow.size * embeddingSize);
  for (let b = 0; b * width < rows.length; b++) {
    const to = (slotByRow.get(rows[b * width + feature]) as number) * embeddingSize;
    const from = b * inputSize + feature * embeddingSize;
    for (let k = 0; k < embeddingSize; k++) sums[to + k] += gradients[from + k];
  }
  for (const [row, slot] of slotByRow) optimiser.apply(row, step, sums, slot * embeddingSize);
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
