/**
 * One training step of the baseline network on a batch of ratings.
 *
 * TensorFlow differentiates with respect to the gathered rows only, one [batch, 300] matrix a step; the rows'
 * gradients are then added into the embedding tables here. The gradient of `tf.gather` itself does not exist on the
 * WebAssembly backend.
 */
import { mulberry32 } from "../../random.js";
import { type RatingRows, writeRows } from "./baseline-data.js";
import {
  type BaselineWeights,
  type DenseName,
  denseShapes,
  embeddingSize,
  features,
  inputSize,
  ratingScale,
} from "./baseline-weights.js";
import { createLazyAdam } from "./lazy-adam.js";
import type { TensorFlow } from "./tensorflow.js";

/** The state of Adam for every table and dense tensor. */
export type Optimisers = {
  tables: Record<string, ReturnType<typeof createLazyAdam>>;
  dense: ReturnType<typeof createLazyAdam>[];
};

export function createOptimisers({ tables, dense }: BaselineWeights, learningRate: number): Optimisers {
  return {
    tables: Object.fromEntries(
      features.map(({ name }) => [name, createLazyAdam(tables[name], embeddingSize, learningRate)]),
    ),
    dense: Object.values(dense).map((values) => createLazyAdam(values, values.length, learningRate)),
  };
}

/** One step of Adam on a batch. @returns the mean squared error on the scale 0..1 */
export function trainStep(
  tf: TensorFlow,
  data: RatingRows,
  batch: Int32Array,
  weights: BaselineWeights,
  optimisers: Optimisers,
  step: number,
  options: { dropout: number; seed: number },
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
  // Dropped components took no part, so they get no gradient.
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
  // Assigned outside: tidy() searches its return value for tensors, number by number.
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

/** Sums the gradients of each row of a table, which may occur many times in a batch, and takes one step for each row. */
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
