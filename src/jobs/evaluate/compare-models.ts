/** Compares every trained model on the same held-out ratings with baselines that need no training. */
import { AppError } from "../../errors.js";
import { fingerprint } from "../../ml/baseline/baseline-data.js";
import { defaultSplit, heldOutBy, randomSplit, splitByIdentity } from "../../ml/data/split.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import { biasPredictions, shrunkMeans } from "../../ml/factors/blend.js";
import type { ManifestDraft, Metrics } from "../../ml/model/manifest.js";
import { listModels } from "../../ml/model/model-store.js";
import type { Services } from "../../services/services.js";
import { type Progress, silent } from "../progress.js";
import { evaluate, otherRows, starMetrics } from "./evaluation.js";

export interface ComparedModel {
  name: string;
  kind: string;
  rmse: number;
  mae: number;
  /** Share of the ratings of each number of stars, 1 to 5, whose prediction rounds to it. */
  recallByStars: number[];
}

export interface ModelComparison {
  /** Rows of the rating table that no compared model was trained on. */
  rows: Int32Array;
  models: ComparedModel[];
}

/** Which ratings a model was not trained on, or why that is unknown. */
export type HeldOutRows = { rows: Int32Array } | { unknown: string };

/**
 * Held-out ratings are identified by user and movie, so they stay the same when the data changes after training. Older
 * models recorded rows instead: theirs are known only while the ratings are exactly those of the training.
 */
export function getHeldOutRows({ training, dataset }: ManifestDraft, { ratings }: TrainingSet): HeldOutRows {
  const share = training?.validationShare;
  const seed = training?.seed;
  if (typeof share !== "number" || typeof seed !== "number") {
    return { unknown: "does not say which ratings it was trained on" };
  }
  if (share === 0) return { unknown: "was trained on all ratings" };
  if (training?.heldOutBy === heldOutBy) return { rows: splitByIdentity(ratings, share, seed).validation };
  if (dataset.fingerprint !== fingerprint(ratings)) {
    return {
      unknown: "kept its held-out ratings by row, and the ratings changed since it was trained: train it again",
    };
  }
  return { rows: randomSplit(ratings.stars.length, share, seed).validation };
}

/**
 * Measures every model of the loaded data set on the ratings that all of them held out; a model whose held-out ratings are
 * unknown is left out, with a warning.
 * @throws {AppError} DATA_EMPTY where there is no such rating
 */
export async function compareModels(
  services: Services,
  data: TrainingSet,
  datasetName: string,
  progress: Progress = silent,
): Promise<ModelComparison> {
  let common: Set<number> | undefined;
  const names: string[] = [];
  for (const { name, manifest } of await listModels(services.folders.models)) {
    if (manifest instanceof AppError || manifest.dataset.name !== datasetName) continue;
    const heldOut = getHeldOutRows(manifest, data);
    if ("unknown" in heldOut) {
      progress.warn(`${name} is not compared: it ${heldOut.unknown}`);
      continue;
    }
    const { rows } = heldOut;
    names.push(name);
    const earlier = common;
    common = new Set(earlier === undefined ? rows : rows.filter((row) => earlier.has(row)));
  }
  const rows = Int32Array.from(
    common ?? splitByIdentity(data.ratings, defaultSplit.share, defaultSplit.seed).validation,
  ).sort();
  if (rows.length === 0) {
    throw new AppError(
      "DATA_EMPTY",
      `expected ratings that none of ${names.join(", ")} was trained on, but there are none`,
    );
  }
  const models = measureBaselines(data, rows);
  for (const name of names) {
    const model = await services.models.get(name);
    const result = await evaluate(model, data, rows, "", (done) =>
      progress.update({ stage: `evaluate ${name}`, done, total: rows.length, unit: "ratings" }),
    );
    models.push(toComparedModel(name, model.manifest.kind, result));
  }
  return { rows, models };
}

function toComparedModel(
  name: string,
  kind: string,
  { rmse, mae, confusionMatrix }: Pick<Metrics, "rmse" | "mae" | "confusionMatrix">,
): ComparedModel {
  return { name, kind, rmse, mae, recallByStars: confusionMatrix.map((row, star) => row[star]) };
}

/** Predicts by the mean of all other ratings; by the movie's mean; and by the movie's mean with the user's bias. */
function measureBaselines(data: TrainingSet, rows: Int32Array): ComparedModel[] {
  const { ratings, movies } = data;
  const known = otherRows(ratings.stars.length, rows);
  const mean = known.reduce((sum, row) => sum + ratings.stars[row], 0) / Math.max(1, known.length);
  const itemIndexes = new Map<number, number>(movies.map(({ id }, index) => [id, index]));
  const getItem = (row: number) => itemIndexes.get(ratings.movieIds[row]) as number;
  const means = shrunkMeans(
    movies.length,
    known.map(getItem),
    Float32Array.from(known, (row) => ratings.stars[row]),
    mean,
  );
  const truth = Float32Array.from(rows, (row) => ratings.stars[row]);
  const measure = (name: string, predictions: Float32Array) =>
    toComparedModel(name, "no model", starMetrics(truth, predictions));
  return [
    measure("mean of all ratings", new Float32Array(rows.length).fill(mean)),
    measure(
      "movie's mean",
      Float32Array.from(rows, (row) => means[getItem(row)]),
    ),
    measure("movie's mean and user's bias", biasPredictions(data, means, known, rows)),
  ];
}
