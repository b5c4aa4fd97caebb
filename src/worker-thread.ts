/** Runs files that compute for long in worker threads that report by messages. */
import { Worker } from "node:worker_threads";
import { AppError } from "./errors.js";

/**
 * Starts a thread.
 * @param file path below this folder, without its ending
 * @param onMessage called with everything that it posts
 * @param signal ends the thread at once, wherever it is
 * @returns settles when the thread has ended; rejects with what it threw, or INTERRUPTED after the signal
 */
export function runWorker<Message>(
  file: "ml/bayes/bayes-worker" | "ml/ranker/ranker-worker" | "posters/vectors/layout-worker",
  workerData: unknown,
  onMessage: (message: Message) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (signal?.aborted) return Promise.reject(interrupted());
  // When this file runs from src/ (under vitest), Node 20 could not read the .ts beside it: the built one is used.
  const from = import.meta.url;
  const url = new URL(from.endsWith(".ts") ? `../dist/${file}.js` : `./${file}.js`, from);
  return new Promise((resolve, reject) => {
    const thread = new Worker(url, { workerData, name: `marquee-${file.split("/").pop()}` });
    const onAbort = () => void thread.terminate();
    signal?.addEventListener("abort", onAbort, { once: true });
    thread.on("message", onMessage);
    thread.on("error", reject);
    thread.on("exit", (status) => {
      signal?.removeEventListener("abort", onAbort);
      if (signal?.aborted) reject(interrupted());
      else if (status === 0) resolve();
      else reject(new Error(`a worker thread ended with status ${status}`));
    });
  });
}

function interrupted(): AppError {
  return new AppError("INTERRUPTED", "interrupted before the work was done: nothing was kept, nothing was changed");
}

/** A copy that threads share instead of each having their own. */
export function sharedInts(values: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

export function sharedFloats(values: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
