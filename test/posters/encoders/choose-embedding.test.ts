/** Which tensor of a network is its embedding, told from the graph alone. */
import { describe, expect, test } from "vitest";
import { AttributeType, DataType, floatInitializer, type OnnxNode, valueInfo } from "../../../src/onnx/proto.js";
import { chooseEmbedding } from "../../../src/posters/encoders/choose-embedding.js";
import { toNetworkParts } from "../../../src/posters/encoders/network-parts.js";

const node = (op_type: string, input: string[], output: string, attribute: OnnxNode["attribute"] = []): OnnxNode => ({
  op_type,
  name: `the ${output}`,
  input,
  output: [output],
  attribute,
});

/** A network whose features [N, 96] are `h`, then `nodes`; weights `w<n>` lead to n numbers, `b<n>` are biases. */
function choose(nodes: OnnxNode[], outputs = [nodes[nodes.length - 1].output[0]], named?: string): string {
  const sizes = [5, 64, 512, 1000];
  const graph = {
    name: "g",
    node: [node("Tanh", ["x"], "deep"), node("Flatten", ["deep"], "h"), ...nodes],
    initializer: sizes.flatMap((size) => [
      floatInitializer(`w${size}`, [96, size], new Float32Array(96 * size)),
      floatInitializer(`kernel${size}`, [size, 3, 1, 1], new Float32Array(3 * size)),
      floatInitializer(`b${size}`, [size], new Float32Array(size)),
    ]),
    input: [valueInfo("x", DataType.FLOAT, ["N", 3, 4, 8])],
    output: outputs.map((name) => valueInfo(name, DataType.FLOAT, ["N", "D"])),
  };
  const choice = chooseEmbedding(toNetworkParts(graph, "net.onnx"), named);
  return choice.kind === "asItIs" ? choice.tensor : `${choice.dimension} before ${choice.layer.name}`;
}

const projected = node("MatMul", ["h", "w512"], "y");
const classified = node("Gemm", ["h", "w1000", "b1000"], "y");

describe("of a classifier, what its last layer reads", () => {
  test("which has a bias, or gives a number that no width is, or is followed by scores", () => {
    expect(choose([classified])).toBe("96 before the y");
    expect(choose([node("Gemm", ["h", "w512", "b512"], "y")])).toBe("96 before the y");
    expect(choose([node("MatMul", ["h", "w512"], "m"), node("Add", ["b512", "m"], "y")])).toBe("96 before the m");
    expect(choose([node("MatMul", ["h", "w1000"], "y")])).toBe("96 before the y");
    for (const op of ["Softmax", "LogSoftmax", "Sigmoid"]) {
      expect(choose([projected, node(op, ["y"], "p")])).toBe("96 before the y");
    }
    expect(choose([node("MatMul", ["h", "w512"], "logits")])).toBe("96 before the logits");
  });

  test("also where it is a 1 × 1 convolution, unless that gives a width", () => {
    const ending = (kernel: string) => [
      node("Conv", ["deep", kernel, "b"], "c"),
      node("Relu", ["c"], "r"),
      node("GlobalAveragePool", ["r"], "y"),
    ];
    expect(choose(ending("kernel1000"))).toBe("3 before the c");
    expect(choose(ending("kernel512"))).toBe("y");
  });
});

describe("of an encoder, its output", () => {
  test("where the last layer is a projection, without a bias and to a multiple of 64", () => {
    expect(choose([projected])).toBe("y");
    expect(choose([node("Gemm", ["h", "w64"], "y"), node("Flatten", ["y"], "z")])).toBe("z");
  });

  test.each(["image_embeds", "embedding", "Embeddings:0", "model/pooler_output", "features_1", "sentence_embedding"])(
    "that is named %s, whatever stands before it",
    (name) => {
      expect(choose([node("Gemm", ["h", "w5", "b5"], name)])).toBe(name);
    },
  );

  test.each(["output", "embedded_labels", "495", "feature_logits"])("but not for the name %s", (name) => {
    expect(choose([node("Gemm", ["h", "w5", "b5"], name)])).toBe(`96 before the ${name}`);
  });

  const last = node("Gemm", ["h", "w5", "b5"], "e");
  test.each<[string, OnnxNode[]]>([
    ["LpNormalization", [node("LpNormalization", ["e"], "y")]],
    [
      "its ReduceL2, kept from 0 and spread out",
      [
        node("ReduceL2", ["e"], "l"),
        node("Clip", ["l", "b5"], "c"),
        node("Shape", ["e"], "s"),
        node("Expand", ["c", "s"], "d"),
        node("Div", ["e", "d"], "y"),
      ],
    ],
    [
      "the root of its sum of squares, over 1, reshaped after",
      [
        node("Mul", ["e", "e"], "q"),
        node("ReduceSum", ["q"], "s"),
        node("Max", ["b5", "s"], "m"),
        node("Sqrt", ["m"], "r"),
        node("Reciprocal", ["r"], "i"),
        node("Mul", ["e", "i"], "n"),
        node("Reshape", ["n", "b5"], "y"),
      ],
    ],
  ])("that is brought to length 1 by %s", (_how, nodes) => {
    expect(choose([last, ...nodes])).toBe("y");
  });

  test("that nothing like a last layer makes, unless it is of class scores", () => {
    expect(choose([node("LayerNormalization", ["h", "b5", "b5"], "y")])).toBe("y");
    // A softmax by hand has a sum in it, but no root of one.
    const byHand = [node("Exp", ["h"], "e"), node("ReduceSum", ["e"], "s"), node("Div", ["e", "s"], "probs")];
    expect(() => choose(byHand)).toThrow("its output probs is of class scores, and the walk back from it ends at Div");
  });
});

describe("of several outputs", () => {
  const nodes = [node("Identity", ["h"], "last_hidden_state"), node("Identity", ["h"], "pooler_output")];

  test("the one whose name says most surely that it is an embedding", () => {
    expect(choose(nodes, ["last_hidden_state", "pooler_output"])).toBe("pooler_output");
    const all = [...nodes, node("Identity", ["h"], "text_embeds"), node("Identity", ["h"], "image_embeds")];
    expect(choose(all, ["pooler_output", "text_embeds", "last_hidden_state", "image_embeds"])).toBe("image_embeds");
  });

  test("none where no name says so, or two do", () => {
    expect(() => choose([...nodes, classified], ["last_hidden_state", "y"])).toThrow(
      "expected an image classifier or encoder in net.onnx, but it has 2 outputs (last_hidden_state, y) and none is " +
        "named as an embedding: name the tensor that is one with --output",
    );
    const both = [node("Identity", ["h"], "embedding"), node("Identity", ["h"], "image_embeds")];
    expect(() => choose(both, ["embedding", "image_embeds"])).toThrow(
      "(embedding, image_embeds) and several are named",
    );
  });
});

describe("whatever the network looks like, the tensor that is named", () => {
  test("be it an output or inside", () => {
    expect(choose([classified], ["y"], "y")).toBe("y");
    expect(choose([projected], ["y"], "h")).toBe("h");
  });

  test("but it must be one that the network makes", () => {
    for (const name of ["nothing", "x", "w512", ""]) {
      expect(() => choose([projected], ["y"], name)).toThrow(
        `expected the name of a tensor that net.onnx makes for its embedding, such as y, received "${name}"`,
      );
    }
  });
});

test("a file that goes in circles comes to an end", () => {
  const circle = [
    node("Div", ["y", "c"], "y"),
    node("Clip", ["d"], "c"),
    node("Max", ["c"], "d"),
    node("Identity", ["t"], "w"),
    node("Transpose", ["w"], "t", [{ name: "perm", type: AttributeType.INTS, ints: [1, 0] }]),
  ];
  expect(choose(circle, ["y"])).toBe("y");
  expect(choose([...circle, node("MatMul", ["h", "w"], "z")], ["z"])).toBe("z");
  expect(choose([node("Relu", ["y"], "y")], ["y"])).toBe("y");
});
