/** Trains the baseline network on the loaded data set, measures it and saves it with the report of its training. */
import { join } from "node:path";
import { AppError } from "../../errors.js";
import { createIdLists, ratingRows } from "../../ml/baseline/baseline-data.js";
import { ratedIds } from "../../ml/baseline/baseline-import.js";
import { buildBaselineModel } from "../../ml/baseline/baseline-model.js";
import { createBaselinePredictor } from "../../ml/baseline/baseline-predictor.js";
import {
  type BaselineOptions,
  type EpochReport,
  type TrainingRun,
  trainBaseline,
} from "../../ml/baseline/baseline-train.js";
import { loadTensorFlow } from "../../ml/baseline/tensorflow.js";
import { defaultSplit, heldOutBy, splitByIdentity } from "../../ml/data/split.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import type { BaselineManifest, Metrics } from "../../ml/model/manifest.js";
import { checkModelName, freeModelName } from "../../ml/model/model-store.js";
import type { Services } from "../../services/services.js";
import { loadTrainingSet } from "../load-training-set.js";
import { type Progress, silent } from "../progress.js";
import { measureModel, reportLosses, saveTrainedModel, type TrainingJobOptions } from "./training-job.js";

export interface BaselineReport {
  kind: "baseline";
  model: string;
  /** Where the model and the files of its report are. */
  folder: string;
  epochs: number;
  maxEpochs: number;
  bestEpoch: number;
  stopped: TrainingRun["stopped"];
  serves: boolean;
  /** Files that report on the training, in the model's folder. */
  reportFiles: string[];
  metrics: Metrics;
}

/**
 * Stopped by the signal, it keeps the best epoch so far as a partial model, which does not serve.
 * @throws {AppError} DATA_EMPTY; TRAINING_FAILED; INTERRUPTED where the signal came before one epoch was done
 */
export async function trainBaselineModel(
  services: Services,
  network: BaselineOptions,
  options: TrainingJobOptions = {},
  progress: Progress = silent,
): Promise<BaselineReport> {
  const { store, folders } = services;
  const { validation = 0.2, seed = defaultSplit.seed, use = true, signal, onTrained } = options;
  const name = checkModelName(options.name ?? "baseline");
  const { name: datasetName, data } = await loadTrainingSet(store);
  const idLists = createIdLists(data);
  const rows = ratingRows(data, idLists);
  const split = splitByIdentity(data.ratings, validation, seed);
  if (split.validation.length === 0 || split.train.length === 0) {
    throw new AppError(
      "DATA_EMPTY",
      `expected ratings both to train on and to hold out, received ${rows.stars.length} in all`,
    );
  }
  const { tf, backend } = await loadTensorFlow();
  progress.note(
    `training ${name} on ${datasetName}: ${split.train.length} ratings, ${split.validation.length} held out, TensorFlow.js on ${backend}`,
  );
  const total = Math.ceil(split.train.length / network.batchSize) * network.epochs;
  let best = "";
  const run = await trainBaseline(tf, rows, split, network, {
    signal,
    onStep: (step, stepsPerEpoch, epoch) =>
      progress.update({
        stage: "train",
        done: (epoch - 1) * stepsPerEpoch + step,
        total,
        unit: "steps",
        detail: `at most, epoch ${epoch}${best}`,
      }),
    onEpoch: (report) => {
      best = `, validation RMSE ${report.validationRmse.toFixed(4)}`;
      progress.note(describeEpoch(report, network.epochs));
    },
  });
  onTrained?.();
  const trained = ratedIds(selectRatings(data.ratings, split.train));
  const { manifest, files } = buildBaselineModel({
    name: freeModelName(folders.models, name),
    origin: "trained",
    datasetName,
    data,
    weights: run.weights,
    idLists,
    ratedUsers: trained.users,
    ratedMovies: trained.movies,
    training: createTrainingRecord(network, validation, seed, run, backend),
  });
  // Measured on the graph that will serve, with its fallbacks, not on the network as trained.
  const predictor = await createBaselinePredictor(manifest, files.get("model.onnx") as Uint8Array);
  const measured = { name: manifest.name, share: validation, seed };
  const { metrics, charts } = await measureModel(predictor, data, split.validation, measured, progress);
  const losses = {
    unit: "epoch" as const,
    points: run.history.map(({ epoch, ...point }) => ({ step: epoch, ...point })),
  };
  const how = { training: "training, with dropout", bestStep: run.bestEpoch };
  const report = [...(await reportLosses(losses, `${manifest.name}, ${metrics.protocol}`, how)), ...charts];
  for (const [file, bytes] of report) files.set(file, bytes);
  const serves = use && run.stopped !== "interrupted";
  const model = await saveTrainedModel(services, { ...manifest, metrics }, files, serves);
  return {
    kind: "baseline",
    model,
    folder: join(folders.models.own, model),
    epochs: run.history.length,
    maxEpochs: network.epochs,
    bestEpoch: run.bestEpoch,
    stopped: run.stopped,
    serves,
    reportFiles: report.map(([file]) => file),
    metrics,
  };
}

function describeEpoch({ epoch, trainRmse, validationRmse, seconds }: EpochReport, epochs: number): string {
  return `epoch ${epoch} of at most ${epochs}: training RMSE ${trainRmse.toFixed(4)}, validation RMSE ${validationRmse.toFixed(4)} stars, ${seconds.toFixed(1)} s`;
}

function createTrainingRecord(
  { batchSize, learningRate, dropout, patience }: BaselineOptions,
  validationShare: number,
  seed: number,
  run: TrainingRun,
  backend: string,
): BaselineManifest["training"] {
  return {
    batchSize,
    learningRate,
    dropout,
    seed,
    patience,
    validationShare,
    heldOutBy,
    epochs: run.history.length,
    bestEpoch: run.bestEpoch,
    stopped: run.stopped,
    backend,
  };
}

function selectRatings({ userIds, movieIds, stars }: TrainingSet["ratings"], rows: Int32Array): TrainingSet["ratings"] {
  return {
    userIds: rows.map((row) => userIds[row]),
    movieIds: rows.map((row) => movieIds[row]),
    stars: Float32Array.from(rows, (row) => stars[row]),
  };
}
