/** Adds an encoder from an ONNX file: cuts the network down to its embedding, tests it, and saves it atomically. */
import { basename } from "node:path";
import type { Tensor as OnnxTensor } from "onnxruntime-node";
import * as z from "zod";
import { AppError, received } from "../../errors.js";
import { maxModelBytes, readRegularFile } from "../../files/read-file.js";
import { sha256Hex } from "../../sha256.js";
import { imagenetPreprocessing, type Preprocessing } from "../images/preprocessing.js";
import { type EmbeddingGraph, toEmbeddingGraph } from "./encoder-graph.js";
import {
  builtinEncoder,
  encoderFormatVersion,
  encoderName,
  type OnnxEncoderManifest,
  preprocessingSchema,
  preprocessingVersion,
} from "./encoder-manifest.js";
import { loadEncoder, openSession } from "./encoder-store.js";
import { notAnEncoder } from "./network-parts.js";
import { writeEncoder } from "./write-encoder.js";

/**
 * Creates an encoder from a network's file, after testing it on two synthetic pictures.
 * @param onnxPath a file that `toEmbeddingGraph` accepts
 * @param options.name lower-case letters, digits and hyphens; by default the file's name
 * @param options.output the tensor that is the embedding; by default as `choose-embedding.ts` tells
 * @param options.preprocessing overrides of ImageNet's; the size is the graph's own where that has one
 * @returns the manifest, and whether it is new: the same file again changes nothing
 * @throws {AppError} FILE_UNREADABLE, ENCODER_INVALID, or INVALID_ARGUMENT for a name that is no name or is taken, a
 *   tensor that is not there, and a preprocessing that the network does not take
 */
export async function addEncoder(
  folder: string,
  onnxPath: string,
  options: { name?: string; output?: string; preprocessing?: Partial<Preprocessing> } = {},
): Promise<{ manifest: OnnxEncoderManifest; added: boolean }> {
  const file = basename(onnxPath);
  const name = options.name ?? defaultEncoderName(file);
  if (!encoderName.test(name) || name === builtinEncoder.name) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected an encoder name of lower-case letters, digits and hyphens (not ${builtinEncoder.name}), ` +
        `received ${received(name)}`,
    );
  }
  const source = await readRegularFile(onnxPath, maxModelBytes);
  const graph = toEmbeddingGraph(source, file, { output: options.output, size: options.preprocessing?.size });
  const [, height, width] = graph.input.size;
  const settings = preprocessingSchema.safeParse({
    ...imagenetPreprocessing,
    ...options.preprocessing,
    size: [width, height],
  });
  if (!settings.success) throw new AppError("INVALID_ARGUMENT", `preprocessing: ${z.prettifyError(settings.error)}`);
  const preprocessing = settings.data;
  const sourceSha256 = sha256Hex(source);
  const before = await loadEncoder(folder, name).catch(() => undefined);
  if (before !== undefined && before.manifest.kind !== "builtin") {
    const { manifest } = before;
    let holder = `another file (${manifest.id})`;
    if (manifest.kind === "onnx" && manifest.sourceSha256 === sourceSha256) {
      const sameTensor = manifest.sourceTensor === graph.sourceTensor;
      if (sameTensor && preprocessingVersion(manifest.preprocessing) === preprocessingVersion(preprocessing)) {
        return { manifest, added: false };
      }
      holder = `the same file with another ${sameTensor ? "preprocessing" : `embedding (${embeddingOrigin(manifest)})`}`;
    }
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a free name for the encoder of ${file}, but ${name} is taken by ${holder}`,
    );
  }
  const { dimension, batch } = await tryOut(graph, file);
  const manifest: OnnxEncoderManifest = {
    formatVersion: encoderFormatVersion,
    id: `${name}@${idHash(sourceSha256, graph).slice(0, 12)}`,
    name,
    kind: "onnx",
    dimension,
    preprocessing,
    sourceSha256,
    graphSha256: sha256Hex(graph.bytes),
    graphBytes: graph.bytes.length,
    input: { name: graph.input.name, size: [3, height, width], batch },
    sourceLayer: graph.sourceLayer,
    sourceTensor: graph.sourceTensor,
    addedAt: new Date().toISOString(),
  };
  await writeEncoder(folder, manifest, graph.bytes);
  return { manifest, added: true };
}

/** Where an encoder's embedding comes from, such as `the input of its layer fc (Gemm)`. */
export function embeddingOrigin({
  sourceLayer,
  sourceTensor,
}: Pick<EmbeddingGraph, "sourceLayer" | "sourceTensor">): string {
  if (sourceLayer !== undefined) return `the input of its layer ${sourceLayer.name} (${sourceLayer.op})`;
  return `its tensor ${sourceTensor} as it is`;
}

/** Embeddings are stored under an id: another tensor of the same file must have another one. */
function idHash(sourceSha256: string, { sourceTensor }: EmbeddingGraph): string {
  return sourceTensor === undefined ? sourceSha256 : sha256Hex(`${sourceSha256} ${sourceTensor}`);
}

/**
 * Runs the graph on two fixed pictures, one at a time and together.
 * @returns how many numbers its embedding has, and the batch it can take: 1 where together gives something else (a
 *   shape or a scale fixed inside the graph)
 * @throws {AppError} ENCODER_INVALID when it does not run or its output is not one row of finite numbers a picture
 */
async function tryOut(graph: EmbeddingGraph, file: string): Promise<{ dimension: number; batch: 1 | null }> {
  const { input } = graph;
  const area = 3 * input.size[1] * input.size[2];
  const pictures = Float32Array.from({ length: 2 * area }, (_, i) => Math.sin(i * 0.37) + (i < area ? 0.5 : -0.5));
  try {
    const session = await openSession(graph.bytes, 1);
    const { Tensor } = await import("onnxruntime-node");
    const run = async (data: Float32Array, n: number): Promise<OnnxTensor> => {
      const outputs = await session.run({ [input.name]: new Tensor("float32", data, [n, ...input.size]) });
      return outputs[session.outputNames[0]];
    };
    const first = await run(pictures.subarray(0, area), 1);
    const dimension = graph.dimension ?? rowLength(first, graph, file);
    const one = [first, await run(pictures.subarray(area), 1)].map(({ data }) => data as Float32Array);
    for (const embedding of one) {
      if (embedding.length !== dimension) {
        throw notAnEncoder(file, `its embedding has ${embedding.length} numbers where ${dimension} are expected`);
      }
      if (!embedding.every(Number.isFinite)) {
        throw notAnEncoder(file, "its embedding of a test picture is not finite");
      }
    }
    if (one[0].every((value, i) => value === one[1][i])) {
      throw notAnEncoder(file, "its embedding is the same for two different test pictures");
    }
    if (input.batch === 1) return { dimension, batch: 1 };
    const both = await run(pictures, 2).catch(() => undefined);
    return { dimension, batch: both !== undefined && agree(both.data as Float32Array, one) ? null : 1 };
  } catch (cause) {
    throw cause instanceof AppError ? cause : notAnEncoder(file, `it does not run: ${firstLine(cause)}`, cause);
  }
}

/** The dimension of a picture's embedding, such as 512 for [1, 512] and for [1, 512, 1, 1]. */
function rowLength({ dims }: OnnxTensor, { sourceTensor }: EmbeddingGraph, file: string): number {
  const long = dims.filter((size) => size !== 1);
  if (long.length === 1 && long[0] > 1) return long[0];
  throw notAnEncoder(
    file,
    `its tensor ${sourceTensor} is [${dims.join(", ")}] for one picture where one embedding, [1, D], is expected: ` +
      "name the tensor that is one with --output",
  );
}

/** The first line of ONNX Runtime's error, which names the node or type it does not support. */
function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split(/\r?\n/, 1)[0].slice(0, 300);
}

/** Equal to a thousandth of the largest number: kernels may sum in another order for another batch size. */
function agree(both: Float32Array, one: Float32Array[]): boolean {
  const d = one[0].length;
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < 2 * d; i++) {
    const alone = one[i < d ? 0 : 1][i % d];
    largest = Math.max(largest, Math.abs(alone));
    difference = Math.max(difference, Math.abs(alone - both[i]));
  }
  return both.length === 2 * d && difference <= largest / 1000;
}

function defaultEncoderName(file: string): string {
  return file
    .replace(/\.onnx$/i, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}
