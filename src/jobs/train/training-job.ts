/** What the trainings of all kinds of models share: options, measuring on held-out ratings, and saving. */
import type { TrainingSet } from "../../ml/data/training-set.js";
import { type LossCurve, lossesFile, toLossesCsv } from "../../ml/model/loss-curve.js";
import type { ManifestDraft, Metrics } from "../../ml/model/manifest.js";
import { saveModel } from "../../ml/model/model-store.js";
import type { Predictor } from "../../ml/model/predictor.js";
import type { Services } from "../../services/services.js";
import { evaluate, splitProtocol } from "../evaluate/evaluation.js";
import type { Progress } from "../progress.js";

export interface TrainingJobOptions {
  /** By default the kind of model. A number is added where the name is taken. */
  name?: string;
  /** Share of the ratings held out to measure with; 0 for none. By default 0.1, and 0.2 of the baseline, which stops by it. */
  validation?: number;
  /** Of the split. By default 0. */
  seed?: number;
  /** Let the model serve, unless its training is interrupted. By default true. */
  use?: boolean;
  /** Stops the training. What is kept then depends on the kind of model. */
  signal?: AbortSignal;
  /** Called when the training has ended and `signal` no longer stops anything: the model is measured and saved. */
  onTrained?(): void;
}

/** Files that report on a training, beside the model's own. */
export type ReportFiles = [name: string, bytes: Uint8Array][];

/** @param training how the error on the ratings trained on is named; @param bestStep whose weights were kept; @returns none of an empty curve */
export async function reportLosses(
  losses: LossCurve,
  subtitle: string,
  { training = "training", bestStep }: { training?: string; bestStep?: number } = {},
): Promise<ReportFiles> {
  if (losses.points.length === 0) return [];
  const { lossChart } = await import("../evaluate/charts.js");
  return [
    [lossesFile, toLossesCsv(losses)],
    ["losses.png", await lossChart(losses, subtitle, { training, bestStep })],
  ];
}

/** Measures a model on held-out ratings and draws the charts of its report. */
export async function measureModel(
  model: Predictor,
  data: TrainingSet,
  rows: Int32Array,
  { name, share, seed }: { name: string; share: number; seed: number },
  progress: Progress,
): Promise<{ metrics: Metrics; charts: ReportFiles }> {
  const { truth, predicted, confusionCounts, ...metrics } = await evaluate(
    model,
    data,
    rows,
    splitProtocol(share, seed),
    (done) => progress.update({ stage: "measure", done, total: rows.length, unit: "ratings" }),
  );
  // The charting library is slow to load: not before it is needed.
  const { confusionChart, ratingsChart } = await import("../evaluate/charts.js");
  const subtitle = `${name}, ${metrics.protocol}`;
  return {
    metrics,
    charts: [
      ["confusion.png", await confusionChart(metrics.confusionMatrix, subtitle)],
      ["ratings.png", await ratingsChart(truth, predicted, subtitle)],
    ],
  };
}

/** Saves a model, and lets it serve where `use` says so. @returns the name that it was saved under */
export async function saveTrainedModel(
  { store, folders }: Services,
  manifest: ManifestDraft,
  files: Map<string, Uint8Array>,
  use: boolean,
): Promise<string> {
  const { name } = await saveModel(folders.models.own, manifest, files);
  if (use) await store.settings.set("activeModel", name);
  return name;
}
