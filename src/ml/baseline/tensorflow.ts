/** Loads TensorFlow.js with the fastest backend available. */
import type * as tfjs from "@tensorflow/tfjs";
import { AppError } from "../../errors.js";

export type TensorFlow = typeof tfjs;

/**
 * TensorFlow's own library (`@tensorflow/tfjs-node`, an optional dependency whose binary is often absent) when it
 * loads, else WebAssembly.
 * @throws {AppError} TRAINING_FAILED when neither does
 */
export async function loadTensorFlow(): Promise<{ tf: TensorFlow; backend: string }> {
  // Named through a variable: the package need not be installed for this file to compile.
  const native: string = "@tensorflow/tfjs-node";
  try {
    const module = await import(native);
    const tf: TensorFlow = module.default ?? module;
    await tf.ready();
    return { tf, backend: `tfjs-node ${tf.version.tfjs}` };
  } catch {
    // Absent, or its binary does not load here: WebAssembly computes the same.
  }
  try {
    // A CommonJS module: what its types call exports stands in `default`, which they do not know of.
    const tf: TensorFlow = (await import("@tensorflow/tfjs")).default as unknown as TensorFlow;
    await import("@tensorflow/tfjs-backend-wasm");
    await tf.setBackend("wasm");
    await tf.ready();
    return { tf, backend: `wasm ${tf.version.tfjs}` };
  } catch (cause) {
    throw new AppError("TRAINING_FAILED", "expected TensorFlow.js to load with its WebAssembly backend", { cause });
  }
}
