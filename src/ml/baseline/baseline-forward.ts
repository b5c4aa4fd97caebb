/**
 * The baseline network's forward pass in plain loops, for many pairs at once: training validates with it, and the
 * ONNX graph that serves must agree with it to 1e-5.
 * The first layer is linear in the concatenated embeddings, so each table row is sent through its part of it once;
 * a pair then adds up six short vectors instead of multiplying 300 numbers by 10.
 */
import {
  type BaselineWeights,
  countRows,
  type DenseName,
  embeddingSize,
  features,
  hiddenSize,
  inputSize,
} from "./baseline-weights.js";

/**
 * @param rows the six table rows of each pair, row-major, pairs × 6, in the order of `features`
 * @param out the network's output for each pair (0..1; × 5 = stars); overwritten
 * @throws {RangeError} if rows.length ≠ 6 · out.length
 */
export function baselineForward({ tables, dense }: BaselineWeights, rows: Int32Array, out: Float32Array): void {
  const width = features.length;
  if (rows.length !== width * out.length) {
    throw new RangeError(`expected ${width * out.length} rows for ${out.length} pairs, received ${rows.length}`);
  }
  const projected = features.map(({ name }, f) => projectTable(tables[name], dense["fc1.weight"], f));
  const hidden = new Float32Array(hiddenSize);
  for (let pair = 0; pair < out.length; pair++) {
    hidden.set(dense["fc1.bias"]);
    for (let f = 0; f < width; f++) {
      const table = projected[f];
      const from = rows[pair * width + f] * hiddenSize;
      for (let j = 0; j < hiddenSize; j++) hidden[j] += table[from + j];
    }
    out[pair] = lastLayers(dense, hidden);
  }
}

/** Every row of a table times its part of the first layer: rows × 10. */
function projectTable(table: Float32Array, w1: Float32Array, feature: number): Float32Array {
  const rows = countRows(table);
  const projected = new Float32Array(rows * hiddenSize);
  for (let row = 0; row < rows; row++) {
    const from = row * embeddingSize;
    for (let j = 0; j < hiddenSize; j++) {
      const w = j * inputSize + feature * embeddingSize;
      let sum = 0;
      for (let k = 0; k < embeddingSize; k++) sum += table[from + k] * w1[w + k];
      projected[row * hiddenSize + j] = sum;
    }
  }
  return projected;
}

/** ReLU, 10→10, ReLU, 10→1. */
function lastLayers(dense: Record<DenseName, Float32Array>, hidden: Float32Array): number {
  const { "fc2.weight": w2, "fc2.bias": b2, "fc3.weight": w3, "fc3.bias": b3 } = dense;
  let rating = b3[0];
  for (let j = 0; j < hiddenSize; j++) {
    let sum = b2[j];
    for (let k = 0; k < hiddenSize; k++) if (hidden[k] > 0) sum += hidden[k] * w2[j * hiddenSize + k];
    if (sum > 0) rating += sum * w3[j];
  }
  return rating;
}
