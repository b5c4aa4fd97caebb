/**
 * Embeds posters in a worker thread, because inference blocks the thread it runs on. The worker lives as long as its
 * embedder, because creating an ONNX session is slow and leaks a little memory.
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { AppError, type ErrorCode } from "../../errors.js";
import type { EncoderManifest } from "./encoder-store.js";

/** Pictures that go to the worker together. */
export const maxBatch = 16;
/** Batches under way: while the network runs on one, libvips decodes the next. */
const window = 2;
/** How long a process that ends waits for the batch under way. */
const maxWaitMs = 5000;

/** What the worker is started with. */
export interface WorkerSettings {
  encodersFolder: string;
  name: string;
  id: string;
  threads: number;
  flags: Int32Array;
}
/**
 * Indices of `flags`, in shared memory. onnxruntime aborts the whole process when its thread ends while a session runs
 * or opens. So a thread that is `busy` is never ended: it is told to `stop`, and then waited for.
 */
export const flagIndex = { stop: 0, busy: 1 } as const;
export type Request = { kind: "embed"; batch: number; images: Uint8Array[] } | { kind: "stop" };
export interface Failure {
  code?: ErrorCode;
  message: string;
  cause?: string;
}
/** A batch's embeddings, row-major, the rows of failed pictures zero; why a batch failed; why the worker is of no use. */
export type BatchAnswer =
  | { kind: "embedded"; batch: number; threadId: number; vectors: Float32Array; failures: (Failure | null)[] }
  | { kind: "failed"; batch: number; failure: Failure }
  | { kind: "unusable"; failure: Failure };

export interface Embedder {
  readonly manifest: EncoderManifest;
  /** Of the worker that answered last; undefined before. */
  readonly threadId: number | undefined;
  /**
   * @param images JPEG, PNG or WebP each; copied, so they stay the caller's
   * @returns in their order, each an embedding of `manifest.dimension` components or why that picture has none
   * @throws {AppError} ENCODER_NOT_FOUND or ENCODER_INVALID when the encoder cannot be loaded; an Error when the
   *   worker crashed or `close` was called meanwhile. The next call starts a new worker
   */
  embed(images: readonly Uint8Array[]): Promise<(Float32Array | AppError)[]>;
  /** Stop the worker once all that it was asked is answered. */
  finish(): Promise<void>;
  /** Stop the worker, at the end of what it is at. What is under way is rejected, and so is every later call. */
  close(): Promise<void>;
}

interface Running {
  thread: Worker;
  flags: Int32Array;
}
interface Job {
  images: readonly Uint8Array[];
  resolve(embeddings: (Float32Array | AppError)[]): void;
  reject(error: Error): void;
}

/**
 * @param options.manifest as `loadEncoder` or `listEncoders` gave it
 * @param options.threads that the network may use at once; by default the machine's, at most 4
 */
export function createEmbedder(options: {
  encodersFolder: string;
  manifest: EncoderManifest;
  threads?: number;
}): Embedder {
  const threads = options.threads ?? Math.min(4, availableParallelism());
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`expected a whole number of threads from 1, received ${threads}`);
  }
  const { name, id } = options.manifest;
  return new WorkerEmbedder(options.manifest, { encodersFolder: options.encodersFolder, name, id, threads });
}

/** Owns the worker. Nothing of it holds the process open unless a batch is under way. */
class WorkerEmbedder implements Embedder {
  threadId: number | undefined;
  #worker: Running | undefined;
  #closed = false;
  #nextBatch = 0;
  #waiting: Job[] = [];
  readonly #underWay = new Map<number, Job>();

  constructor(
    readonly manifest: EncoderManifest,
    readonly settings: Omit<WorkerSettings, "flags">,
  ) {}

  async embed(images: readonly Uint8Array[]): Promise<(Float32Array | AppError)[]> {
    if (this.#closed) throw new Error("expected an open embedder, but this one was closed");
    const batches: Promise<(Float32Array | AppError)[]>[] = [];
    for (let start = 0; start < images.length; start += maxBatch) {
      const batch = images.slice(start, start + maxBatch);
      batches.push(new Promise((resolve, reject) => this.#waiting.push({ images: batch, resolve, reject })));
    }
    this.#send();
    return (await Promise.all(batches)).flat();
  }

  async finish(): Promise<void> {
    while (this.#underWay.size > 0 || this.#waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await this.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#fail(new Error("the embedder was closed"));
    if (worker === undefined) return;
    const ended = once(worker.thread, "exit");
    Atomics.store(worker.flags, flagIndex.stop, 1);
    worker.thread.ref();
    worker.thread.postMessage({ kind: "stop" } satisfies Request);
    await ended;
  }

  #send(): void {
    while (this.#underWay.size < window && this.#waiting.length > 0) {
      const job = this.#waiting.shift()!;
      this.#worker ??= this.#start();
      // Copies: a Buffer may be part of a pool that others use, and a transferred one is lost to its owner.
      const images = job.images.map((image) => new Uint8Array(image));
      const batch = this.#nextBatch++;
      this.#underWay.set(batch, job);
      this.#worker.thread.ref();
      const request: Request = { kind: "embed", batch, images };
      this.#worker.thread.postMessage(
        request,
        images.map((image) => image.buffer),
      );
    }
    if (this.#underWay.size === 0) this.#worker?.thread.unref();
  }

  #start(): Running {
    // A worker is a file that Node loads by itself: when this one runs from src/ (under vitest, which compiles
    // TypeScript as it goes), Node 20 could not read the .ts beside it, so the built one is taken.
    const from = import.meta.url;
    const file = from.endsWith(".ts") ? "../../../dist/posters/encoders/embedder-worker.js" : "./embedder-worker.js";
    const flags = new Int32Array(new SharedArrayBuffer(8));
    // From the start: the session is opened before the worker can say anything.
    flags[flagIndex.busy] = 1;
    const workerData: WorkerSettings = { ...this.settings, flags };
    const thread = new Worker(new URL(file, from), { workerData, name: "marquee-embedder" });
    const worker: Running = { thread, flags };
    const waitAtExit = () => {
      Atomics.store(flags, flagIndex.stop, 1);
      Atomics.wait(flags, flagIndex.busy, 1, maxWaitMs);
    };
    const gone = (error: Error) => {
      process.off("exit", waitAtExit);
      if (this.#worker === worker) this.#fail(error);
    };
    process.on("exit", waitAtExit);
    thread.on("message", (answer: BatchAnswer) => {
      if (this.#worker === worker) this.#take(answer);
    });
    thread.on("error", (cause) => gone(new Error("the embedding worker crashed", { cause })));
    thread.on("exit", (status) => gone(new Error(`the embedding worker ended with status ${status}`)));
    return worker;
  }

  #take(answer: BatchAnswer): void {
    if (answer.kind === "unusable") {
      this.#fail(toError(answer.failure));
      return;
    }
    const job = this.#underWay.get(answer.batch);
    this.#underWay.delete(answer.batch);
    if (answer.kind === "failed") job?.reject(toError(answer.failure));
    else {
      this.threadId = answer.threadId;
      const d = this.manifest.dimension;
      job?.resolve(
        answer.failures.map((failure, i) =>
          // Their own memory: a slice of the batch's would keep all of it alive.
          failure === null ? answer.vectors.slice(i * d, (i + 1) * d) : (toError(failure) as AppError),
        ),
      );
    }
    this.#send();
  }

  /** Give up on the worker and all it was asked. */
  #fail(error: Error): void {
    this.#worker = undefined;
    const jobs = [...this.#underWay.values(), ...this.#waiting];
    this.#underWay.clear();
    this.#waiting = [];
    for (const job of jobs) job.reject(error);
  }
}

/** Errors lose their class and fields between threads. */
function toError({ code, message, cause }: Failure): Error {
  const options = { cause: cause === undefined ? undefined : new Error(cause) };
  return code === undefined ? new Error(message, options) : new AppError(code, message, options);
}
