/**
 * Encoders on the disk: `<folder>/<name>/manifest.json` and `encoder.onnx`, the classifier cut before its last layer.
 * Encoders are checked whenever they are loaded.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { InferenceSession } from "onnxruntime-node";
import { AppError, received } from "../../errors.js";
import { sha256Hex } from "../../sha256.js";
import {
  builtinEncoder,
  type EncoderManifest,
  encoderName,
  type HeadEncoderManifest,
  parseEncoderManifest,
  unsoundEncoder,
} from "./encoder-manifest.js";

export {
  builtinEncoder,
  type EncoderManifest,
  type HeadEncoderManifest,
  type OnnxEncoderManifest,
  preprocessingVersion,
} from "./encoder-manifest.js";

/** The built-in encoder, then those in the folder by name; a directory that is no sound encoder is left out. */
export function listEncoders(folder: string): EncoderManifest[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [builtinEncoder];
  }
  const found = names
    .filter((name) => encoderName.test(name))
    .sort()
    .flatMap((name) => {
      try {
        return [parseEncoderManifest(readFileSync(join(folder, name, "manifest.json"), "utf8"), name)];
      } catch {
        return [];
      }
    });
  return [builtinEncoder, ...found];
}

export interface LoadedEncoder {
  manifest: EncoderManifest;
  /** Of a network, or of a head; checked against the manifest. */
  graph?: Uint8Array;
  /** The base encoder of a head. */
  base?: LoadedEncoder;
}

/**
 * @returns the manifest and, unless it is the built-in one, the graph's bytes, both checked
 * @throws {AppError} ENCODER_NOT_FOUND, or ENCODER_INVALID with the command that makes the encoder again
 */
export async function loadEncoder(folder: string, name: string): Promise<LoadedEncoder> {
  if (name === builtinEncoder.name) return { manifest: builtinEncoder };
  const text = encoderName.test(name)
    ? await readFile(join(folder, name, "manifest.json"), "utf8").catch(() => "")
    : "";
  if (text === "") {
    const names = listEncoders(folder).map((encoder) => encoder.name);
    throw new AppError("ENCODER_NOT_FOUND", `expected an encoder of ${names.join(", ")}, received ${received(name)}`);
  }
  const manifest = parseEncoderManifest(text, name);
  const graph = await readFile(join(folder, name, "encoder.onnx")).catch((cause: unknown) => {
    throw unsoundEncoder(name, "encoder.onnx cannot be read", cause);
  });
  if (graph.length !== manifest.graphBytes) {
    throw unsoundEncoder(name, `encoder.onnx has ${graph.length} bytes where ${manifest.graphBytes} are expected`);
  }
  if (sha256Hex(graph) !== manifest.graphSha256)
    throw unsoundEncoder(name, "encoder.onnx is not the file that was written");
  return manifest.kind === "head" ? { manifest, graph, base: await loadBase(folder, manifest) } : { manifest, graph };
}

async function loadBase(folder: string, { name, base }: HeadEncoderManifest): Promise<LoadedEncoder> {
  const loaded = await loadEncoder(folder, base.name);
  if (loaded.manifest.id === base.id && loaded.manifest.kind !== "head") return loaded;
  throw new AppError(
    "ENCODER_INVALID",
    `expected ${base.id} under the head ${name}, but ${loaded.manifest.id} is there instead: train it again with marquee encoders train`,
  );
}

/** When an encoder's manifest was written, in milliseconds; 0 for the built-in one, and for one that is not there. */
export function encoderWrittenAt(folder: string, name: string): number {
  if (name === builtinEncoder.name || !encoderName.test(name)) return 0;
  return statSync(join(folder, name, "manifest.json"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** A session on the CPU; its faults are thrown, not logged. Creating one is slow and leaks a little memory: do it once per worker. */
export async function openSession(graph: Uint8Array, threads: number): Promise<InferenceSession> {
  // Loaded when it is first needed: most commands embed nothing.
  const { InferenceSession } = await import("onnxruntime-node");
  return InferenceSession.create(graph, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    // Threads that spin while they wait take the processor from the decoding of the next posters.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
}
