/** What all protocols of `marquee evaluate --protocol` share: their options, and how they train. */
import type { TrainingSet } from "../../ml/data/training-set.js";
import { buildFactorModel } from "../../ml/factors/factor-model.js";
import { createFactorPredictor } from "../../ml/factors/factor-predictor.js";
import type { Predictor } from "../../ml/model/predictor.js";
import type { RankerOptions } from "../../ml/ranker/ranker-train.js";
import { type StarOptions, type TrainedFactors, trainFactors } from "../../ml/training/factor-train.js";
import { createProgress, type Progress } from "../terminal/progress.js";

export interface ProtocolOptions {
  seeds: number[];
  /** Made for a seed. */
  stars: (seed: number) => StarOptions;
  ranker: RankerOptions;
  /** Folder with He et al.'s files. */
  split?: string;
}

/** One row of figures, by name; `seed` apart. */
export type Figures = Record<string, number>;

export interface ProtocolResult {
  protocol: string;
  /** What was held out, and what the figures' denominators are, in words. */
  description: string;
  runs: { seed: number; figures: Figures }[];
}

export interface Trained {
  model: Predictor;
  trained: TrainedFactors;
  seconds: number;
}

/** Trains on some rows of a data set, with progress; nothing is saved. */
export async function trainOn(
  data: TrainingSet,
  train: Int32Array,
  heldOut: Int32Array,
  stars: StarOptions,
  ranker: RankerOptions | null,
  label: string,
): Promise<Trained> {
  const started = performance.now();
  let bar: Progress | undefined;
  let stage = "";
  const update = (name: string, done: number, of: number, unit: string, note = "") => {
    if (stage !== name) {
      bar?.stop();
      bar = createProgress(`${label} ${name}`, of, unit);
      stage = name;
    }
    bar?.update(done, note);
  };
  const trained = await trainFactors(data, train, heldOut, stars, ranker, {
    onSweep: ({ done, of, validationRmse }) =>
      update("sample", done, of, "sweeps", validationRmse === undefined ? "" : `RMSE ${validationRmse.toFixed(4)}`),
    onIteration: (done, of) => update("fit", done, of, "rounds"),
    onRankerStep: (done, of) => update("ranker", done, of, "steps"),
  }).finally(() => bar?.stop());
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
