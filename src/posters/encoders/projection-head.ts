/**
 * A head on top of an encoder, learned from what its users know of their movies: posters whose targets (genres, who
 * likes them) are close come close. Predictions of kernel ridge regression:
 *
 *   f(x) = Σ_i w_i · exp(−γ |u(x) − u_i|²),  u(x) = (x − mean) / |x − mean|
 *
 * over the posters i that it was trained on, its landmarks. `w` is solved in training.
 * Legend: d components of an embedding, n landmarks, o outputs; matrices row-major.
 */
import { AttributeType, DataType, encodeModel, floatInitializer, type OnnxNode, valueInfo } from "../../onnx/proto.js";
import { dotProduct } from "../vectors/vector-math.js";

export interface ProjectionHead {
  /** d: mean embedding of the catalogue. */
  mean: Float32Array;
  /** n × d, each of length 1. */
  landmarks: Float32Array;
  /** n × o. */
  weights: Float32Array;
  gamma: number;
}

/** The ONNX graph's input. */
export const headInput = "embedding";

/**
 * Squared distances of all pairs of rows.
 * @param directions n × d
 * @param onRow called after each row, for progress
 * @returns n × n, symmetric, zero on the diagonal
 */
export async function squaredDistances(
  directions: Float32Array,
  d: number,
  onRow: (done: number, n: number) => void | Promise<void>,
): Promise<Float32Array> {
  const n = directions.length / d;
  const squares = Float64Array.from({ length: n }, (_, i) => dotProduct(directions, i * d, directions, i * d, d));
  const out = new Float32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const distance = Math.max(0, squares[i] + squares[j] - 2 * dotProduct(directions, i * d, directions, j * d, d));
      out[i * n + j] = distance;
      out[j * n + i] = distance;
    }
    await onRow(i + 1, n);
  }
  return out;
}

/** γ by the median heuristic: 1 over the median of all pairs' squared distances, so that the median pair has similarity e⁻¹. */
export function medianGamma(distances: Float32Array): number {
  const n = Math.sqrt(distances.length);
  const pairs = new Float32Array((n * (n - 1)) / 2);
  for (let i = 0, offset = 0; i < n; i++) for (let j = 0; j < i; j++) pairs[offset++] = distances[i * n + j];
  pairs.sort();
  const median = pairs[pairs.length >> 1] ?? 0;
  return median > 0 ? 1 / median : 1;
}

/**
 * Outputs of examples from their similarities to the landmarks.
 * @param likeness rows × n
 * @param weights n × o
 * @returns rows × o
 */
export function combineOutputs(similarities: Float32Array, weights: Float32Array, n: number): Float32Array {
  const rows = similarities.length / n;
  const outputs = weights.length / n;
  const out = new Float32Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    const to = r * outputs;
    for (let i = 0; i < n; i++) {
      const similarity = similarities[r * n + i];
      const from = i * outputs;
      for (let c = 0; c < outputs; c++) out[to + c] += similarity * weights[from + c];
    }
  }
  return out;
}

/** The head as a graph of ONNX: `embedding` [N, d] to `projected` [N, o]. */
export function headGraph({ mean, landmarks, weights, gamma }: ProjectionHead): Uint8Array {
  const d = mean.length;
  const n = landmarks.length / d;
  const outputs = weights.length / n;
  // |u − u_i|² = |u|² + |u_i|² − 2 u·u_i; the columns of `turned` are the landmarks.
  const turned = new Float32Array(d * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) turned[j * n + i] = landmarks[i * d + j];
  const squares = Float32Array.from({ length: n }, (_, i) => dotProduct(landmarks, i * d, landmarks, i * d, d));
  const node = (op_type: string, input: string[], output: string): OnnxNode => ({
    op_type,
    name: output,
    input,
    output: [output],
    attribute: [],
  });
  const perRow = [
    { name: "axes", type: AttributeType.INTS, ints: [1] },
    { name: "keepdims", type: AttributeType.INT, i: 1 },
  ];
  return encodeModel({
    ir_version: 8,
    opset_import: [{ domain: "", version: 17 }],
    graph: {
      name: "marquee-projection-head",
      node: [
        node("Sub", [headInput, "mean"], "centred"),
        { ...node("ReduceL2", ["centred"], "length"), attribute: perRow },
        node("Max", ["length", "tiny"], "divisor"),
        node("Div", ["centred", "divisor"], "direction"),
        { ...node("ReduceSumSquare", ["direction"], "own"), attribute: perRow },
        node("MatMul", ["direction", "turned"], "dots"),
        node("Mul", ["dots", "minus two"], "minus dots"),
        node("Add", ["minus dots", "squares"], "with landmarks"),
        node("Add", ["with landmarks", "own"], "distances"),
        node("Mul", ["distances", "minus gamma"], "exponents"),
        node("Exp", ["exponents"], "likeness"),
        node("MatMul", ["likeness", "weights"], "projected"),
      ],
      initializer: [
        floatInitializer("mean", [d], mean),
        floatInitializer("tiny", [], Float32Array.of(1e-12)),
        floatInitializer("turned", [d, n], turned),
        floatInitializer("squares", [n], squares),
        floatInitializer("minus two", [], Float32Array.of(-2)),
        floatInitializer("minus gamma", [], Float32Array.of(-gamma)),
        floatInitializer("weights", [n, outputs], weights),
      ],
      input: [valueInfo(headInput, DataType.FLOAT, ["N", d])],
      output: [valueInfo("projected", DataType.FLOAT, ["N", outputs])],
    },
  });
}
