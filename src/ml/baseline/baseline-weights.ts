/**
 * The tensors of the baseline network, under the names that the original's PyTorch state_dict gave them:
 * six embeddings of 50, concatenated to 300, then 300→10→10→1 with ReLU between; output × 5 = stars.
 */
import { AppError } from "../../errors.js";
import { gaussian } from "../../random.js";
import type { Tensor } from "../model/safetensors.js";

/** Width of every embedding. */
export const embeddingSize = 50;
/** Width of both hidden layers. */
export const hiddenSize = 10;
/** The network predicts ratings divided by this, as the original: 0..1 for 0..5 stars. */
export const ratingScale = 5;

/** The features in the order of concatenation: a table's tensor, and its input's name in the ONNX graph. */
export const features = [
  { name: "user", tensor: "user_embedding.weight", input: "user_id" },
  { name: "gender", tensor: "gender_embedding.weight", input: "gender" },
  { name: "age", tensor: "age_embedding.weight", input: "age" },
  { name: "occupation", tensor: "occupation_embedding.weight", input: "occupation" },
  { name: "movie", tensor: "movie_embedding.weight", input: "movie_id" },
  { name: "genre", tensor: "genre_embedding.weight", input: "genre" },
] as const;

export type FeatureName = (typeof features)[number]["name"];
export const inputSize = features.length * embeddingSize;

/** The dense layers: tensor name → shape, weights as [outputs, inputs]. */
export const denseShapes = {
  "fc1.weight": [hiddenSize, inputSize],
  "fc1.bias": [hiddenSize],
  "fc2.weight": [hiddenSize, hiddenSize],
  "fc2.bias": [hiddenSize],
  "fc3.weight": [1, hiddenSize],
  "fc3.bias": [1],
} as const;

export type DenseName = keyof typeof denseShapes;

export interface BaselineWeights {
  /** Row-major, rows × 50 each. */
  tables: Record<FeatureName, Float32Array>;
  dense: Record<DenseName, Float32Array>;
}

/** Number of rows of a table. */
export function countRows(table: Float32Array): number {
  return table.length / embeddingSize;
}

/**
 * Takes the network's tensors out of a file, checking every shape.
 * @param what the file's name, for messages
 * @throws {AppError} MODEL_INVALID when a tensor is missing or unknown, or a shape differs
 */
export function weightsFromTensors(tensors: ReadonlyMap<string, Tensor>, what: string): BaselineWeights {
  const known = new Set<string>([...features.map((feature) => feature.tensor), ...Object.keys(denseShapes)]);
  const extra = [...tensors.keys()].filter((name) => !known.has(name));
  if (extra.length > 0) {
    throw new AppError(
      "MODEL_INVALID",
      `expected the ${known.size} tensors of the baseline network in ${what}, received also ${extra.slice(0, 3).join(", ")}`,
    );
  }
  const take = (name: string, shape: readonly (number | "rows")[]): Float32Array => {
    const tensor = tensors.get(name);
    const came = tensor === undefined ? "no such tensor" : `[${tensor.shape.join(", ")}]`;
    const fits =
      tensor !== undefined &&
      tensor.shape.length === shape.length &&
      shape.every((size, i) => (size === "rows" ? tensor.shape[i] > 0 : tensor.shape[i] === size));
    if (!fits) {
      throw new AppError(
        "MODEL_INVALID",
        `expected ${name} of shape [${shape.join(", ")}] in ${what}, received ${came}`,
      );
    }
    return tensor.data;
  };
  const tables = {} as Record<FeatureName, Float32Array>;
  for (const { name, tensor } of features) tables[name] = take(tensor, ["rows", embeddingSize]);
  const dense = {} as Record<DenseName, Float32Array>;
  for (const [name, shape] of Object.entries(denseShapes)) dense[name as DenseName] = take(name, shape);
  return { tables, dense };
}

/** The network's tensors under their file names. */
export function weightsToTensors({ tables, dense }: BaselineWeights): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const { name, tensor } of features) {
    tensors.set(tensor, { shape: [countRows(tables[name]), embeddingSize], data: tables[name] });
  }
  for (const [name, shape] of Object.entries(denseShapes)) {
    tensors.set(name, { shape: [...shape], data: dense[name as DenseName] });
  }
  return tensors;
}

// PyTorch starts embeddings at N(0, 1), whose noise the network would first have to unlearn.
const initialDeviation = 0.05;

/** Embeddings N(0, 0.05²); dense layers uniform in ±1/√inputs, as PyTorch's nn.Linear. */
export function createInitialWeights(tableRows: Record<FeatureName, number>, random: () => number): BaselineWeights {
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
