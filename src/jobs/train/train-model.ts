/** Trains a model of any kind, and publishes the progress for other processes of the data folder. */
import type { BaselineOptions } from "../../ml/baseline/baseline-train.js";
import type { StarOptions } from "../../ml/training/factor-train.js";
import type { Services } from "../../services/services.js";
import { type Progress, silent } from "../progress.js";
import { type BaselineReport, trainBaselineModel } from "./train-baseline.js";
import { type FactorReport, type TrainFactorOptions, trainFactorModel } from "./train-factors.js";
import { createTrainingReporter, type TrainingReporter } from "./training-reporter.js";

/** The kind of model to train, with the options of that kind. */
export type ModelOptions = StarOptions | { kind: "baseline"; baseline: BaselineOptions };

export interface TrainModelOptions extends TrainFactorOptions {
  model: ModelOptions;
}

export type TrainingReport = BaselineReport | FactorReport;

/** @throws {AppError} as `trainBaselineModel` and `trainFactorModel` */
export async function trainModel(
  services: Services,
  { model, ...options }: TrainModelOptions,
  progress: Progress = silent,
): Promise<TrainingReport> {
  const reporter = createTrainingReporter(services.store.progress, model.kind);
  const published = publish(progress, reporter);
  try {
    const report =
      model.kind === "baseline"
        ? await trainBaselineModel(services, model.baseline, options, published)
        : await trainFactorModel(services, model, options, published);
    await reporter.end(report.stopped === "interrupted" ? "STOPPED" : "DONE");
    return report;
  } catch (error) {
    await reporter.end("STOPPED");
    throw error;
  }
}

/** The same progress, which the subscribers of a server on this data folder follow too while the model is trained. */
function publish(progress: Progress, reporter: TrainingReporter): Progress {
  return {
    ...progress,
    update: (stage) => {
      progress.update(stage);
      if (stage.stage !== "measure") reporter.update(stage.stage, stage.done / stage.total);
    },
  };
}
