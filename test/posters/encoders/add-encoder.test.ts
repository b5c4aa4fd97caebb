/** Networks of many kinds, added as encoders and run on pictures. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, onTestFinished, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import {
  AttributeType,
  DataType,
  encodeModel,
  floatInitializer,
  type OnnxNode,
  type OnnxTensor,
  valueInfo,
} from "../../../src/onnx/proto.js";
import { addEncoder } from "../../../src/posters/encoders/add-encoder.js";
import { createEmbedder } from "../../../src/posters/encoders/embedder.js";
import { listEncoders, type OnnxEncoderManifest } from "../../../src/posters/encoders/encoder-store.js";

type Options = NonNullable<Parameters<typeof addEncoder>[2]>;

const node = (op_type: string, input: string[], output: string, attribute: OnnxNode["attribute"] = []): OnnxNode => ({
  op_type,
  name: `the ${output}`,
  input,
  output: [output],
  attribute,
});
const int = (name: string, i: number) => ({ name, type: AttributeType.INT, i });
const cast = (from: string, to: string, type: number) => node("Cast", [from], to, [int("to", type)]);

/** What float16 numbers look like in 16 bits, of those that stand here. */
const halfBits = new Map([
  [0, 0],
  [0.5, 0x3800],
  [1, 0x3c00],
  [2, 0x4000],
]);
const halves = (name: string, dims: number[], values: number[]): OnnxTensor => ({
  name,
  dims,
  data_type: DataType.FLOAT16,
  raw_data: new Uint8Array(Uint16Array.from(values, (value) => halfBits.get(value)!).buffer),
});
/** [3, width]: number i of the embedding is `value` times channel i mod 3. */
const spread = (width: number, value = 1) =>
  Array.from({ length: 3 * width }, (_, i) => (Math.floor(i / width) === (i % width) % 3 ? value : 0));
const floats = (name: string, dims: number[], values: number[]) =>
  floatInitializer(name, dims, Float32Array.from(values));

interface Network {
  nodes: OnnxNode[];
  weights?: OnnxTensor[];
  /** By default [N, 3, 4, 4] float. */
  type?: number;
  shape?: (number | string)[];
  /** Inputs beside the pictures. */
  others?: string[];
  /** By default the last node's. */
  outputs?: string[];
}

function network({
  nodes,
  weights = [],
  type = DataType.FLOAT,
  shape = ["N", 3, 4, 4],
  others = [],
  outputs,
}: Network): Uint8Array {
  const names = outputs ?? nodes[nodes.length - 1].output;
  // Types alone: ONNX lets shapes be left out.
  const info = (name: string) => ({ name, type: { tensor_type: { elem_type: type } } });
  // Types alone: ONNX lets shapes be left out.
  return encodeModel({
    ir_version: 8,
    opset_import: [{ domain: "", version: 13 }],
    graph: {
      name: "g",
      node: nodes,
      initializer: weights,
      input: [...others.map((name) => valueInfo(name, DataType.FLOAT, ["T"])), valueInfo("x", type, shape)],
      output: names.map(info),
    },
  });
}

async function folderWith(source: Network): Promise<{ folder: string; file: string }> {
  const root = await mkdtemp(join(tmpdir(), "marquee-add-encoder-"));
  const file = join(root, "net.onnx");
  await writeFile(file, network(source));
  return { folder: join(root, "encoders"), file };
}

/** Numbers as they come, 0 to 1, with no normalisation. */
const plain = { mean: [0, 0, 0], std: [1, 1, 1] } satisfies Options["preprocessing"];

/** Adds a network and embeds two pictures of one colour together, as posters are embedded. */
async function embedded(
  source: Network,
  options: Options = {},
): Promise<{ manifest: OnnxEncoderManifest; rows: number[][] }> {
  const { folder, file } = await folderWith(source);
  const { manifest } = await addEncoder(folder, file, {
    ...options,
    preprocessing: { ...plain, ...options.preprocessing },
  });
  expect(listEncoders(folder)).toContainEqual(manifest);
  const embedder = createEmbedder({ encodersFolder: folder, manifest, threads: 1 });
  onTestFinished(() => embedder.close());
  const pictures = await Promise.all(
    ["rgb(255, 51, 0)", "rgb(0, 102, 204)"].map((background) =>
      sharp({ create: { width: 32, height: 48, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const answers = await embedder.embed(pictures);
  return {
    manifest,
    rows: answers.map((row) => {
      if (row instanceof AppError) throw row;
      return Array.from(row, (value) => Math.round(value * 100) / 100);
    }),
  };
}

async function refusal(source: Network, options: Options = {}): Promise<string> {
  const { folder, file } = await folderWith(source);
  const error = await addEncoder(folder, file, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  return `${(error as AppError).code}: ${(error as AppError).message}`;
}

const start = "expected an image classifier or encoder in net.onnx, but";
const pooled = [node("GlobalAveragePool", ["x"], "p"), node("Flatten", ["p"], "h")];

describe("a network that counts in float16", () => {
  /** Halved by a convolution, averaged, and classified, all in float16. */
  const inside = (from: string): OnnxNode[] => [
    node("Conv", [from, "kernel"], "c"),
    node("GlobalAveragePool", ["c"], "p"),
    node("Flatten", ["p"], "h"),
    node("Gemm", ["h", "w", "b"], "g"),
  ];
  const weights = [
    halves("kernel", [3, 3, 1, 1], [0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5]),
    halves("w", [3, 5], spread(5)),
    halves("b", [5], [0, 0, 0, 0, 0]),
    halves("projection", [3, 64], spread(64, 2)),
  ];

  test("between floats is an encoder of floats, cut before its last layer", async () => {
    const nodes = [cast("x", "half", DataType.FLOAT16), ...inside("half"), cast("g", "y", DataType.FLOAT)];
    const { manifest, rows } = await embedded({ nodes, weights });
    expect(manifest).toMatchObject({ dimension: 3, input: { name: "x", batch: null }, sourceLayer: { name: "the g" } });
    expect(rows).toEqual([
      [0.5, 0.1, 0],
      [0, 0.2, 0.4],
    ]);
  });

  test("from its input to its output is one too, fed with floats", async () => {
    const { manifest, rows } = await embedded({ nodes: inside("x"), weights, type: DataType.FLOAT16 });
    expect(manifest).toMatchObject({ dimension: 3, input: { name: "pictures", batch: null } });
    expect(rows).toEqual([
      [0.5, 0.1, 0],
      [0, 0.2, 0.4],
    ]);
  });

  test("and ends in an embedding gives it in floats", async () => {
    const nodes = [...inside("x").slice(0, 3), node("MatMul", ["h", "projection"], "image_embeds")];
    const { manifest, rows } = await embedded({ nodes, weights, type: DataType.FLOAT16 });
    expect(manifest).toMatchObject({ dimension: 64, sourceTensor: "image_embeds" });
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      [1, 0.2, 0, 1],
      [0, 0.4, 0.8, 0],
    ]);
  });
});

describe("a network that leaves the size free", () => {
  const classes = { nodes: [...pooled, node("Gemm", ["h", "w"], "y")], weights: [floats("w", [3, 5], spread(5))] };
  const free = { ...classes, shape: ["batch", "channels", "height", "width"] };

  test("is fed with pictures of the size that is asked for, which its manifest keeps", async () => {
    const { manifest, rows } = await embedded(free, { preprocessing: { size: [6, 9] } });
    expect(manifest.preprocessing.size).toEqual([6, 9]);
    expect(manifest.input).toEqual({ name: "x", size: [3, 9, 6], batch: null });
    expect(rows).toEqual([
      [1, 0.2, 0],
      [0, 0.4, 0.8],
    ]);
  });

  test("is another encoder with another size, or with another mean", async () => {
    const { folder, file } = await folderWith(free);
    await addEncoder(folder, file, { preprocessing: { size: [8, 8] } });
    expect((await addEncoder(folder, file, { preprocessing: { size: [8, 8] } })).added).toBe(false);
    for (const preprocessing of [{ size: [9, 9] } as const, { size: [8, 8], mean: [0, 0, 0] } as const]) {
      const error = addEncoder(folder, file, { preprocessing: preprocessing as Options["preprocessing"] });
      await expect(error).rejects.toThrow("net is taken by the same file with another preprocessing");
    }
  });

  test("is refused without a size, and with one that no picture has", async () => {
    expect(await refusal(free)).toBe(
      `ENCODER_INVALID: ${start} its input x is [?, ?, ?, ?], which leaves the size free: say with --size how many pixels`,
    );
    expect(await refusal(free, { preprocessing: { size: [0, 4] } })).toMatch(/^INVALID_ARGUMENT: preprocessing: /);
  });

  test("in one direction only takes what it says in the other", async () => {
    const high = { ...classes, shape: ["N", 3, 8, "W"] };
    expect((await embedded(high, { preprocessing: { size: [5, 8] } })).manifest.input.size).toEqual([3, 8, 5]);
    expect(await refusal(high, { preprocessing: { size: [8, 5] } })).toBe(
      "INVALID_ARGUMENT: expected a size of any × 8 pixels, which net.onnx takes, received 8 × 5",
    );
  });

  test("outside but fixes it inside is refused in another, by what it gives", async () => {
    const fixed = {
      nodes: [node("Flatten", ["x"], "h"), node("Gemm", ["h", "w", "b"], "y")],
      weights: [floats("w", [48, 5], new Array(240).fill(1)), floats("b", [5], [0, 0, 0, 0, 0])],
      shape: ["N", 3, "H", "W"],
    };
    expect(await refusal(fixed, { preprocessing: { size: [8, 8] } })).toBe(
      `ENCODER_INVALID: ${start} its embedding has 192 numbers where 48 are expected`,
    );
    expect((await embedded(fixed, { preprocessing: { size: [4, 4] } })).manifest.dimension).toBe(48);
  });
});

describe("a network that ends in an embedding", () => {
  const projection = {
    nodes: [...pooled, node("MatMul", ["h", "w"], "y")],
    weights: [floats("w", [3, 64], spread(64, 2))],
  };

  test("is taken as it is, with the batch left free", async () => {
    const { manifest, rows } = await embedded(projection);
    expect(manifest).toMatchObject({ dimension: 64, input: { batch: null }, sourceTensor: "y" });
    expect(manifest.sourceLayer).toBeUndefined();
    expect(rows.map((row) => row.slice(0, 3))).toEqual([
      [2, 0.4, 0],
      [0, 0.8, 1.6],
    ]);
  });

  test("is normalised as CLIP is where that is said", async () => {
    const clip = {
      mean: [0.48145466, 0.4578275, 0.40821073] as [number, number, number],
      std: [0.26862954, 0.26130258, 0.27577711] as [number, number, number],
    };
    const { manifest, rows } = await embedded(projection, { preprocessing: clip });
    expect(manifest.preprocessing).toMatchObject({ ...clip, size: [4, 4] });
    expect(rows[0].slice(0, 3)).toEqual([3.86, -1.97, -2.96]);
  });

  test("in the shape [N, D, 1, 1] is a row of D numbers a picture", async () => {
    const { manifest, rows } = await embedded({ nodes: [node("GlobalAveragePool", ["x"], "y")] });
    expect(manifest).toMatchObject({ dimension: 3, input: { batch: null } });
    expect(rows).toEqual([
      [1, 0.2, 0],
      [0, 0.4, 0.8],
    ]);
  });

  test("beside another of text, as the whole of CLIP is, needs nothing but the pictures", async () => {
    const images = [...pooled, node("MatMul", ["h", "w"], "image_embeds")];
    const model = {
      nodes: [...images, node("Tanh", ["text"], "text_embeds"), node("Mul", ["text", "h"], "logits_per_image")],
      weights: projection.weights,
      others: ["text"],
      outputs: ["logits_per_image", "text_embeds", "image_embeds"],
    };
    expect((await embedded(model)).manifest).toMatchObject({ dimension: 64, sourceTensor: "image_embeds" });
  });

  test("of one token each is refused, unless the pooled tensor is named", async () => {
    const tokens = {
      nodes: [node("Reshape", ["x", "shape"], "last_hidden_state"), ...pooled, node("Tanh", ["h"], "inner")],
      weights: [{ name: "shape", dims: [3], data_type: DataType.INT64, int64_data: [-1, 16, 3] }],
      outputs: ["last_hidden_state"],
    };
    const refused =
      `ENCODER_INVALID: ${start} its tensor last_hidden_state is [1, 16, 3] for one picture where one embedding, ` +
      "[1, D], is expected: name the tensor that is one with --output";
    expect(await refusal(tokens)).toBe(refused);
    expect(await refusal(tokens, { output: "last_hidden_state" })).toBe(refused);
    expect((await embedded(tokens, { output: "h" })).manifest).toMatchObject({ dimension: 3, sourceTensor: "h" });
  });

  test("is another encoder for another tensor: an id of its own, and no place under the same name", async () => {
    const { folder, file } = await folderWith(projection);
    const first = (await addEncoder(folder, file)).manifest;
    await expect(addEncoder(folder, file, { output: "h" })).rejects.toThrow(
      "expected a free name for the encoder of net.onnx, but net is taken by the same file with another embedding " +
        "(its tensor y as it is)",
    );
    const other = await folderWith(projection);
    const second = (await addEncoder(other.folder, other.file, { output: "h" })).manifest;
    expect(second.sourceSha256).toBe(first.sourceSha256);
    expect(second.id).not.toBe(first.id);
  });
});

test("a tensor that says nothing of the picture is refused", async () => {
  const nodes = [...pooled, node("Shape", ["x"], "s")];
  expect(await refusal({ nodes, outputs: ["h"] }, { output: "s" })).toBe(
    `ENCODER_INVALID: ${start} its embedding is the same for two different test pictures`,
  );
});

test("a branch inside the network is kept with all that it reads", async () => {
  const branch = (value: string) => ({
    name: value,
    node: [node("Mul", ["h", value], `${value}_scaled`)],
    initializer: [],
    input: [],
    output: [valueInfo(`${value}_scaled`, DataType.FLOAT, ["N", 3])],
  });
  const chosen = node("If", ["flag"], "y", [
    { name: "then_branch", type: 5, g: branch("two") },
    { name: "else_branch", type: 5, g: branch("one") },
  ]);
  const { rows } = await embedded({
    nodes: [...pooled, chosen, node("Gemm", ["y", "w", "b"], "g")],
    weights: [
      { name: "flag", dims: [], data_type: 9, raw_data: Uint8Array.of(1) },
      floats("two", [], [2]),
      floats("one", [], [1]),
      floats("w", [3, 5], spread(5)),
      floats("b", [5], [0, 0, 0, 0, 0]),
    ],
  });
  expect(rows).toEqual([
    [2, 0.4, 0],
    [0, 0.8, 1.6],
  ]);
});
