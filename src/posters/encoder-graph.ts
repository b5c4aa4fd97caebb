/**
 * A classifier's ONNX graph, cut before its last fully connected layer: what that layer reads is the embedding.
 * Works on the graph alone, whichever framework wrote it; whether the result runs is for `encoders.ts` to try.
 */
import { AppError } from "../errors.js";
import {
  AttributeType,
  DataType,
  decodeModel,
  encodeModel,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
  toNumber,
} from "../onnx/proto.js";

export interface EmbeddingGraph {
  /** A whole `.onnx` file with one output, [N, dimension] float. */
  bytes: Uint8Array;
  /** `batch` is 1 where the graph says so, null where it leaves the batch free. */
  input: { name: string; size: [number, number, number]; batch: 1 | null };
  /** The output's name: `embedding`, unless a tensor of the graph has that name. */
  output: string;
  dimension: number;
  /** The layer whose input the embedding is. */
  sourceLayer: { name: string; op: string };
}

/** What may stand between the last layer and the output without changing which layer is the last. */
const passedOver = new Set([
  ...["Softmax", "LogSoftmax", "Sigmoid", "Relu", "Dropout", "Identity", "Cast"],
  ...["Reshape", "Flatten", "Squeeze", "Unsqueeze", "GlobalAveragePool", "AveragePool"],
  ...["QuantizeLinear", "DequantizeLinear", "QLinearGlobalAveragePool", "QLinearSoftmax"],
]);
/** Adds of a bias, and where their second operand stands. */
const adds = new Map([
  ["Add", 1],
  ["QLinearAdd", 3],
]);
/** Layers, and where their weights stand. */
const layers = new Map([
  ["Gemm", 1],
  ["MatMul", 1],
  ["QLinearMatMul", 3],
  ["QGemm", 3],
  ["Conv", 1],
]);
/** `AttributeProto.AttributeType`: a graph within a node, which may read tensors that no `input` names. */
const graphAttributes = new Set([5, 10]);

interface Parts {
  graph: OnnxGraph;
  /** The node that makes a tensor. */
  makers: Map<string, OnnxNode>;
  constants: Map<string, OnnxTensor>;
  refuse(reason: string): AppError;
}

/**
 * @param bytes a classifier as an `.onnx` file: one input [N, 3, H, W] float (N free or 1), ending in a Gemm, a MatMul
 *   with or without a bias, their quantised kin (QLinearMatMul, QGemm), or a 1 × 1 Conv as SqueezeNet's
 * @param name the file's name, for messages
 * @throws {AppError} ENCODER_INVALID when it is no such graph, saying what is missing
 */
export function toEmbeddingGraph(bytes: Uint8Array, name: string): EmbeddingGraph {
  const model = decodeModel(bytes, name);
  const graph = model.graph;
  const parts: Parts = {
    graph,
    makers: new Map(graph.node.flatMap((node) => node.output.map((output) => [output, node]))),
    constants: new Map(graph.initializer.map((tensor) => [tensor.name, tensor])),
    refuse: (reason) => new AppError("ENCODER_INVALID", `expected an image classifier in ${name}, but ${reason}`),
  };
  for (const tensor of graph.initializer as (OnnxTensor & { data_location?: number })[]) {
    if (tensor.data_location === 1) {
      throw parts.refuse(`its weights (${tensor.name}) lie in another file: save it as a single .onnx file`);
    }
  }
  const { info, input } = imageInput(parts);
  const layer = lastLayer(parts);
  const shape = weightShape(parts, layer.input[layers.get(layer.op_type)!]);
  const dimension = embeddingDimension(parts, layer, shape);

  const tensors = new Set(graph.node.flatMap((node) => [...node.input, ...node.output]));
  const output = fresh("embedding", tensors);
  const nodes = reached(parts, layer.input[0]);
  const kept = [...nodes, ...ending(layer, output, tensors)];
  const used = new Set(kept.flatMap((node) => node.input));
  const made = new Set(nodes.flatMap((node) => node.output));
  if (!used.has(info.name)) throw parts.refuse(`its last layer does not depend on its input ${info.name}`);
  // In place, so that what `OnnxModel` does not name (opset, functions, metadata) stays.
  graph.node = kept;
  graph.initializer = graph.initializer.filter((tensor) => used.has(tensor.name));
  graph.value_info = (graph.value_info ?? []).filter((value) => made.has(value.name));
  // Files before IR 4 list their weights among the inputs too; what is left of those need not be there.
  graph.input = Number(toNumber(model.ir_version)) < 4 ? graph.input.filter(({ name }) => used.has(name)) : [info];
  graph.output = [
    {
      name: output,
      type: {
        tensor_type: {
          elem_type: DataType.FLOAT,
          shape: { dim: [input.batch === 1 ? { dim_value: 1 } : { dim_param: "batch" }, { dim_value: dimension }] },
        },
      },
    },
  ];
  const loose = graph as { quantization_annotation?: unknown[]; sparse_initializer?: unknown[] };
  loose.quantization_annotation = [];
  return {
    bytes: encodeModel(model),
    input,
    output,
    dimension,
    sourceLayer: { name: layer.name || layer.output[0], op: layer.op_type },
  };
}

/** The one input that is no weight, which must be a batch of RGB pictures. */
function imageInput({ graph, constants, refuse }: Parts): { info: OnnxValueInfo; input: EmbeddingGraph["input"] } {
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  if (inputs.length !== 1) {
    const names = inputs.map(({ name }) => name).join(", ");
    throw refuse(`it has ${inputs.length} inputs (${names}) where one [N, 3, H, W] is expected`);
  }
  const [info] = inputs;
  const tensor = info.type.tensor_type;
  const sizes = (tensor?.shape?.dim ?? []).map((dim) => (dim.dim_value === undefined ? 0 : toNumber(dim.dim_value)));
  const [batch, channels, height, width] = sizes;
  const text = `[${sizes.map((size) => size || "?").join(", ")}]`;
  if (tensor?.elem_type !== DataType.FLOAT) {
    throw refuse(`its input ${info.name} is of element type ${tensor?.elem_type} where float is expected`);
  }
  if (sizes.length !== 4 || channels !== 3 || !(height > 0) || !(width > 0)) {
    throw refuse(`its input ${info.name} is ${text} where [N, 3, H, W] with a fixed height and width is expected`);
  }
  if (batch > 1)
    throw refuse(`its input ${info.name} is ${text}: a batch of ${batch} where 1 or a free one is expected`);
  return { info, input: { name: info.name, size: [channels, height, width], batch: batch === 1 ? 1 : null } };
}

/** From the output back to the first layer met. */
function lastLayer(parts: Parts): OnnxNode {
  const { graph, makers, refuse } = parts;
  if (graph.output.length !== 1) throw refuse(`it has ${graph.output.length} outputs where one is expected`);
  let tensor = graph.output[0].name;
  for (let steps = 0; steps <= graph.node.length; steps++) {
    const node = makers.get(tensor);
    if (node === undefined) break;
    const weights = layers.get(node.op_type);
    if (weights !== undefined && weightShape(parts, node.input[weights]) !== undefined) return node;
    const second = adds.get(node.op_type);
    if (second !== undefined && isConstant(parts, node.input[second])) tensor = node.input[0];
    else if (second !== undefined && isConstant(parts, node.input[0])) tensor = node.input[second];
    else if (passedOver.has(node.op_type)) tensor = node.input[0];
    else {
      throw refuse(`no fully connected layer was found before its output: the walk back ends at ${node.op_type}`);
    }
  }
  throw refuse("no fully connected layer was found between its input and its output");
}

function isConstant(parts: Parts, tensor: string): boolean {
  return weightShape(parts, tensor) !== undefined;
}

/** The shape of a tensor that is a constant, or made of one without the input; undefined for any other. */
function weightShape({ makers, constants }: Parts, tensor: string): number[] | undefined {
  let transposed = false;
  for (let name = tensor; ; ) {
    const constant = constants.get(name);
    const maker = makers.get(name);
    const dims = constant?.dims ?? (maker?.op_type === "Constant" ? (maker.attribute?.[0]?.t?.dims ?? []) : undefined);
    if (dims !== undefined) return transposed ? dims.map(toNumber).reverse() : dims.map(toNumber);
    if (maker === undefined) return undefined;
    if (maker.op_type === "Transpose") transposed = !transposed;
    else if (!["DequantizeLinear", "QuantizeLinear", "Identity", "Cast"].includes(maker.op_type)) return undefined;
    name = maker.input[0];
  }
}

/** How many numbers the layer reads of each picture. */
function embeddingDimension({ refuse }: Parts, layer: OnnxNode, shape: number[] | undefined): number {
  const flag = (name: string) => toNumber(layer.attribute?.find((attribute) => attribute.name === name)?.i ?? 0) === 1;
  const what = `its last layer ${layer.name || layer.output[0]} (${layer.op_type})`;
  if (layer.op_type === "Conv") {
    const group = toNumber(layer.attribute?.find(({ name }) => name === "group")?.i ?? 1);
    if (shape?.length !== 4 || shape[2] !== 1 || shape[3] !== 1 || group !== 1) {
      throw refuse(`${what} has weights [${shape}] where a fully connected layer or a 1 × 1 convolution is expected`);
    }
    return shape[1];
  }
  if (shape?.length !== 2) throw refuse(`${what} has weights [${shape}] where a matrix is expected`);
  if (flag("transA")) throw refuse(`${what} reads its input transposed`);
  return flag("transB") ? shape[1] : shape[0];
}

/** The nodes that `tensor` is made by, in the graph's order. */
function reached({ graph, makers, refuse }: Parts, tensor: string): OnnxNode[] {
  const kept = new Set<OnnxNode>();
  const open = [tensor];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = makers.get(name);
    if (node === undefined || kept.has(node)) continue;
    if (node.attribute?.some(({ type }) => graphAttributes.has(type))) {
      throw refuse(`${node.name || node.op_type} holds a graph of its own (${node.op_type}), which cannot be cut`);
    }
    kept.add(node);
    open.push(...node.input);
  }
  return graph.node.filter((node) => kept.has(node));
}

/** The nodes that turn what the layer reads into the output. */
function ending(layer: OnnxNode, output: string, tensors: ReadonlySet<string>): OnnxNode[] {
  const [read] = layer.input;
  if (layer.op_type === "QLinearMatMul" || layer.op_type === "QGemm") {
    return [{ op_type: "DequantizeLinear", name: output, input: layer.input.slice(0, 3), output: [output] }];
  }
  if (layer.op_type !== "Conv") return [{ op_type: "Identity", name: output, input: [read], output: [output] }];
  const pooled = fresh(`${output}_pooled`, tensors);
  return [
    { op_type: "GlobalAveragePool", name: pooled, input: [read], output: [pooled] },
    {
      op_type: "Flatten",
      name: output,
      input: [pooled],
      output: [output],
      attribute: [{ name: "axis", type: AttributeType.INT, i: 1 }],
    },
  ];
}

/** A name that no tensor has. */
function fresh(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let i = 1; taken.has(free); i++) free = `${name}_${i}`;
  return free;
}
