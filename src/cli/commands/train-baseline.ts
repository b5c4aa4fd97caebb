/** `marquee train --model baseline`. */
import { join } from "node:path";
import type { Command } from "commander";
import { setSetting } from "../../db/settings.js";
import { write } from "../../db/write.js";
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
import { heldOutBy, splitByIdentity } from "../../ml/data/split.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import type { BaselineManifest } from "../../ml/model/manifest.js";
import { checkModelName, freeModelName, saveModel } from "../../ml/model/model-store.js";
import type { TrainingReporter } from "../../services/training-progress.js";
import { evaluate, splitProtocol } from "../evaluation/evaluation.js";
import { readTrainingSet } from "../evaluation/load-training-set.js";
import { interruptSignal, partialModel, withServices } from "../terminal/command-context.js";
import { print, printJson, printText, say, seconds } from "../terminal/output.js";
import { createProgress } from "../terminal/progress.js";

export interface TrainBaselineOptions extends BaselineOptions {
  name?: string;
  /** Share of the ratings held out. */
  validation: number;
  use: boolean;
  json?: boolean;
}

/** Trains the baseline network, and lets it serve where `use` says so. */
export async function runTrainBaseline(
  options: TrainBaselineOptions,
  command: Command,
  reporter: TrainingReporter,
): Promise<void> {
  const started = performance.now();
  await withServices(command, async ({ db, folders }) => {
    const wanted = checkModelName(options.name ?? "baseline");
    const { name: datasetName, data } = readTrainingSet(db);
    const idLists = createIdLists(data);
    const rows = ratingRows(data, idLists);
    const split = splitByIdentity(data.ratings, options.validation, options.seed);
    if (split.validation.length === 0 || split.train.length === 0) {
      throw new AppError(
        "DATA_EMPTY",
        `expected ratings both to train on and to hold out, received ${rows.stars.length} in all`,
      );
    }
    const { tf, backend } = await loadTensorFlow();
    say(
      `training ${wanted} on ${datasetName}: ${split.train.length} ratings, ${split.validation.length} held out, TensorFlow.js on ${backend}`,
    );
    const interrupt = interruptSignal("Interrupted: keeping the best epoch so far (again to stop at once) …");
    const steps = Math.ceil(split.train.length / options.batchSize);
    const progress = createProgress("train", steps * options.epochs, "steps");
    let best = "";
    const run = await trainBaseline(tf, rows, split, options, {
      signal: interrupt.signal,
      onStep: (step, ofEpoch, epoch) => {
        const done = (epoch - 1) * ofEpoch + step;
        progress.update(done, `at most, epoch ${epoch}${best}`);
        reporter.update("train", done / (steps * options.epochs));
      },
      onEpoch: (report) => {
        best = `, validation RMSE ${report.validationRmse.toFixed(4)}`;
        say(`\n${epochLine(report, options.epochs)}`);
      },
    }).finally(() => {
      progress.stop();
      interrupt.release();
    });
    const trained = ratedIds(subset(data.ratings, split.train));
    const { manifest, files } = buildBaselineModel({
      name: freeModelName(folders.models, wanted),
      origin: "trained",
      datasetName,
      data,
      weights: run.weights,
      idLists,
      ratedUsers: trained.users,
      ratedMovies: trained.movies,
      training: trainingRecord(options, run, backend),
    });
    // Measured on the graph that will serve, with its fallbacks, not on the network as trained.
    const model = await createBaselinePredictor(manifest, files.get("model.onnx") as Uint8Array);
    const {
      truth,
      predicted,
      confusionCounts: _counts,
      ...metrics
    } = await evaluate(model, data, split.validation, splitProtocol(options.validation, options.seed));
    // The charting library is slow to load, which no other command should wait for.
    const { confusionChart, lossChart, ratingsChart } = await import("../terminal/charts.js");
    files.set("losses.csv", lossesCsv(run.history));
    const subtitle = `${manifest.name}, ${metrics.protocol}`;
    files.set("losses.png", await lossChart(run.history, run.bestEpoch, subtitle));
    files.set("confusion.png", await confusionChart(metrics.confusionMatrix, subtitle));
    files.set("ratings.png", await ratingsChart(truth, predicted, subtitle));
    const saved = await saveModel(folders.models.own, { ...manifest, metrics }, files);
    const isPartial = run.stopped === "interrupted";
    const serves = options.use && !isPartial;
    if (serves) await write(db, () => setSetting(db, "activeModel", saved.name));
    const result = {
      model: saved.name,
      epochs: run.history.length,
      bestEpoch: run.bestEpoch,
      stopped: run.stopped,
      serves,
      seconds: (performance.now() - started) / 1000,
      ...metrics,
    };
    if (options.json) {
      printJson(result);
    } else {
      printText(
        `${saved.name}: RMSE ${metrics.rmse.toFixed(4)}, MAE ${metrics.mae.toFixed(4)} stars on ${metrics.count} held-out ratings ` +
          `(best epoch ${run.bestEpoch} of ${run.history.length}), in ${seconds(started)}; ` +
          `${serves ? "it serves now" : "the model that serves is unchanged"}`,
      );
      print(`report: ${join(folders.models.own, saved.name)}: losses.csv, losses.png, confusion.png, ratings.png`);
    }
    if (isPartial) throw partialModel(saved.name, `${run.history.length} of at most ${options.epochs} epochs`);
  });
}

function epochLine({ epoch, trainRmse, validationRmse, seconds: took }: EpochReport, epochs: number): string {
  return `epoch ${epoch} of at most ${epochs}: training RMSE ${trainRmse.toFixed(4)}, validation RMSE ${validationRmse.toFixed(4)} stars, ${took.toFixed(1)} s`;
}

function trainingRecord(
  options: TrainBaselineOptions,
  run: TrainingRun,
  backend: string,
): BaselineManifest["training"] {
  const { batchSize, learningRate, dropout, seed, patience, validation } = options;
  return {
    batchSize,
    learningRate,
    dropout,
    seed,
    patience,
    validationShare: validation,
    heldOutBy,
    epochs: run.history.length,
    bestEpoch: run.bestEpoch,
    stopped: run.stopped,
    backend,
  };
}

function subset({ userIds, movieIds, stars }: TrainingSet["ratings"], rows: Int32Array): TrainingSet["ratings"] {
  return {
    userIds: rows.map((row) => userIds[row]),
    movieIds: rows.map((row) => movieIds[row]),
    stars: Float32Array.from(rows, (row) => stars[row]),
  };
}

function lossesCsv(history: readonly EpochReport[]): Uint8Array {
  const lines = history.map((row) => [row.epoch, row.trainRmse, row.validationRmse, row.seconds].join(","));
  return new TextEncoder().encode(`epoch,train_rmse,validation_rmse,seconds\n${lines.join("\n")}\n`);
}
