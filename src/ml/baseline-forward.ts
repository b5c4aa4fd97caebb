/**
 * The baseline network's forward pass in plain loops: clean, minimal, reference.
 * Training validates with it, and the ONNX graph that serves must agree with it to 1e-5.
 */
import { type BaselineWeights, embeddingSize, features, hiddenSize, inputSize } from "./baseline-weights.js";

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
  const {
    "fc1.weight": w1,
    "fc1.bias": b1,
    "fc2.weight": w2,
    "fc2.bias": b2,
    "fc3.weight": w3,
    "fc3.bias": b3,
  } = dense;
  const inOrder = features.map(({ name }) => tables[name]);
  const h1 = new Float32Array(hiddenSize);
  for (let pair = 0; pair < out.length; pair++) {
    h1.set(b1);
    for (let f = 0; f < width; f++) {
      const table = inOrder[f];
      const from = rows[pair * width + f] * embeddingSize;
      for (let j = 0; j < hiddenSize; j++) {
        const w = j * inputSize + f * embeddingSize;
        let sum = 0;
        for (let k = 0; k < embeddingSize; k++) sum += table[from + k] * w1[w + k];
        h1[j] += sum;
      }
    }
    let rating = b3[0];
    for (let j = 0; j < hiddenSize; j++) {
      let sum = b2[j];
      for (let k = 0; k < hiddenSize; k++) if (h1[k] > 0) sum += h1[k] * w2[j * hiddenSize + k];
      if (sum > 0) rating += sum * w3[j];
    }
    out[pair] = rating;
  }
}
