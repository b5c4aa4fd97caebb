/** Loads a model of any kind from its folder. */

import { loadFactorPredictor } from "./factors/load-factor-model.js";
import { readManifest, readModelFile } from "./model/model-store.js";
import type { Predictor } from "./model/predictor.js";

/**
 * Loads a model from its folder, the checksums of its files checked.
 * @throws {AppError} MODEL_INVALID
 */
export async function loadModel(folder: string): Promise<Predictor> {
  const manifest = await readManifest(folder);
  if (manifest.kind !== "baseline") return loadFactorPredictor(folder, manifest);
  // Its runtime is loaded when it is first needed.
  const { createBaselinePredictor } = await import("./baseline/baseline-predictor.js");
  return createBaselinePredictor(manifest, await readModelFile(folder, manifest, "model.onnx"));
}
