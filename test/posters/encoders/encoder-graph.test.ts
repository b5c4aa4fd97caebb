import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import {
  AttributeType,
  DataType,
  decodeModel,
  encodeModel,
  floatInitializer,
  type OnnxNode,
  type OnnxTensor,
  toNumber,
  valueInfo,
} from "../../../src/onnx/proto.js";
import { toEmbeddingGraph } from "../../../src/posters/encoders/encoder-graph.js";

/** A picture of 1 × 2 pixels: planes red (1, 2), green (3, 4), blue (5, 6). */
const picture = Float32Array.from([1, 2, 3, 4, 5, 6]);
const node = (op_type: string, input: string[], output: string, attribute: OnnxNode["attribute"] = []): OnnxNode => ({
  op_type,
  name: `the ${output}`,
  input,
  output: [output],
  attribute,
});
const floats = (name: string, dims: number[], values = new Float32Array(dims.reduce((a, b) => a * b, 1))) =>
  floatInitializer(name, dims, values);
const bytesTensor = (name: string, type: number, dims: number[], values: number[]): OnnxTensor => ({
  name,
  dims,
  data_type: type,
  raw_data: Uint8Array.from(values),
});
const transB = [{ name: "transB", type: AttributeType.INT, i: 1 }];
const flatten = node("Flatten", ["x"], "flat");

function model(nodes: OnnxNode[], initializer: OnnxTensor[], input = valueInfo("x", DataType.FLOAT, ["N", 3, 1, 2])) {
  return {
    ir_version: 8,
    opset_import: [
      { domain: "", version: 13 },
      { domain: "com.microsoft", version: 1 },
    ],
    graph: {
      name: "g",
      node: nodes,
      initializer,
      input: [input],
      output: [valueInfo(nodes[nodes.length - 1].output[0], DataType.FLOAT, ["N", "classes"])],
    },
  };
}

const cut = (...args: Parameters<typeof model>) => toEmbeddingGraph(encodeModel(model(...args)), "small.onnx");

async function run(bytes: Uint8Array, n = 1): Promise<{ data: number[]; dims: readonly number[] }> {
  const session = await InferenceSession.create(bytes);
  const batch = Float32Array.from({ length: n * 6 }, (_, i) => picture[i % 6] * (1 + Math.floor(i / 6)));
  const { embedding } = await session.run({ x: new Tensor("float32", batch, [n, 3, 1, 2]) });
  return { data: [...(embedding.data as Float32Array)], dims: embedding.dims };
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe("ENCODER_INVALID");
    return (error as AppError).message;
  }
  throw new Error("expected a refusal");
}

describe("the last fully connected layer's input becomes the output", () => {
  test("of a Gemm with its weights transposed, and one without", async () => {
    const scaled = node("Mul", ["flat", "two"], "scaled");
    const parts = [flatten, scaled, node("Gemm", ["scaled", "w", "b"], "y", transB), node("Softmax", ["y"], "p")];
    const two = floats("two", [], Float32Array.of(2));
    const graph = cut(parts, [two, floats("w", [4, 6]), floats("b", [4])]);
    expect(graph.dimension).toBe(6);
    expect(graph.sourceLayer).toEqual({ name: "the y", op: "Gemm" });
    expect(graph.input).toEqual({ name: "x", size: [3, 1, 2], batch: null });
    expect(await run(graph.bytes, 2)).toEqual({ data: [2, 4, 6, 8, 10, 12, 4, 8, 12, 16, 20, 24], dims: [2, 6] });
    const plain = cut([flatten, node("Gemm", ["flat", "w"], "y")], [floats("w", [6, 4])]);
    expect(plain.dimension).toBe(6);
    expect((await run(plain.bytes)).data).toEqual([...picture]);
  });

  test("of a MatMul with its bias on either side, past a Reshape", async () => {
    const shape: OnnxTensor = { name: "shape", dims: [2], data_type: DataType.INT64, int64_data: [-1, 4] };
    for (const operands of [
      ["m", "b"],
      ["b", "m"],
    ]) {
      const nodes = [flatten, node("MatMul", ["flat", "w"], "m"), node("Add", operands, "a")];
      const graph = cut(
        [...nodes, node("Reshape", ["a", "shape"], "y")],
        [floats("w", [6, 4]), floats("b", [4]), shape],
      );
      expect(graph).toMatchObject({ dimension: 6, sourceLayer: { op: "MatMul" } });
      expect((await run(graph.bytes)).data).toEqual([...picture]);
    }
  });

  test("of the last of two layers", async () => {
    // The first adds neighbouring numbers up: 1 + 2, 3 + 4, 5 + 6; the ReLU between belongs to the embedding.
    const pairs = Float32Array.from({ length: 18 }, (_, i) => (Math.floor(Math.floor(i / 3) / 2) === i % 3 ? 1 : 0));
    const nodes = [flatten, node("MatMul", ["flat", "w1"], "h"), node("Relu", ["h"], "r")];
    const graph = cut(
      [...nodes, node("Gemm", ["r", "w2"], "y", transB)],
      [floats("w1", [6, 3], pairs), floats("w2", [5, 3])],
    );
    expect(graph.dimension).toBe(3);
    expect((await run(graph.bytes)).data).toEqual([3, 7, 11]);
  });

  test("of a 1 × 1 convolution, averaged over the picture", async () => {
    const nodes = [node("Conv", ["x", "w"], "c"), node("Relu", ["c"], "r"), node("GlobalAveragePool", ["r"], "y")];
    const graph = cut(nodes, [floats("w", [10, 3, 1, 1])]);
    expect(graph).toMatchObject({ dimension: 3, sourceLayer: { name: "the c", op: "Conv" } });
    expect(await run(graph.bytes, 2)).toEqual({ data: [1.5, 3.5, 5.5, 3, 7, 11], dims: [2, 3] });
  });

  test("of a quantised MatMul, dequantised with its own scale and zero point", async () => {
    const quantised = [
      node("QuantizeLinear", ["x", "s", "z"], "q"),
      node("Flatten", ["q"], "flat"),
      node("QLinearMatMul", ["flat", "s", "z", "w", "s", "wz", "s", "z"], "m"),
    ];
    const withBias = [...quantised, node("DequantizeLinear", ["m", "s", "z"], "d"), node("Add", ["d", "b"], "y")];
    const scale = floats("s", [], Float32Array.of(0.25));
    const initializer = [
      scale,
      bytesTensor("z", DataType.UINT8, [], [10]),
      bytesTensor("w", DataType.INT8, [6, 4], new Array(24).fill(1)),
      bytesTensor("wz", DataType.INT8, [], [0]),
      floats("b", [4]),
    ];
    const graph = cut(withBias, initializer);
    expect(graph).toMatchObject({ dimension: 6, sourceLayer: { op: "QLinearMatMul" } });
    expect((await run(graph.bytes)).data).toEqual([...picture]);
    const kept = decodeModel(graph.bytes, "cut").graph;
    expect(kept.node.map(({ op_type }) => op_type)).toEqual(["QuantizeLinear", "Flatten", "DequantizeLinear", "Cast"]);
  });

  test("of a layer whose float weights are dequantised beside it, and turned", async () => {
    const nodes = [
      flatten,
      node("DequantizeLinear", ["w", "s", "wz"], "wf"),
      node("Transpose", ["wf"], "wt"),
      node("MatMul", ["flat", "wt"], "y"),
    ];
    const graph = cut(nodes, [
      bytesTensor("w", DataType.INT8, [4, 6], new Array(24).fill(1)),
      floats("s", [], Float32Array.of(1)),
      bytesTensor("wz", DataType.INT8, [], [0]),
    ]);
    expect(graph.dimension).toBe(6);
    expect((await run(graph.bytes)).data).toEqual([...picture]);
  });
});

describe("the graph that is written", () => {
  test("holds only what the embedding needs", () => {
    const whole = model([flatten, node("Gemm", ["flat", "w"], "y")], [floats("w", [6, 4]), floats("unused", [1])]);
    Object.assign(whole.graph, { value_info: [valueInfo("flat", 1, ["N", 6]), valueInfo("y", 1, ["N", 4])] });
    const { graph } = decodeModel(toEmbeddingGraph(encodeModel(whole), "small.onnx").bytes, "cut");
    expect(graph.node.map(({ op_type }) => op_type)).toEqual(["Flatten", "Cast"]);
    expect(graph.initializer).toEqual([]);
    expect(graph.value_info?.map(({ name }) => name)).toEqual(["flat"]);
    expect(graph.output.map(({ name }) => name)).toEqual(["embedding"]);
  });

  test("names its output otherwise when a tensor is called embedding", () => {
    const graph = cut(
      [node("Flatten", ["x"], "embedding"), node("Gemm", ["embedding", "w"], "y")],
      [floats("w", [6, 4])],
    );
    expect(graph.output).toBe("embedding_1");
  });

  test("keeps a batch of 1, and says so", () => {
    const input = valueInfo("x", DataType.FLOAT, [1, 3, 1, 2]);
    const graph = cut([flatten, node("Gemm", ["flat", "w"], "y")], [floats("w", [6, 4])], input);
    expect(graph.input.batch).toBe(1);
    const [batch] = decodeModel(graph.bytes, "cut").graph.output[0].type.tensor_type!.shape!.dim;
    expect(toNumber(batch.dim_value!)).toBe(1);
  });

  test("is made of old files too, which list their weights among the inputs", async () => {
    const old = model([flatten, node("Gemm", ["flat", "w", "b"], "y")], [floats("w", [6, 4]), floats("b", [4])]);
    old.ir_version = 3;
    old.graph.input.push(valueInfo("w", DataType.FLOAT, [6, 4]), valueInfo("b", DataType.FLOAT, [4]));
    const graph = toEmbeddingGraph(encodeModel(old), "old.onnx");
    expect(decodeModel(graph.bytes, "cut").graph.input.map(({ name }) => name)).toEqual(["x"]);
    expect((await run(graph.bytes)).data).toEqual([...picture]);
  });
});

describe("a graph is refused", () => {
  const layer = [flatten, node("Gemm", ["flat", "w"], "y")];
  const weights = [floats("w", [6, 4])];
  const start = "expected an image classifier or encoder in small.onnx, but ";

  test("of class scores without a fully connected layer before them", () => {
    const found = (op: string) =>
      `, and the walk back from it ends at ${op} without a fully connected layer: name the tensor that is the embedding with --output`;
    expect(refusal(() => cut([flatten, node("Softmax", ["flat"], "y")], []))).toBe(
      `${start}its output y is of class scores${found("Flatten")}`,
    );
    expect(refusal(() => cut([flatten, node("Tanh", ["flat"], "logits")], []))).toBe(
      `${start}its output logits is of class scores${found("Tanh")}`,
    );
    const convolution = [node("Conv", ["x", "w"], "c"), node("Sigmoid", ["c"], "y")];
    expect(refusal(() => cut(convolution, [floats("w", [4, 3, 1, 2])]))).toBe(
      `${start}its output y is of class scores${found("Conv")}`,
    );
  });

  test("whose last layer has weights that are no matrix, or reads its input turned", () => {
    expect(refusal(() => cut([flatten, node("MatMul", ["flat", "w"], "y")], [floats("w", [2, 6, 4])]))).toBe(
      `${start}its last layer the y (MatMul) has weights [2,6,4] where a matrix is expected`,
    );
    const turned = node("Gemm", ["flat", "w"], "y", [{ name: "transA", type: AttributeType.INT, i: 1 }]);
    expect(refusal(() => cut([flatten, turned], weights))).toBe(
      `${start}its last layer the y (Gemm) reads its input transposed`,
    );
  });

  test("with another input than [N, 3, H, W] float or float16", () => {
    const at = (type: number, shape: (number | string)[]) =>
      refusal(() => cut(layer, weights, valueInfo("x", type, shape)));
    const types = "where float or float16 is expected";
    expect(at(DataType.UINT8, ["N", 3, 1, 2])).toBe(`${start}its input x is uint8 ${types}`);
    expect(at(16, ["N", 3, 1, 2])).toBe(`${start}its input x is of element type 16 ${types}`);
    const expected = "where [N, 3, H, W] is expected";
    expect(at(DataType.FLOAT, ["N", 1, 2, 3])).toBe(`${start}its input x is [?, 1, 2, 3] ${expected}`);
    expect(at(DataType.FLOAT, ["N", 3, 2])).toBe(`${start}its input x is [?, 3, 2] ${expected}`);
    for (const free of ["H", 0, -1]) {
      expect(at(DataType.FLOAT, ["N", 3, free, 2])).toBe(
        `${start}its input x is [?, 3, ?, 2], which leaves the size free: say with --size how many pixels`,
      );
    }
    expect(at(DataType.FLOAT, [8, 3, 1, 2])).toBe(
      `${start}its input x is [8, 3, 1, 2]: a batch of 8 where 1 or a free one is expected`,
    );
  });

  test("with several inputs that its embedding depends on, or none", () => {
    const twoInputs = model([node("Mul", ["x", "z"], "xz"), node("Flatten", ["xz"], "flat"), layer[1]], weights);
    twoInputs.graph.input.push(valueInfo("z", DataType.FLOAT, [1]));
    expect(refusal(() => toEmbeddingGraph(encodeModel(twoInputs), "small.onnx"))).toBe(
      `${start}its embedding depends on 2 inputs (x, z) where one [N, 3, H, W] is expected`,
    );
    expect(refusal(() => cut([node("Flatten", ["w"], "flat"), layer[1]], weights))).toBe(
      `${start}its embedding depends on none of its inputs`,
    );
  });

  test("whose weights lie in another file", () => {
    const outside = { ...floats("w", [6, 4]), raw_data: undefined, data_location: 1 };
    expect(refusal(() => cut(layer, [outside]))).toBe(
      `${start}its weights (w) lie in another file: save it as a single .onnx file`,
    );
  });

  test("when it is no ONNX file", () => {
    expect(refusal(() => toEmbeddingGraph(Buffer.from("GIF89a"), "small.onnx"))).toContain("small.onnx");
  });
});
