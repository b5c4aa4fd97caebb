/**
 * A network's ONNX graph, cut down to what a picture's embedding needs, floats in and floats out.
 * Works on the graph alone, whichever framework wrote it; whether the result runs is for `add-encoder.ts` to try.
 */
import { AppError } from "../../errors.js";
import {
  AttributeType,
  DataType,
  decodeModel,
  elementTypeName,
  encodeModel,
  type OnnxDimension,
  type OnnxNode,
  type OnnxValueInfo,
  toNumber,
} from "../../onnx/proto.js";
import { chooseEmbedding, type EmbeddingChoice } from "./choose-embedding.js";
import { type NetworkParts, tensorsRead, toNetworkParts, upstreamNodes } from "./network-parts.js";

export interface EmbeddingGraph {
  /** A whole `.onnx` file: one input [N, 3, H, W] float, one output float. */
  bytes: Uint8Array;
  /** `batch` is 1 where the graph says so, null where it leaves the batch free. */
  input: { name: string; size: [number, number, number]; batch: 1 | null };
  /** The output's name: `embedding`, unless a tensor of the graph has that name. */
  output: string;
  /** Undefined where only running the network says it. */
  dimension: number | undefined;
  /** The layer whose input the embedding is; undefined where it is a tensor as it is. */
  sourceLayer?: { name: string; op: string };
  /** The tensor that is the embedding as it is. */
  sourceTensor?: string;
}

/**
 * @param bytes a network as an `.onnx` file: one input [N, 3, H, W] float or float16 (N free or 1) that the embedding
 *   depends on. A classifier ends in a Gemm, a MatMul with or without a bias, their quantised kin (QLinearMatMul,
 *   QGemm), or a 1 × 1 Conv as SqueezeNet's
 * @param file the file's name, for messages
 * @param options.output the tensor that is the embedding; by default as `chooseEmbedding` tells
 * @param options.size width and height, for a network that leaves them free
 * @throws {AppError} ENCODER_INVALID when it is no such graph, saying what is missing; INVALID_ARGUMENT for a tensor
 *   that it lacks, or a size that it does not take
 */
export function toEmbeddingGraph(
  bytes: Uint8Array,
  file: string,
  options: { output?: string; size?: readonly [number, number] } = {},
): EmbeddingGraph {
  const model = decodeModel(bytes, file);
  const graph = model.graph;
  const parts = toNetworkParts(graph, file);
  const choice = chooseEmbedding(parts, options.output);
  const nodes = upstreamNodes(parts, choice.kind === "asItIs" ? choice.tensor : choice.layer.input[0]);
  const tensors = new Set(graph.node.flatMap((node) => [...node.input, ...node.output]));
  const output = fresh("embedding", tensors);
  const kept = [...nodes, ...ending(choice, output, tensors)];
  const used = new Set(kept.flatMap(tensorsRead));
  const { info, half, size, batch } = imageInput(parts, used, options.size);
  const name = half ? fresh("pictures", tensors) : info.name;
  const toHalf = castTo(DataType.FLOAT16, name, info.name);
  // In place, so that what `OnnxModel` does not name (opset, functions, metadata) stays.
  graph.node = half ? [toHalf, ...kept] : kept;
  graph.initializer = graph.initializer.filter((tensor) => used.has(tensor.name));
  const made = new Set(nodes.flatMap((node) => node.output));
  graph.value_info = (graph.value_info ?? []).filter((value) => made.has(value.name));
  // Files before IR 4 list their weights among the inputs too; what is left of those need not be there.
  const isWeight = (input: OnnxValueInfo) => parts.constants.has(input.name) && used.has(input.name);
  const weights = Number(toNumber(model.ir_version)) < 4 ? graph.input.filter(isWeight) : [];
  graph.input = [floatInfo(name, [batch, ...size.map((dim_value) => ({ dim_value }))]), ...weights];
  const dimension = choice.kind === "asItIs" ? undefined : choice.dimension;
  graph.output = [floatInfo(output, dimension === undefined ? undefined : [batch, { dim_value: dimension }])];
  const loose = graph as { quantization_annotation?: unknown[]; sparse_initializer?: unknown[] };
  loose.quantization_annotation = [];
  return {
    bytes: encodeModel(model),
    input: { name, size, batch: batch.dim_value === undefined ? null : 1 },
    output,
    dimension,
    ...(choice.kind === "asItIs"
      ? { sourceTensor: choice.tensor }
      : { sourceLayer: { name: choice.layer.name || choice.layer.output[0], op: choice.layer.op_type } }),
  };
}

/** The one input that is no weight and that the embedding depends on: it must be a batch of RGB pictures. */
function imageInput(
  { file, graph, constants, refuse }: NetworkParts,
  used: ReadonlySet<string>,
  wanted: readonly [number, number] | undefined,
): { info: OnnxValueInfo; half: boolean; size: [number, number, number]; batch: OnnxDimension } {
  const inputs = graph.input.filter(({ name }) => !constants.has(name) && used.has(name));
  if (inputs.length === 0) throw refuse("its embedding depends on none of its inputs");
  if (inputs.length > 1) {
    const names = inputs.map(({ name }) => name).join(", ");
    throw refuse(`its embedding depends on ${inputs.length} inputs (${names}) where one [N, 3, H, W] is expected`);
  }
  const [info] = inputs;
  const tensor = info.type.tensor_type;
  const type = tensor?.elem_type ?? 0;
  if (type !== DataType.FLOAT && type !== DataType.FLOAT16) {
    throw refuse(`its input ${info.name} is ${elementTypeName(type)} where float or float16 is expected`);
  }
  const dims = tensor?.shape?.dim ?? [];
  // Free: named, left out, or as some exporters write it, 0 or −1.
  const sizes = dims.map(({ dim_value }) => Math.max(0, dim_value === undefined ? 0 : toNumber(dim_value)));
  const [batch, channels, height, width] = sizes;
  const text = `[${sizes.map((size) => size || "?").join(", ")}]`;
  if (sizes.length !== 4 || (channels !== 3 && channels !== 0)) {
    throw refuse(`its input ${info.name} is ${text} where [N, 3, H, W] is expected`);
  }
  if (batch > 1) {
    throw refuse(`its input ${info.name} is ${text}: a batch of ${batch} where 1 or a free one is expected`);
  }
  if (wanted === undefined && (height === 0 || width === 0)) {
    throw refuse(`its input ${info.name} is ${text}, which leaves the size free: say with --size how many pixels`);
  }
  const [wide, high] = wanted ?? [width, height];
  if ((width || wide) !== wide || (height || high) !== high) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a size of ${width || "any"} × ${height || "any"} pixels, which ${file} takes, received ${wide} × ${high}`,
    );
  }
  const free = dims[0].dim_param === undefined ? {} : { dim_param: dims[0].dim_param };
  return { info, half: type === DataType.FLOAT16, size: [3, high, wide], batch: batch === 1 ? { dim_value: 1 } : free };
}

/** The nodes that turn what was chosen into the output, always as float: a network may count in float16 inside. */
function ending(choice: EmbeddingChoice, output: string, tensors: ReadonlySet<string>): OnnxNode[] {
  if (choice.kind === "asItIs") return [castTo(DataType.FLOAT, choice.tensor, output)];
  const { layer } = choice;
  const [read] = layer.input;
  if (layer.op_type === "QLinearMatMul" || layer.op_type === "QGemm") {
    const real = fresh(`${output}_dequantised`, tensors);
    return [
      { op_type: "DequantizeLinear", name: real, input: layer.input.slice(0, 3), output: [real] },
      castTo(DataType.FLOAT, real, output),
    ];
  }
  if (layer.op_type !== "Conv") return [castTo(DataType.FLOAT, read, output)];
  const pooled = fresh(`${output}_pooled`, tensors);
  const flat = fresh(`${output}_flat`, tensors);
  return [
    { op_type: "GlobalAveragePool", name: pooled, input: [read], output: [pooled] },
    {
      op_type: "Flatten",
      name: flat,
      input: [pooled],
      output: [flat],
      attribute: [{ name: "axis", type: AttributeType.INT, i: 1 }],
    },
    castTo(DataType.FLOAT, flat, output),
  ];
}

function castTo(type: number, from: string, to: string): OnnxNode {
  return {
    op_type: "Cast",
    name: to,
    input: [from],
    output: [to],
    attribute: [{ name: "to", type: AttributeType.INT, i: type }],
  };
}

function floatInfo(name: string, dim: OnnxDimension[] | undefined): OnnxValueInfo {
  return { name, type: { tensor_type: { elem_type: DataType.FLOAT, ...(dim && { shape: { dim } }) } } };
}

/** A name that no tensor has. */
function fresh(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let i = 1; taken.has(free); i++) free = `${name}_${i}`;
  return free;
}
