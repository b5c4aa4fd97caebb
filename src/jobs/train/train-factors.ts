/** Trains a factor model with its ranker on the loaded data set, measures it and saves it. */
import { join } from "node:path";
import { AppError } from "../../errors.js";
import { defaultSplit, heldOutBy, splitByIdentity } from "../../ml/data/split.js";
import { buildFactorModel } from "../../ml/factors/factor-model.js";
import { readFactorPredictor } from "../../ml/factors/load-factor-model.js";
import type { FactorManifest, Metrics, RankerManifest } from "../../ml/model/manifest.js";
import { checkModelName, freeModelName } from "../../ml/model/model-store.js";
import { type RankerOptions, rankerDefaults } from "../../ml/ranker/ranker-train.js";
import { type StarOptions, type TrainedFactors, trainFactors } from "../../ml/training/factor-train.js";
import type { Services } from "../../services/services.js";
import { splitProtocol } from "../evaluate/evaluation.js";
import { loadTrainingSet } from "../load-training-set.js";
import { prepareUsers } from "../prepare-users.js";
import { type Progress, silent } from "../progress.js";
import { measureModel, reportLosses, saveTrainedModel, type TrainingJobOptions } from "./training-job.js";

export interface TrainFactorOptions extends TrainingJobOptions {
  /** Null for none. */
  ranker?: RankerOptions | null;
  /** By default float16, half the size. */
  storage?: "float16" | "float32";
  /** Whether users are computed ahead of their requests, where the model serves; true by default. */
  prepare?: boolean;
}

export interface FactorReport {
  kind: StarOptions["kind"];
  model: string;
  /** Where the model and the files of its report are. */
  folder: string;
  stopped: TrainedFactors["stopped"];
  /** Of each chain; of mf, its iterations. */
  sweeps: number[];
  samples: number;
  maxSamples: number;
  ranker: RankerManifest | null;
  bytes: number;
  serves: boolean;
  /** Files that report on the training, in the model's folder. */
  reportFiles: string[];
  /** Undefined where nothing was held out. */
  metrics?: Metrics;
}

/**
 * Stopped by the signal, bayes keeps the samples so far as a partial model, which does not serve; mf keeps nothing.
 * @throws {AppError} DATA_EMPTY; TRAINING_FAILED; INTERRUPTED where the signal came before there was anything to keep
 */
export async function trainFactorModel(
  services: Services,
  stars: StarOptions,
  options: TrainFactorOptions = {},
  progress: Progress = silent,
): Promise<FactorReport> {
  const { store, folders, encoders } = services;
  const { validation = defaultSplit.share, seed = defaultSplit.seed, use = true, signal, onTrained } = options;
  const { ranker = rankerDefaults, storage = "float16", prepare = true } = options;
  const name = checkModelName(options.name ?? stars.kind);
  const { name: datasetName, data } = await loadTrainingSet(store, "all", (await encoders.inUse()).key);
  const split = splitByIdentity(data.ratings, validation, seed);
  if (split.train.length === 0 || (validation > 0 && split.validation.length === 0)) {
    throw new AppError(
      "DATA_EMPTY",
      `expected ratings both to train on and to hold out, received ${data.ratings.stars.length} in all`,
    );
  }
  progress.note(
    `training ${name} on ${datasetName}: ${split.train.length} ratings, ${split.validation.length} held out, ${describeOptions(stars)}`,
  );
  let detail = "";
  const trained = await trainFactors(data, split.train, split.validation, stars, ranker, {
    signal,
    onSweep: ({ done, of: total, validationRmse }) => {
      if (validationRmse !== undefined) detail = `validation RMSE ${validationRmse.toFixed(4)}`;
      progress.update({ stage: "sample", done, total, unit: "sweeps", detail });
    },
    onIteration: (done, total) => progress.update({ stage: "fit", done, total, unit: "rounds" }),
    onRankerStep: (done, total) => progress.update({ stage: "ranker", done, total, unit: "steps" }),
  });
  onTrained?.();
  const { manifest, files } = buildFactorModel({
    ...trained,
    name: freeModelName(folders.models, name),
    kind: stars.kind,
    datasetName,
    data,
    storage: storage === "float32" ? "F32" : "F16",
    training: {
      ...describeTraining(stars, trained.sweeps),
      seed,
      validationShare: validation,
      heldOutBy,
      storage,
      stopped: trained.stopped,
    },
  });
  const report = await reportLosses(
    trained.losses,
    `${manifest.name}, ${validation > 0 ? splitProtocol(validation, seed) : "nothing held out"}`,
  );
  let metrics: Metrics | undefined;
  if (split.validation.length > 0) {
    // Measured as it will serve, its tensors rounded as they are stored.
    const predictor = await readFactorPredictor(manifest, manifest.name, async (file) => files.get(file) as Uint8Array);
    const measured = { name: manifest.name, share: validation, seed };
    const result = await measureModel(predictor, data, split.validation, measured, progress);
    metrics = result.metrics;
    report.push(...result.charts);
  }
  for (const [file, bytes] of report) files.set(file, bytes);
  const serves = use && trained.stopped !== "interrupted";
  const model = await saveTrainedModel(services, { ...manifest, metrics }, files, serves);
  // The model serves already: stopped here, users are computed when they ask.
  if (serves && prepare) await prepareUsers(services, { signal }, progress);
  return {
    kind: stars.kind,
    model,
    folder: join(folders.models.own, model),
    stopped: trained.stopped,
    sweeps: trained.sweeps,
    samples: trained.samples.length,
    maxSamples: stars.kind === "bayes" ? stars.bayes.samples : 1,
    ranker: trained.ranker?.manifest ?? null,
    bytes: [...files.values()].reduce((sum, file) => sum + file.length, 0),
    serves,
    reportFiles: report.map(([file]) => file),
    metrics,
  };
}

function describeOptions(stars: StarOptions): string {
  if (stars.kind === "mf") return `${stars.mf.factors} factors`;
  const { chains, sweeps, factors } = stars.bayes;
  return `${chains} chains of ${sweeps} sweeps, ${factors} factors`;
}

/** What a manifest records of the options. */
function describeTraining(stars: StarOptions, sweeps: readonly number[]): NonNullable<FactorManifest["training"]> {
  return stars.kind === "mf" ? { ...stars.mf } : { ...stars.bayes, sweepsDone: sweeps.join(" ") };
}
