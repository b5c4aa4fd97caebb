/**
 * Chooses which tensor of a network is a picture's embedding: the one that the caller names; else the output, where the
 * network is an encoder; else, for a classifier, the input of its last layer, since class scores say little about visual
 * similarity. It is an encoder when
 *   - the output's name says so, as `image_embeds` does,
 *   - the output is brought to length 1 at its end,
 *   - nothing like a last layer stands before it, and neither name nor Softmax speaks of classes, or
 *   - its last layer is a projection: without a bias (CLIP's have none, classifiers' have one) and to a multiple of 64
 *     numbers (widths are, counts of classes hardly ever). Of a convolution the width alone counts: where a batch norm
 *     was folded in, it has a bias whatever it is.
 */
import { AppError, received } from "../../errors.js";
import { type OnnxNode, toNumber } from "../../onnx/proto.js";
import { constantShape, type NetworkParts } from "./network-parts.js";

export type EmbeddingChoice =
  /** What a classifier's last layer reads, `dimension` numbers of each picture. */
  | { kind: "beforeLayer"; layer: OnnxNode; dimension: number }
  /** A tensor as it is; running the network says how many numbers it has. */
  | { kind: "asItIs"; tensor: string };

/** Plain names of outputs that are embeddings, the surest first. */
const embeddingNames = [
  /^(?:(?:image|img|visual|vision|sentence|global)_)?(?:embeds?|embeddings?|emb)$/,
  /^pool(?:er|ed)_?output$|^pooled(?:_features)?$/,
  /^(?:(?:image|img|visual|vision|global)_)?features?(?:_vector)?$/,
];
const scoreName =
  /(?:^|[^a-z])(?:logits?|probs?|probabilit(?:y|ies)|softmax(?:out)?|scores?|class(?:es|ifier)?|labels?|predictions?)(?:[^a-z]|$)/;

const makesScores = new Set(["Softmax", "LogSoftmax", "Sigmoid", "QLinearSoftmax", "QLinearSigmoid"]);
const reshapes = new Set(["Identity", "Cast", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze"]);
/** What may stand between the last layer and the output without changing which layer is the last. */
const passedOver = new Set([
  ...makesScores,
  ...reshapes,
  ...["Relu", "GlobalAveragePool", "AveragePool", "QuantizeLinear", "DequantizeLinear", "QLinearGlobalAveragePool"],
]);
/** Adds of a bias, and where their second operand stands. */
const adds = new Map([
  ["Add", 1],
  ["QLinearAdd", 3],
]);
/** Layers, and where their weights and their bias stand. */
const layers = new Map([
  ["Gemm", { weights: 1, bias: 2 }],
  ["MatMul", { weights: 1, bias: -1 }],
  ["QLinearMatMul", { weights: 3, bias: -1 }],
  ["QGemm", { weights: 3, bias: 6 }],
  ["Conv", { weights: 1, bias: 2 }],
]);

/**
 * @param named a tensor that the caller wants, whatever the network looks like
 * @throws {AppError} INVALID_ARGUMENT when there is no tensor of that name; ENCODER_INVALID when none can be chosen
 */
export function chooseEmbedding(parts: NetworkParts, named: string | undefined): EmbeddingChoice {
  if (named !== undefined) {
    if (parts.producers.has(named)) return { kind: "asItIs", tensor: named };
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected the name of a tensor that ${parts.file} makes for its embedding, such as ${outputNames(parts)}, ` +
        `received ${received(named)}`,
    );
  }
  const tensor = likelyOutput(parts);
  const asItIs = { kind: "asItIs", tensor } as const;
  if (embeddingRank(tensor) >= 0 || isNormalised(parts, tensor)) return asItIs;
  const { layer, biased, scores, endsAt } = walkBack(parts, tensor);
  const classes = scores || scoreName.test(tensor.toLowerCase());
  if (layer === undefined) {
    if (!classes) return asItIs;
    throw parts.refuse(
      `its output ${tensor} is of class scores, and the walk back from it ends at ${endsAt} without a fully ` +
        "connected layer: name the tensor that is the embedding with --output",
    );
  }
  const { reads, gives } = layerSize(parts, layer);
  const isWidth = gives % 64 === 0 && (layer.op_type === "Conv" || !biased);
  return isWidth && !classes ? asItIs : { kind: "beforeLayer", layer, dimension: reads };
}

/** The only output, or of several the one whose name says most surely that it is an embedding. */
function likelyOutput(parts: NetworkParts): string {
  const names = parts.graph.output.map(({ name }) => name);
  if (names.length === 1) return names[0];
  const ranked = names.filter((name) => embeddingRank(name) >= 0).sort((a, b) => embeddingRank(a) - embeddingRank(b));
  if (ranked.length === 1 || (ranked.length > 1 && embeddingRank(ranked[0]) < embeddingRank(ranked[1])))
    return ranked[0];
  throw parts.refuse(
    `it has ${names.length} outputs (${outputNames(parts)}) and ${ranked.length === 0 ? "none is" : "several are"} ` +
      "named as an embedding: name the tensor that is one with --output",
  );
}

/** How surely a name is an embedding's, 0 the surest; −1 where it is not one's. */
function embeddingRank(name: string): number {
  const last = name.toLowerCase().split("/").at(-1) ?? "";
  const plain = last.replace(/[:._]\d+$/, "").replace(/[-.]/g, "_");
  return embeddingNames.findIndex((pattern) => pattern.test(plain));
}

function outputNames({ graph }: NetworkParts): string {
  return graph.output.map(({ name }) => name).join(", ");
}

/** Whether a tensor is something over its own length, reshaped at most. */
function isNormalised({ graph, producers }: NetworkParts, tensor: string): boolean {
  let name = tensor;
  for (let steps = 0; steps <= graph.node.length; steps++) {
    const node = producers.get(name);
    if (node === undefined) return false;
    if (node.op_type === "LpNormalization") return true;
    // x / |x|, or x · (1 / |x|).
    if (node.op_type === "Div" || node.op_type === "Mul")
      return node.input.some((operand) => isLength(graph.node.length, producers, operand));
    if (!reshapes.has(node.op_type)) return false;
    name = node.input[0];
  }
  return false;
}

/** Whether a tensor is a length: ReduceL2, or the root of a sum; kept from 0, turned over and spread out at most. */
function isLength(nodes: number, producers: ReadonlyMap<string, OnnxNode>, tensor: string): boolean {
  let rooted = false;
  let name = tensor;
  for (let steps = 0; steps <= nodes; steps++) {
    const node = producers.get(name);
    if (node === undefined) return false;
    const op = node.op_type;
    if (op === "ReduceL2") return true;
    if (op === "ReduceSum" || op === "ReduceSumSquare") return rooted;
    if (op === "Sqrt" || op === "Pow") rooted = true;
    else if (!reshapes.has(op) && !["Clip", "Max", "Add", "Expand", "Reciprocal"].includes(op)) return false;
    // A constant may stand first.
    name = node.input.find((input) => producers.has(input) && producers.get(input)?.op_type !== "Constant") ?? "";
  }
  return false;
}

/** Walks back from an output to the nearest layer, and notes biases and score functions on the way. */
function walkBack(
  parts: NetworkParts,
  output: string,
): { layer?: OnnxNode; biased: boolean; scores: boolean; endsAt: string } {
  const { graph, producers } = parts;
  let [biased, scores] = [false, false];
  let endsAt = "its input";
  let tensor = output;
  for (let steps = 0; steps <= graph.node.length; steps++) {
    const node = producers.get(tensor);
    if (node === undefined) break;
    endsAt = node.op_type;
    const operands = layers.get(node.op_type);
    if (operands !== undefined && isLayer(parts, node, operands.weights)) {
      return { layer: node, biased: biased || Boolean(node.input[operands.bias]), scores, endsAt };
    }
    const second = adds.get(node.op_type);
    if (second !== undefined && constantShape(parts, node.input[second]) !== undefined) tensor = node.input[0];
    else if (second !== undefined && constantShape(parts, node.input[0]) !== undefined) tensor = node.input[second];
    else if (passedOver.has(node.op_type)) tensor = node.input[0];
    else break;
    biased ||= second !== undefined;
    scores ||= makesScores.has(node.op_type);
  }
  return { biased, scores, endsAt };
}

/** Whether a node is a fully connected layer: a matrix product, or a 1 × 1 convolution. */
function isLayer(parts: NetworkParts, node: OnnxNode, weights: number): boolean {
  const shape = constantShape(parts, node.input[weights]);
  if (shape === undefined || node.op_type !== "Conv") return shape !== undefined;
  return shape.length === 4 && shape[2] === 1 && shape[3] === 1 && intAttribute(node, "group", 1) === 1;
}

/** How many numbers a layer reads of each picture, and how many it gives. */
function layerSize(parts: NetworkParts, layer: OnnxNode): { reads: number; gives: number } {
  const shape = constantShape(parts, layer.input[layers.get(layer.op_type)!.weights])!;
  if (layer.op_type === "Conv") return { reads: shape[1], gives: shape[0] };
  const what = `its last layer ${layer.name || layer.output[0]} (${layer.op_type})`;
  if (shape.length !== 2) throw parts.refuse(`${what} has weights [${shape}] where a matrix is expected`);
  if (intAttribute(layer, "transA", 0) === 1) throw parts.refuse(`${what} reads its input transposed`);
  const [reads, gives] = intAttribute(layer, "transB", 0) === 1 ? [shape[1], shape[0]] : shape;
  return { reads, gives };
}

function intAttribute(node: OnnxNode, name: string, otherwise: number): number {
  return toNumber(node.attribute?.find((attribute) => attribute.name === name)?.i ?? otherwise);
}
