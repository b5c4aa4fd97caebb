import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { threadId } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import { describe, expect, onTestFinished, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import {
  AttributeType,
  DataType,
  decodeModel,
  encodeModel,
  floatInitializer,
  type OnnxNode,
  type OnnxTensor,
  valueInfo,
} from "../../../src/onnx/proto.js";
import { addEncoder } from "../../../src/posters/encoders/add-encoder.js";
import { describePoster, descriptorDimension } from "../../../src/posters/encoders/descriptor.js";
import { createEmbedder, type Embedder, maxBatch } from "../../../src/posters/encoders/embedder.js";
import { builtinEncoder, type EncoderManifest } from "../../../src/posters/encoders/encoder-store.js";
import { decodeToRgb } from "../../../src/posters/images/decode-poster.js";
import { decodeToPlanes } from "../../../src/posters/images/preprocessing.js";
import { centre, cosine, meanEmbedding } from "../../../src/posters/vectors/similarity.js";

const shared = fileURLToPath(new URL("../../../../shared/", import.meta.url));
const mobilenet = join(shared, "models/mobilenetv2-12-int8.onnx");
const golden = join(shared, "reference/resnet18-golden.json");
const posterFile = (movie: number | string) => join(shared, `data/posters/${movie}.jpg`);
const broken = Buffer.from("no picture at all");

function opened(encodersFolder: string, manifest: EncoderManifest): Embedder {
  const embedder = createEmbedder({ encodersFolder, manifest, threads: 1 });
  onTestFinished(() => embedder.close());
  return embedder;
}

const newFolder = () => mkdtemp(join(tmpdir(), "marquee-embedder-"));

async function drawn(hue: number): Promise<Buffer> {
  const background = { r: hue % 256, g: (hue * 7) % 256, b: (hue * 31) % 256 };
  return sharp({ create: { width: 32, height: 48, channels: 3, background } })
    .png()
    .toBuffer();
}

function vectorsOf(slots: (Float32Array | AppError)[]): Float32Array[] {
  for (const slot of slots) expect(slot).toBeInstanceOf(Float32Array);
  return slots as Float32Array[];
}

describe("the built-in encoder", () => {
  test("gives what the descriptor gives, on another thread, in the pictures' order across batches", async () => {
    const embedder = opened("nowhere", builtinEncoder);
    const images = await Promise.all(Array.from({ length: 2 * maxBatch + 3 }, (_, i) => drawn(i * 5)));
    const vectors = vectorsOf(await embedder.embed(images));
    expect(embedder.threadId).not.toBe(threadId);
    const [width, height] = builtinEncoder.preprocessing.size;
    const expected = new Float32Array(descriptorDimension);
    for (const [i, image] of images.entries()) {
      describePoster(await decodeToRgb(image, width, height), width, height, expected);
      expect(vectors[i]).toEqual(expected);
    }
  });

  test("fails a broken picture alone, and leaves the caller its bytes", async () => {
    const embedder = opened("nowhere", builtinEncoder);
    const [one, other] = [await drawn(1), await drawn(100)];
    const slots = await embedder.embed([one, broken, other]);
    expect(slots[1]).toBeInstanceOf(AppError);
    expect(slots[1]).toMatchObject({
      code: "POSTER_UNREADABLE",
      message: "expected a poster as JPEG, PNG or WebP, received 17 bytes starting 6e6f207069637475",
    });
    expect(vectorsOf(await embedder.embed([one, other]))).toEqual([slots[0], slots[2]]);
    expect(broken.toString()).toBe("no picture at all");
    expect(await embedder.embed([])).toEqual([]);
  });

  test("carries sharp's error as cause from thread to thread", async () => {
    const cut = (await drawn(7)).subarray(0, 60);
    const [slot] = await opened("nowhere", builtinEncoder).embed([cut]);
    expect((slot as AppError).cause).toBeInstanceOf(Error);
  });
});

describe("an embedder", () => {
  test("that is closed rejects what is under way and all that comes later", async () => {
    const embedder = createEmbedder({ encodersFolder: "nowhere", manifest: builtinEncoder });
    const underWay = embedder.embed([await drawn(1)]);
    const outcome = expect(underWay).rejects.toThrow("the embedder was closed");
    await embedder.close();
    await outcome;
    await expect(embedder.embed([])).rejects.toThrow("expected an open embedder, but this one was closed");
    await embedder.close();
  });

  test("refuses a number of threads that is none", () => {
    expect(() => createEmbedder({ encodersFolder: "nowhere", manifest: builtinEncoder, threads: 0 })).toThrow(
      new RangeError("expected a whole number of threads from 1, received 0"),
    );
  });

  test("whose worker could not start says why, and starts another one at the next call", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "net.onnx"), resnet18(2));
    const { manifest } = await addEncoder(folder, join(folder, "net.onnx"));
    const embedder = opened(folder, manifest);
    await rename(join(folder, "net"), join(folder, "away"));
    const image = await drawn(3);
    const outcomes = await Promise.allSettled([embedder.embed([image]), embedder.embed(Array(40).fill(image))]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: "rejected",
        reason: { code: "ENCODER_NOT_FOUND", message: 'expected an encoder of colour-layout, received "net"' },
      });
    }
    await rename(join(folder, "away"), join(folder, "net"));
    expect(vectorsOf(await embedder.embed([image]))[0].length).toBe(512);
  });

  test("refuses another encoder in the place of its own", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "net.onnx"), resnet18(2));
    const { manifest } = await addEncoder(folder, join(folder, "net.onnx"));
    await expect(opened(folder, { ...manifest, id: "net@0" }).embed([broken])).rejects.toThrow(
      `expected the encoder net@0, but ${manifest.id} is there instead`,
    );
  });
});

describe("MobileNetV2 int8", () => {
  test("embeds real posters in 1280 components: alike only when the same, broken ones alone", async ({ skip }) => {
    skip(!existsSync(mobilenet) || !existsSync(posterFile(1)), "no models and posters in ../shared");
    const folder = await newFolder();
    const { manifest } = await addEncoder(folder, mobilenet);
    const embedder = opened(folder, manifest);
    const [toyStory, jurassicPark] = [await readFile(posterFile(1)), await readFile(posterFile(480))];
    const slots = await embedder.embed([toyStory, broken, jurassicPark, toyStory]);
    expect(slots[1]).toMatchObject({ code: "POSTER_UNREADABLE" });
    const [first, other, same] = vectorsOf([slots[0], slots[2], slots[3]]);
    expect(first.length).toBe(1280);
    expect(cosine(first, same)).toBeCloseTo(1, 6);
    expect(cosine(first, other)).toBeLessThan(0.9);
    expect(embedder.threadId).not.toBe(threadId);
  });

  test("times its last layer's weights, plus their bias, gives the whole network's logits", async ({ skip }) => {
    skip(!existsSync(mobilenet) || !existsSync(posterFile(1)), "no models and posters in ../shared");
    const folder = await newFolder();
    const { manifest } = await addEncoder(folder, mobilenet);
    const image = await readFile(posterFile(1));
    const [embedding] = vectorsOf(await opened(folder, manifest).embed([image]));

    const planes = await decodeToPlanes(image, manifest.preprocessing);
    const whole = await InferenceSession.create(mobilenet, { intraOpNumThreads: 1 });
    const { output } = await whole.run({ input: new Tensor("float32", planes, [1, 3, 224, 224]) });
    const logits = output.data as Float32Array;

    const { graph } = decodeModel(await readFile(mobilenet), "mobilenet");
    const constant = (name: string) => integersOrFloats(graph.initializer.find((tensor) => tensor.name === name)!);
    const layer = (part: string) => {
      const [values, scale, zero] = ["quantized", "scale", "zero_point"].map((x) =>
        constant(`classifier.1.${part}_${x}`),
      );
      return (i: number, column: number) =>
        (values[i] - zero[zero.length === 1 ? 0 : column]) * scale[scale.length === 1 ? 0 : column];
    };
    const [weight, bias] = [layer("weight"), layer("bias")];
    // The network rounds to 8 bits after the product and after the bias: half a step each.
    const tolerance = (constant("output_MatMul_scale")[0] + constant("output_scale")[0]) * 0.51;
    let largest = 0;
    for (let k = 0; k < 1000; k++) {
      let sum = bias(k, k);
      for (let j = 0; j < 1280; j++) sum += embedding[j] * weight(j * 1000 + k, k);
      largest = Math.max(largest, Math.abs(sum - logits[k]));
    }
    console.log(`logits: largest difference ${largest.toFixed(4)}, two half steps are ${tolerance.toFixed(4)}`);
    expect(Math.max(...logits) - Math.min(...logits)).toBeGreaterThan(20 * tolerance);
    expect(largest).toBeLessThanOrEqual(tolerance);
  });
});

test("ResNet18 with formula weights embeds as torchvision's does: the graph, the decoding and the resize", async ({
  skip,
}) => {
  skip(!existsSync(golden) || !existsSync(posterFile(1)), "no resnet18-golden.json and posters in ../shared");
  const reference = JSON.parse(await readFile(golden, "utf8")) as {
    syntheticInput: { embedding: number[] };
    posters: Record<string, number[]>;
  };
  const folder = await newFolder();
  await writeFile(join(folder, "resnet18.onnx"), resnet18(64));
  const { manifest } = await addEncoder(folder, join(folder, "resnet18.onnx"));
  expect(manifest.dimension).toBe(512);

  const random = mulberry32("input");
  const input = Float32Array.from({ length: 3 * 224 * 224 }, () => 2 * random() - 1);
  const session = await InferenceSession.create(join(folder, "resnet18/encoder.onnx"), { intraOpNumThreads: 1 });
  const { embedding } = await session.run({ data: new Tensor("float32", input, [1, 3, 224, 224]) });
  const largest = Math.max(...reference.syntheticInput.embedding);
  for (const [j, value] of reference.syntheticInput.embedding.entries()) {
    expect(Math.abs((embedding.data as Float32Array)[j] - value)).toBeLessThan(largest * 1e-5);
  }

  const movies = Object.keys(reference.posters);
  const images = await Promise.all(movies.map((movie) => readFile(posterFile(movie))));
  const ours = vectorsOf(await opened(folder, manifest).embed(images));
  const theirs = movies.map((movie) => Float32Array.from(reference.posters[movie]));
  for (const side of [ours, theirs]) {
    const mean = new Float32Array(512);
    meanEmbedding(side, mean);
    for (const vector of side) centre(vector, mean, vector);
  }
  const cosines = ours.map((vector, i) => cosine(vector, theirs[i]));
  console.log(`centred cosines to torchvision's: ${cosines.map((x) => x.toFixed(6)).join(" ")}`);
  for (const x of cosines) expect(x).toBeGreaterThan(0.9999);
});

/** Uniform in [0, 1), seeded with the FNV-1a hash of a name. */
function mulberry32(name: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(name)) state = Math.imul(state ^ byte, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * ResNet18 as a classifier with weights from a formula: (2u − 1) · √(6 / fan-in), u seeded with the parameter's name.
 * Its batch norms do nothing but divide by √(1 + 1e-5), which is folded into the weights.
 * @param width channels of the first stage: 64 in the real one; the embedding is 512 anyway when it is less
 */
function resnet18(width: number): Uint8Array {
  const nodes: OnnxNode[] = [];
  const weights: OnnxTensor[] = [];
  const window = (size: number, stride: number): OnnxNode["attribute"] => [
    { name: "kernel_shape", type: AttributeType.INTS, ints: [size, size] },
    { name: "strides", type: AttributeType.INTS, ints: [stride, stride] },
    { name: "pads", type: AttributeType.INTS, ints: new Array(4).fill((size - 1) / 2) },
  ];
  const add = (op_type: string, input: string[], output: string, attribute: OnnxNode["attribute"] = []) => {
    nodes.push({ op_type, input, output: [output], attribute });
    return output;
  };
  const conv = (name: string, input: string, from: number, to: number, size: number, stride: number) => {
    const random = mulberry32(`${name}.weight`);
    const bound = Math.sqrt(6 / (from * size * size));
    const folded = () => Math.fround((2 * random() - 1) * bound) / Math.sqrt(1 + 1e-5);
    const values = Float32Array.from({ length: to * from * size * size }, folded);
    weights.push(floatInitializer(`${name}.weight`, [to, from, size, size], values));
    return add("Conv", [input, `${name}.weight`], name, window(size, stride));
  };
  const relu = (input: string) => add("Relu", [input], `${input}.relu`);

  let x = add("MaxPool", [relu(conv("conv1", "data", 3, width, 7, 2))], "pooled", window(3, 2));
  let channels = width;
  for (let stage = 1; stage <= 4; stage++) {
    const to = stage === 4 ? 512 : width * 2 ** (stage - 1);
    for (let block = 0; block < 2; block++) {
      const stride = stage > 1 && block === 0 ? 2 : 1;
      const name = `layer${stage}.${block}`;
      const half = relu(conv(`${name}.conv1`, x, channels, to, 3, stride));
      const shortcut = stride === 2 ? conv(`${name}.downsample.0`, x, channels, to, 1, 2) : x;
      x = relu(add("Add", [conv(`${name}.conv2`, half, to, to, 3, 1), shortcut], `${name}.sum`));
      channels = to;
    }
  }
  weights.push(floatInitializer("fc.weight", [2, 512], new Float32Array(1024)));
  const flat = add("Flatten", [add("GlobalAveragePool", [x], "averaged")], "flat");
  add("Gemm", [flat, "fc.weight"], "logits", [{ name: "transB", type: AttributeType.INT, i: 1 }]);
  return encodeModel({
    ir_version: 8,
    opset_import: [{ domain: "", version: 13 }],
    graph: {
      name: "resnet18",
      node: nodes,
      initializer: weights,
      input: [valueInfo("data", DataType.FLOAT, ["N", 3, 224, 224])],
      output: [valueInfo("logits", DataType.FLOAT, ["N", 2])],
    },
  });
}

/** A constant's values, whichever field they lie in. */
function integersOrFloats({ data_type, raw_data, float_data, int32_data }: OnnxTensor): ArrayLike<number> {
  if (float_data !== undefined && float_data.length > 0) return float_data;
  if (int32_data !== undefined && int32_data.length > 0) return int32_data;
  const bytes = Uint8Array.from(raw_data!);
  if (data_type === DataType.FLOAT) return new Float32Array(bytes.buffer);
  return data_type === DataType.INT8 ? new Int8Array(bytes.buffer) : bytes;
}
