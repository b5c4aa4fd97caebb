/** What all evaluation protocols share: their options, their result, and how they train. */
import type { TrainingSet } from "../../ml/data/training-set.js";
import { buildFactorModel } from "../../ml/factors/factor-model.js";
import { createFactorPredictor } from "../../ml/factors/factor-predictor.js";
import type { Predictor } from "../../ml/model/predictor.js";
import type { RankerOptions } from "../../ml/ranker/ranker-train.js";
import { type StarOptions, type TrainedFactors, trainFactors } from "../../ml/training/factor-train.js";
import type { Progress } from "../progress.js";

export interface ProtocolOptions {
  seeds: number[];
  stars: (seed: number) => StarOptions;
  ranker: RankerOptions;
  /** Folder with He et al.'s files. */
  split?: string;
}

/** Measurements by name. */
export type Figures = Record<string, number>;

export interface ProtocolResult {
  protocol: string;
  /** What was held out, and what the figures' denominators are, in words. */
  description: string;
  runs: { seed: number; figures: Figures }[];
}

export type Protocol = (data: TrainingSet, options: ProtocolOptions, progress: Progress) => Promise<ProtocolResult>;

interface TrainOptions {
  /** Rows to learn from. */
  train: Int32Array;
  /** Rows that judge. */
  heldOut?: Int32Array;
  stars: StarOptions;
  ranker?: RankerOptions;
  /** Put before the stages of the progress. */
  label: string;
}

interface Trained {
  model: Predictor;
  trained: TrainedFactors;
  seconds: number;
}

/** Trains on some rows of a data set; nothing is saved. */
export async function trainOn(
  data: TrainingSet,
  { train, heldOut = new Int32Array(0), stars, ranker, label }: TrainOptions,
  progress: Progress,
): Promise<Trained> {
  const started = performance.now();
  const trained = await trainFactors(data, train, heldOut, stars, ranker ?? null, {
    onSweep: ({ done, of, validationRmse }) =>
      progress.update({
        stage: `${label} sample`,
        done,
        total: of,
        unit: "sweeps",
        detail: validationRmse === undefined ? undefined : `RMSE ${validationRmse.toFixed(4)}`,
      }),
    onIteration: (done, total) => progress.update({ stage: `${label} fit`, done, total, unit: "rounds" }),
    onRankerStep: (done, total) => progress.update({ stage: `${label} ranker`, done, total, unit: "steps" }),
  });
  const { manifest } = buildFactorModel({
    ...trained,
    name: "protocol",
    kind: stars.kind,
    datasetName: "protocol",
    data,
    storage: "F16",
    training: {},
  });
  const model = createFactorPredictor(manifest, trained);
  return { model, trained, seconds: (performance.now() - started) / 1000 };
}

/** Mean of each figure over the runs. */
export function meanFigures(runs: readonly { figures: Figures }[]): Figures {
  const names = Object.keys(runs[0]?.figures ?? {});
  return Object.fromEntries(
    names.map((name) => [name, runs.reduce((sum, { figures }) => sum + figures[name], 0) / runs.length]),
  );
}
