/** Threads that train: each runs one of our own files, and answers by messages. */
import { Worker } from "node:worker_threads";

/**
 * Starts a thread.
 * @param file name without ending, of a file of this folder
 * @param onMessage called with everything that it posts
 * @returns settles when the thread has ended; rejects with what it threw
 */
export function runWorker<Message>(
  file: "bayes-worker" | "ranker-worker",
  workerData: unknown,
  onMessage: (message: Message) => void,
): Promise<void> {
  // When this file runs from src/ (under vitest), Node 20 could not read the .ts beside it: the built one is taken.
  const from = import.meta.url;
  const url = new URL(from.endsWith(".ts") ? `../../dist/ml/${file}.js` : `./${file}.js`, from);
  return new Promise((resolve, reject) => {
    const thread = new Worker(url, { workerData, name: `marquee-${file}` });
    thread.on("message", onMessage);
    thread.on("error", reject);
    thread.on("exit", (status) =>
      status === 0 ? resolve() : reject(new Error(`a training thread ended with status ${status}`)),
    );
  });
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
