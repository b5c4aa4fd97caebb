/** The worker thread of `embedder.ts`: decodes batches of posters and runs the encoder on them, one after another. */
import { parentPort, threadId, workerData } from "node:worker_threads";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { AppError } from "../../errors.js";
import { decodeToRgb } from "../images/decode-poster.js";
import { createPlanes } from "../images/preprocessing.js";
import { describePoster } from "./descriptor.js";
import { type BatchAnswer, type Failure, flagIndex, type Request, type WorkerSettings } from "./embedder.js";
import type { BuiltinEncoderManifest, HeadEncoderManifest, OnnxEncoderManifest } from "./encoder-manifest.js";
import { type LoadedEncoder, loadEncoder, openSession } from "./encoder-store.js";
import { headInput } from "./projection-head.js";

if (parentPort === null) throw new Error("embedder-worker runs as a worker thread only: see createEmbedder");
const port = parentPort;
const settings = workerData as WorkerSettings;
const { flags } = settings;

/** `decode` may run for many batches at once, `encode` runs for one at a time. */
interface Encoder {
  dimension: number;
  /** Into pixels, RGB interleaved. */
  decode(image: Uint8Array): Promise<Uint8Array>;
  /** @param out pictures.length × dimension, row-major; overwritten */
  encode(pictures: Uint8Array[], out: Float32Array): Promise<void>;
}

async function openEncoder(): Promise<Encoder> {
  const loaded = await loadEncoder(settings.encodersFolder, settings.name);
  if (loaded.manifest.id !== settings.id) {
    throw new AppError(
      "ENCODER_INVALID",
      `expected the encoder ${settings.id}, but ${loaded.manifest.id} is there instead`,
    );
  }
  return createEncoder(loaded);
}

async function createEncoder({ manifest, graph, base }: LoadedEncoder): Promise<Encoder> {
  if (manifest.kind === "builtin") return descriptorEncoder(manifest);
  const session = await openSession(graph!, settings.threads);
  if (manifest.kind === "onnx") return networkEncoder(manifest, session);
  return headEncoder(manifest, await createEncoder(base!), session);
}

/** Passes a base's embeddings through a head. */
function headEncoder(
  { dimension, base: { dimension: d } }: HeadEncoderManifest,
  base: Encoder,
  session: InferenceSession,
): Encoder {
  return {
    dimension,
    decode: base.decode,
    async encode(pictures, out) {
      const embeddings = new Float32Array(pictures.length * d);
      await base.encode(pictures, embeddings);
      const feeds = { [headInput]: new Tensor("float32", embeddings, [pictures.length, d]) };
      const outputs = await session.run(feeds);
      out.set(outputs[session.outputNames[0]].data as Float32Array);
    },
  };
}

function descriptorEncoder({ dimension, preprocessing }: BuiltinEncoderManifest): Encoder {
  const [width, height] = preprocessing.size;
  return {
    dimension,
    decode: (image) => decodeToRgb(image, width, height),
    async encode(pictures, out) {
      for (let i = 0; i < pictures.length; i++) {
        describePoster(pictures[i], width, height, out.subarray(i * dimension, (i + 1) * dimension));
      }
    },
  };
}

function networkEncoder(manifest: OnnxEncoderManifest, session: InferenceSession): Encoder {
  const { dimension, input, preprocessing } = manifest;
  const [channels, height, width] = input.size;
  const area = channels * height * width;
  const toPlanes = createPlanes(preprocessing);
  // Used again for each batch: new memory of some megabytes costs as much as filling it.
  let planes = new Float32Array(0);
  return {
    dimension,
    decode: (image) => decodeToRgb(image, width, height),
    async encode(pictures, out) {
      const step = input.batch ?? pictures.length;
      if (planes.length < step * area) planes = new Float32Array(step * area);
      const batch = planes.subarray(0, step * area);
      for (let start = 0; start < pictures.length; start += step) {
        for (let i = 0; i < step; i++) toPlanes(pictures[start + i], batch.subarray(i * area, (i + 1) * area));
        const feeds = { [input.name]: new Tensor("float32", batch, [step, ...input.size]) };
        const outputs = await session.run(feeds);
        out.set(outputs[session.outputNames[0]].data as Float32Array, start * dimension);
      }
    },
  };
}

async function answer(
  encoder: Encoder,
  batch: number,
  decoding: Promise<PromiseSettledResult<Uint8Array>[]>,
): Promise<void> {
  const d = encoder.dimension;
  const decoded = await decoding;
  const failures = decoded.map((slot) => (slot.status === "rejected" ? describe(slot.reason) : null));
  // Only what is wrong with a picture stays in its slot; a fault of ours fails the batch.
  const fault = decoded.find((slot) => slot.status === "rejected" && !(slot.reason instanceof AppError));
  if (fault?.status === "rejected") throw fault.reason;
  const pictures = decoded.flatMap((slot) => (slot.status === "fulfilled" ? [slot.value] : []));
  const packed = new Float32Array(pictures.length * d);
  if (pictures.length > 0) await busily(() => encoder.encode(pictures, packed));
  const vectors = new Float32Array(decoded.length * d);
  for (let slot = 0, row = 0; slot < decoded.length; slot++) {
    if (failures[slot] !== null) continue;
    const vector = packed.subarray(row * d, (row + 1) * d);
    row++;
    if (vector.every(Number.isFinite)) vectors.set(vector, slot * d);
    else failures[slot] = { code: "ENCODER_INVALID", message: `${settings.id} gives a poster an infinite embedding` };
  }
  post({ kind: "embedded", batch, threadId, vectors, failures }, [vectors.buffer]);
}

function describe(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error) };
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return { code: error instanceof AppError ? error.code : undefined, message: error.message, cause };
}

function post(message: BatchAnswer, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function listen(encoder: Encoder): void {
  let last: Promise<void> = Promise.resolve();
  port.on("message", (request: Request) => {
    if (request.kind === "stop") {
      void last.then(() => port.close());
      return;
    }
    const { batch, images } = request;
    const decoding = Promise.allSettled(images.map((image) => encoder.decode(image)));
    last = last
      .then(() => answer(encoder, batch, decoding))
      .catch((error: unknown) => post({ kind: "failed", batch, failure: describe(error) }));
  });
}

/** Say that this thread must not be ended meanwhile; not begun at all once it is to stop. */
async function busily(work: () => Promise<void>): Promise<void> {
  Atomics.store(flags, flagIndex.busy, 1);
  try {
    if (Atomics.load(flags, flagIndex.stop) === 1) throw new Error("the embedder was closed");
    await work();
  } finally {
    Atomics.store(flags, flagIndex.busy, 0);
    Atomics.notify(flags, flagIndex.busy);
  }
}

// What is sent before there is a listener waits in the port. Without one the thread ends by itself.
try {
  await busily(async () => listen(await openEncoder()));
} catch (error) {
  post({ kind: "unusable", failure: describe(error) });
}
