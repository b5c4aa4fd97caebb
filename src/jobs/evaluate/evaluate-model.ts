/** Evaluates a model on ratings held out from its training, and compares it with all others. */
import { AppError, received } from "../../errors.js";
import { splitByIdentity } from "../../ml/data/split.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import type { ManifestDraft } from "../../ml/model/manifest.js";
import type { Services } from "../../services/services.js";
import { loadTrainingSet } from "../load-training-set.js";
import { type Progress, silent } from "../progress.js";
import { compareModels, getHeldOutRows, type ModelComparison } from "./compare-models.js";
import { type ErrorDetails, groupErrors } from "./error-details.js";
import { type Evaluation, evaluate, splitProtocol } from "./evaluation.js";

export interface EvaluateModelOptions {
  /** By default the one that serves. */
  model?: string;
  /** Predict every rating, including those that the model was trained on, and compare nothing. */
  all?: boolean;
  /** Report errors by group and the calibration. */
  details?: boolean;
}

export interface EvaluationReport {
  model: string;
  evaluation: Evaluation;
  comparison?: ModelComparison;
  details?: ErrorDetails;
}

/** @throws {AppError} MODEL_NOT_FOUND; DATA_EMPTY where no rating is held out, or none from every model */
export async function evaluateModel(
  services: Services,
  options: EvaluateModelOptions = {},
  progress: Progress = silent,
): Promise<EvaluationReport> {
  const model = await services.models.get(options.model);
  const { data, name: datasetName } = await loadTrainingSet(services.store, "all", model.posterEncoder);
  const size = data.ratings.stars.length;
  const { rows: heldOut, protocol, warning } = chooseRows(model.manifest, data);
  const rows = options.all ? Int32Array.from({ length: size }, (_, row) => row) : heldOut;
  if (warning !== undefined && !options.all) progress.warn(warning);
  if (rows.length === 0) {
    throw new AppError(
      "DATA_EMPTY",
      `none of the ${size} ratings is held out from training: measure all of them with --all`,
    );
  }
  const evaluation = await evaluate(
    model,
    data,
    rows,
    options.all ? "all ratings" : protocol,
    (done) => progress.update({ stage: "evaluate", done, total: rows.length, unit: "ratings" }),
    // With `all`, users are folded in from all their ratings: how well the model fits, not how well it predicts.
    options.all ? rows : undefined,
  );
  return {
    model: model.manifest.name,
    evaluation,
    comparison: options.all ? undefined : await compareModels(services, data, datasetName, progress),
    details: options.details ? groupErrors(data, rows, evaluation) : undefined,
  };
}

/** The ratings that the model did not see in training, as far as its manifest tells. */
function chooseRows(
  manifest: ManifestDraft,
  data: TrainingSet,
): { rows: Int32Array; protocol: string; warning?: string } {
  const { name, training } = manifest;
  const heldOut = getHeldOutRows(manifest, data);
  if ("rows" in heldOut) {
    return { ...heldOut, protocol: splitProtocol(Number(training?.validationShare), Number(training?.seed)) };
  }
  return {
    rows: splitByIdentity(data.ratings, 0.2, 0).validation,
    // Not a word of "held out": these do not measure how well the model predicts.
    protocol: "random 20% of the ratings, some or all of which it was trained on",
    warning: `${received(name)} ${heldOut.unknown}: what follows says how well it fits, not how well it predicts`,
  };
}
