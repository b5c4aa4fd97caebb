/**
 * Encoders on the disk: `<folder>/<name>/manifest.json` and `encoder.onnx`, the classifier cut before its last layer.
 * A directory is written whole or not at all, and checked whenever it is loaded. The built-in one is in no folder.
 */
import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { z } from "zod";
import { AppError, received } from "../errors.js";
import { descriptorDimension, descriptorSize } from "./descriptor.js";
import { toEmbeddingGraph } from "./encoder-graph.js";
import { imagenetPreprocessing, type Preprocessing } from "./images.js";

const formatVersion = 1;
const slug = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const side = z.int().min(1).max(4096);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const divisor = z.number().positive();

const preprocessingSchema: z.ZodType<Preprocessing> = z.strictObject({
  version: z.literal(1),
  size: z.tuple([side, side]),
  fit: z.literal("squash"),
  resampling: z.literal("linear"),
  scale: divisor,
  mean: triple,
  std: z.tuple([divisor, divisor, divisor]),
  layout: z.literal("NCHW"),
  colour: z.literal("RGB"),
});

const onnxManifestSchema = z.object({
  formatVersion: z.literal(formatVersion),
  id: z.string(),
  name: z.string().regex(slug),
  kind: z.literal("onnx"),
  dimension: z.int().positive(),
  preprocessing: preprocessingSchema,
  /** Of the file it was made from. */
  sourceSha256: sha256Hex,
  /** Of `encoder.onnx`. */
  graphSha256: sha256Hex,
  graphBytes: z.int().positive(),
  /** `batch` is 1 where pictures go through one at a time, null where many may at once. */
  input: z.object({
    name: z.string(),
    size: z.tuple([z.literal(3), side, side]),
    batch: z.literal(1).nullable(),
  }),
  /** The layer that was cut off, with all that follows it. */
  sourceLayer: z.object({ name: z.string(), op: z.string() }),
  addedAt: z.iso.datetime(),
});

export type OnnxEncoderManifest = z.infer<typeof onnxManifestSchema>;
export interface BuiltinEncoderManifest {
  formatVersion: typeof formatVersion;
  id: string;
  name: string;
  kind: "builtin";
  dimension: number;
  preprocessing: Preprocessing;
}
/** `id` is what embeddings are stored under, together with `preprocessingVersion`. */
export type EncoderManifest = OnnxEncoderManifest | BuiltinEncoderManifest;

/** Colours and layout (`descriptor.ts`): always there, and worse than any network. The number is the descriptor's. */
export const builtinEncoder: BuiltinEncoderManifest = {
  formatVersion,
  id: "colour-layout@1",
  name: "colour-layout",
  kind: "builtin",
  dimension: descriptorDimension,
  preprocessing: { ...imagenetPreprocessing, size: descriptorSize, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
};

/** A short name for a preprocessing, such as `224x224-9c1f00ab`: other settings, other name. */
export function preprocessingVersion(preprocessing: Preprocessing): string {
  const { version, size, fit, resampling, scale, mean, std, layout, colour } = preprocessing;
  const settings = JSON.stringify([version, size, fit, resampling, scale, mean, std, layout, colour]);
  return `${size.join("x")}-${sha256Of(Buffer.from(settings)).slice(0, 8)}`;
}

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
  if (!slug.test(name) || name === builtinEncoder.name) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected an encoder name of lower-case letters, digits and hyphens (not ${builtinEncoder.name}), ` +
        `received ${received(name)}`,
    );
  }
  const source = await readFile(onnxPath).catch((cause: unknown) => {
    throw new AppError("FILE_UNREADABLE", `expected an .onnx file, but ${received(onnxPath)} cannot be read`, {
      cause,
    });
  });
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
  if (before?.manifest.kind === "onnx") {
    const { manifest } = before;
    const same = manifest.sourceSha256 === sourceSha256;
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
    formatVersion,
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
  await writeWhole(folder, manifest, graph.bytes);
  return { manifest, added: true };
}

/** The built-in encoder, then those in the folder by name; a directory that is no sound encoder is left out. */
export function listEncoders(folder: string): EncoderManifest[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [builtinEncoder];
  }
  const found = names
    .filter((name) => slug.test(name))
    .sort()
    .flatMap((name) => {
      try {
        return [parseManifest(readFileSync(join(folder, name, "manifest.json"), "utf8"), name)];
      } catch {
        return [];
      }
    });
  return [builtinEncoder, ...found];
}

/**
 * @returns the manifest and, unless it is the built-in one, the graph's bytes, both checked
 * @throws {AppError} ENCODER_NOT_FOUND, or ENCODER_INVALID with the command that makes the encoder again
 */
export async function loadEncoder(
  folder: string,
  name: string,
): Promise<{ manifest: EncoderManifest; graph?: Uint8Array }> {
  if (name === builtinEncoder.name) return { manifest: builtinEncoder };
  const text = slug.test(name) ? await readFile(join(folder, name, "manifest.json"), "utf8").catch(() => "") : "";
  if (text === "") {
    const names = listEncoders(folder).map((encoder) => encoder.name);
    throw new AppError("ENCODER_NOT_FOUND", `expected an encoder of ${names.join(", ")}, received ${received(name)}`);
  }
  const manifest = parseManifest(text, name);
  const graph = await readFile(join(folder, name, "encoder.onnx")).catch((cause: unknown) => {
    throw invalid(name, "encoder.onnx cannot be read", cause);
  });
  if (graph.length !== manifest.graphBytes) {
    throw invalid(name, `encoder.onnx has ${graph.length} bytes where ${manifest.graphBytes} are expected`);
  }
  if (sha256Of(graph) !== manifest.graphSha256) throw invalid(name, "encoder.onnx is not the file that was written");
  return { manifest, graph };
}

/** A session on the CPU; its faults are thrown, not logged. Creating one is slow and leaks a little: once a worker. */
export function openSession(graph: Uint8Array, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(graph, { intraOpNumThreads: threads, interOpNumThreads: 1, logSeverityLevel: 4 });
}

function parseManifest(text: string, name: string): OnnxEncoderManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(name, "manifest.json is no JSON", cause);
  }
  const version = (value as { formatVersion?: unknown } | null)?.formatVersion;
  if (version !== formatVersion) {
    throw invalid(name, `its format version is ${received(version)} where ${formatVersion} is expected`);
  }
  const parsed = onnxManifestSchema.safeParse(value);
  if (!parsed.success) throw invalid(name, `manifest.json: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.name !== name) throw invalid(name, `its manifest is that of ${parsed.data.name}`);
  return parsed.data;
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
    throw cause instanceof AppError ? cause : fault("it does not run", cause);
  }
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

/** Write beside the place and rename; what is broken at the place gives way. */
async function writeWhole(folder: string, manifest: OnnxEncoderManifest, graph: Uint8Array): Promise<void> {
  const place = join(folder, manifest.name);
  const temporary = join(folder, `.${manifest.name}-${randomUUID()}`);
  try {
    await mkdir(temporary, { recursive: true });
    await writeFlushed(join(temporary, "encoder.onnx"), graph);
    await writeFlushed(join(temporary, "manifest.json"), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    await rm(place, { recursive: true, force: true });
    await rename(temporary, place);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function nameFrom(file: string): string {
  return file
    .replace(/\.onnx$/i, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function invalid(name: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    "ENCODER_INVALID",
    `expected a sound encoder ${name}, but ${reason}; make it again with: marquee encoders add <file>`,
    { cause },
  );
}
