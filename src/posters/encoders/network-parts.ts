/** A network's graph, indexed by the producers of its tensors and by its constants. */
import { AppError } from "../../errors.js";
import { type OnnxGraph, type OnnxNode, type OnnxTensor, toNumber } from "../../onnx/proto.js";

export interface NetworkParts {
  /** The file's name, for messages. */
  file: string;
  graph: OnnxGraph;
  /** The node that produces each tensor. */
  producers: Map<string, OnnxNode>;
  constants: Map<string, OnnxTensor>;
  refuse(reason: string): AppError;
}

/** @throws {AppError} ENCODER_INVALID when weights lie in another file */
export function toNetworkParts(graph: OnnxGraph, file: string): NetworkParts {
  const refuse = (reason: string) => notAnEncoder(file, reason);
  for (const tensor of graph.initializer as (OnnxTensor & { data_location?: number })[]) {
    if (tensor.data_location === 1) {
      throw refuse(`its weights (${tensor.name}) lie in another file: save it as a single .onnx file`);
    }
  }
  return {
    file,
    graph,
    producers: new Map(graph.node.flatMap((node) => node.output.map((output) => [output, node]))),
    constants: new Map(graph.initializer.map((tensor) => [tensor.name, tensor])),
    refuse,
  };
}

/** ENCODER_INVALID for a file that no encoder can be made of. */
export function notAnEncoder(file: string, reason: string, cause?: unknown): AppError {
  return new AppError("ENCODER_INVALID", `expected an image classifier or encoder in ${file}, but ${reason}`, {
    cause,
  });
}

/** The tensors that a node reads: its inputs, and those that its subgraphs read from outside. */
export function tensorsRead(node: OnnxNode): string[] {
  const inner = (node.attribute ?? []).flatMap(({ g, graphs = [] }) => (g ? [g, ...graphs] : graphs));
  return [
    ...node.input,
    ...inner.flatMap((graph) => [...graph.node.flatMap(tensorsRead), ...graph.output.map(({ name }) => name)]),
  ];
}

/** All nodes that `tensor` depends on, in the graph's order. */
export function upstreamNodes({ graph, producers }: NetworkParts, tensor: string): OnnxNode[] {
  const found = new Set<OnnxNode>();
  const open = [tensor];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = producers.get(name);
    if (node === undefined || found.has(node)) continue;
    found.add(node);
    open.push(...tensorsRead(node));
  }
  return graph.node.filter((node) => found.has(node));
}

/** The shape of a tensor that is a constant, or made of one without the input; undefined for any other. */
export function constantShape({ graph, producers, constants }: NetworkParts, tensor: string): number[] | undefined {
  let transposed = false;
  let name = tensor;
  // Bounded by the number of nodes: a malformed graph may have cycles.
  for (let steps = 0; steps <= graph.node.length; steps++) {
    const constant = constants.get(name);
    const producer = producers.get(name);
    const dims =
      constant?.dims ?? (producer?.op_type === "Constant" ? (producer.attribute?.[0]?.t?.dims ?? []) : undefined);
    if (dims !== undefined) return transposed ? dims.map(toNumber).reverse() : dims.map(toNumber);
    if (producer === undefined) return undefined;
    if (producer.op_type === "Transpose") transposed = !transposed;
    else if (!["DequantizeLinear", "QuantizeLinear", "Identity", "Cast"].includes(producer.op_type)) return undefined;
    name = producer.input[0];
  }
  return undefined;
}
