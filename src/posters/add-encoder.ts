/** Making an encoder of an image classifier: cut, tried out, and written whole or not at all. */
import { basename } from "node:path";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { z } from "zod";
import { AppError, received } from "../errors.js";
import { maxModelBytes, readRegularFile } from "../read-file.js";
import { toEmbeddingGraph } from "./encoder-graph.js";
import {
  builtinEncoder,
  encoderFormatVersion,
  encoderName,
  type OnnxEncoderManifest,
  preprocessingSchema,
  preprocessingVersion,
  sha256Of,
} from "./encoder-manifest.js";
import { loadEncoder, openSession } from "./encoders.js";
import { imagenetPreprocessing, type Preprocessing } from "./images.js";
import { writeEncoder } from "./write-encoder.js";

/**
 * Make an encoder of a classifier's file, after trying it on two made-up pictures.
 * @param onnxPath a file that `toEmbeddingGraph` accepts
 * @param options.name lower-case letters, digits and hyphens; by default the file's name
 * @param options.preprocessing what is not ImageNet's; the size is the graph's own
 * @returns the manifest, and whether it is new: the same file again changes nothing
 * @throws {AppError} FILE_UNREADABLE, ENCODER_INVALID, or INVALID_ARGUMENT for a name that is no name or is taken
 */
export async function addEncoder(
  folder: string,
  onnxPath: string,
  options: { name?: string; preprocessing?: Partial<Preprocessing> } = {},
): Promise<{ manifest: OnnxEncoderManifest; added: boolean }> {
  const file = basename(onnxPath);
  const name = options.name ?? nameFrom(file);
  if (!encoderName.test(name) || name === builtinEncoder.name) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected an encoder name of lower-case letters, digits and hyphens (not ${builtinEncoder.name}), ` +
        `received ${received(name)}`,
    );
  }
  const source = await readRegularFile(onnxPath, maxModelBytes);
  const graph = toEmbeddingGraph(source, file);
  const [, height, width] = graph.input.size;
  const settings = preprocessingSchema.safeParse({
    ...imagenetPreprocessing,
    size: [width, height],
    ...options.preprocessing,
  });
  if (!settings.success) throw new AppError("INVALID_ARGUMENT", `preprocessing: ${z.prettifyError(settings.error)}`);
  const preprocessing = settings.data;
  if (preprocessing.size[0] !== width || preprocessing.size[1] !== height) {
    throw new AppError(
      "ENCODER_INVALID",
      `expected a preprocessing to ${width} × ${height} for ${file}, received ${preprocessing.size.join(" × ")}`,
    );
  }
  const sourceSha256 = sha256Of(source);
  const before = await loadEncoder(folder, name).catch(() => undefined);
  if (before !== undefined && before.manifest.kind !== "builtin") {
    const { manifest } = before;
    const same = manifest.kind === "onnx" && manifest.sourceSha256 === sourceSha256;
    if (same && preprocessingVersion(manifest.preprocessing) === preprocessingVersion(preprocessing)) {
      return { manifest, added: false };
    }
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a free name for the encoder of ${file}, but ${name} is taken by ` +
        `${same ? "the same file with another preprocessing" : `another file (${manifest.id})`}`,
    );
  }
  const manifest: OnnxEncoderManifest = {
    formatVersion: encoderFormatVersion,
    id: `${name}@${sourceSha256.slice(0, 12)}`,
    name,
    kind: "onnx",
    dimension: graph.dimension,
    preprocessing,
    sourceSha256,
    graphSha256: sha256Of(graph.bytes),
    graphBytes: graph.bytes.length,
    input: { name: graph.input.name, size: [3, height, width], batch: graph.input.batch },
    sourceLayer: graph.sourceLayer,
    addedAt: new Date().toISOString(),
  };
  manifest.input.batch = await tryOut(graph.bytes, manifest, file);
  await writeEncoder(folder, manifest, graph.bytes);
  return { manifest, added: true };
}

/**
 * Run the graph on two fixed pictures, one at a time and together.
 * @returns the batch it can take: 1 where together gives something else (a shape or a scale fixed inside the graph)
 * @throws {AppError} ENCODER_INVALID when it does not run or its output is not `dimension` finite numbers
 */
async function tryOut(graph: Uint8Array, manifest: OnnxEncoderManifest, file: string): Promise<1 | null> {
  const { dimension, input } = manifest;
  const area = 3 * input.size[1] * input.size[2];
  const pictures = Float32Array.from({ length: 2 * area }, (_, i) => Math.sin(i * 0.37) + (i < area ? 0.5 : -0.5));
  const fault = (reason: string, cause?: unknown) =>
    new AppError("ENCODER_INVALID", `expected an image classifier in ${file}, but ${reason}`, { cause });
  let session: InferenceSession;
  let one: Float32Array[];
  try {
    session = await openSession(graph, 1);
    const run = async (data: Float32Array, n: number) => {
      const outputs = await session.run({ [input.name]: new Tensor("float32", data, [n, ...input.size]) });
      return outputs[session.outputNames[0]].data as Float32Array;
    };
    one = [await run(pictures.subarray(0, area), 1), await run(pictures.subarray(area), 1)];
    for (const embedding of one) {
      if (embedding.length !== dimension) {
        throw fault(`its embedding has ${embedding.length} numbers where its last layer reads ${dimension}`);
      }
      if (!embedding.every(Number.isFinite)) throw fault("its embedding of a test picture is not finite");
    }
    if (input.batch === 1) return 1;
    const both = await run(pictures, 2).catch(() => undefined);
    return both !== undefined && agree(both, one) ? null : 1;
  } catch (cause) {
    throw cause instanceof AppError ? cause : fault(`it does not run: ${firstLine(cause)}`, cause);
  }
}

/** The first line of ONNX Runtime's error, which names the node or type it does not support. */
function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split(/\r?\n/, 1)[0].slice(0, 300);
}

/** To a thousandth of the largest number: kernels may add up in another order for another batch. */
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

function nameFrom(file: string): string {
  return file
    .replace(/\.onnx$/i, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}
