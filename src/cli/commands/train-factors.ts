/** `marquee train --model bayes` and `mf`. */
import { join } from "node:path";
import type { Command } from "commander";
import { setSetting } from "../../db/settings.js";
import { write } from "../../db/write.js";
import { AppError } from "../../errors.js";
import { type BayesOptions, bayesDefaults } from "../../ml/bayes/bayes-train.js";
import { heldOutBy, splitByIdentity } from "../../ml/data/split.js";
import { buildFactorModel } from "../../ml/factors/factor-model.js";
import { readFactorPredictor } from "../../ml/factors/load-factor-model.js";
import type { FactorManifest } from "../../ml/model/manifest.js";
import { checkModelName, freeModelName, saveModel } from "../../ml/model/model-store.js";
import { type RankerOptions, rankerDefaults } from "../../ml/ranker/ranker-train.js";
import { type StarOptions, trainFactors } from "../../ml/training/factor-train.js";
import { mfDefaults } from "../../ml/training/mf-train.js";
import type { TrainingReporter } from "../../services/training-progress.js";
import { evaluate, splitProtocol } from "../evaluation/evaluation.js";
import { readTrainingSet } from "../evaluation/load-training-set.js";
import { interruptSignal, partialModel, withServices } from "../terminal/command-context.js";
import { print, printJson, printText, say, seconds } from "../terminal/output.js";
import { createProgress, type Progress } from "../terminal/progress.js";

export interface TrainFactorsOptions {
  kind: "bayes" | "mf";
  name?: string;
  /** Share of the ratings held out; 0 for none. */
  validation: number;
  seed: number;
  use: boolean;
  json?: boolean;
  factors?: number;
  sweeps?: number;
  burnIn?: number;
  chains?: number;
  samples?: number;
  iterations?: number;
  storage?: "float16" | "float32";
  ranker?: "ials+ease" | "ials" | "none";
  rankerFactors?: number;
  rankerUnobserved?: number;
  positiveFrom?: number;
}

/** Trains a factor model with its ranker, and lets it serve where `use` says so. */
export async function runTrainFactors(
  options: TrainFactorsOptions,
  command: Command,
  reporter: TrainingReporter,
): Promise<void> {
  const started = performance.now();
  const stars = starOptions(options);
  const ranker = rankerOptions(options);
  await withServices(command, async ({ db, folders, encoders }) => {
    const wanted = checkModelName(options.name ?? options.kind);
    const { name: datasetName, data } = readTrainingSet(db, "all", (await encoders.inUse()).key);
    const split = splitByIdentity(data.ratings, options.validation, options.seed);
    if (split.train.length === 0 || (options.validation > 0 && split.validation.length === 0)) {
      throw new AppError(
        "DATA_EMPTY",
        `expected ratings both to train on and to hold out, received ${data.ratings.stars.length} in all`,
      );
    }
    say(
      `training ${wanted} on ${datasetName}: ${split.train.length} ratings, ${split.validation.length} held out, ${inWords(stars)}`,
    );
    const interrupt = interruptSignal(
      options.kind === "mf"
        ? "Interrupted: stopping, nothing is kept …"
        : "Interrupted: keeping what is sampled so far (again to stop at once) …",
    );
    const progress = createStages(reporter);
    let running = "";
    const trained = await trainFactors(data, split.train, split.validation, stars, ranker, {
      signal: interrupt.signal,
      onSweep: ({ done, of, validationRmse }) => {
        if (validationRmse !== undefined) running = `validation RMSE ${validationRmse.toFixed(4)}`;
        progress.update("sample", done, of, "sweeps", running);
      },
      onIteration: (done, of) => progress.update("fit   ", done, of, "rounds"),
      onRankerStep: (done, of) => progress.update("ranker", done, of, "steps"),
    }).finally(() => {
      progress.stop();
      interrupt.release();
    });
    const { manifest, files } = buildFactorModel({
      ...trained,
      name: freeModelName(folders.models, wanted),
      kind: options.kind,
      datasetName,
      data,
      storage: options.storage === "float32" ? "F32" : "F16",
      training: trainingRecord(options, stars, trained.sweeps, trained.stopped),
    });
    // Measured as it will serve, its tensors rounded as they are kept.
    const model = await readFactorPredictor(manifest, manifest.name, async (file) => files.get(file) as Uint8Array);
    let metrics: FactorManifest["metrics"];
    if (split.validation.length > 0) {
      const bar = createProgress("measure", split.validation.length, "ratings");
      const protocol = splitProtocol(options.validation, options.seed);
      const evaluation = await evaluate(model, data, split.validation, protocol, (done) => bar.update(done)).finally(
        () => bar.stop(),
      );
      const { truth, predicted, confusionCounts: _counts, ...rest } = evaluation;
      metrics = rest;
      // The charting library is slow to load, which no other command should wait for.
      const { confusionChart, ratingsChart } = await import("../terminal/charts.js");
      const subtitle = `${manifest.name}, ${rest.protocol}`;
      files.set("confusion.png", await confusionChart(rest.confusionMatrix, subtitle));
      files.set("ratings.png", await ratingsChart(truth, predicted, subtitle));
    }
    const saved = await saveModel(folders.models.own, { ...manifest, metrics }, files);
    const isPartial = trained.stopped === "interrupted";
    const serves = options.use && !isPartial;
    if (serves) await write(db, () => setSetting(db, "activeModel", saved.name));
    const bytes = [...files.values()].reduce((sum, file) => sum + file.length, 0);
    if (options.json) {
      printJson({
        model: saved.name,
        kind: options.kind,
        stopped: trained.stopped,
        sweeps: trained.sweeps,
        samples: trained.samples.length,
        ranker: trained.ranker?.manifest ?? null,
        bytes,
        serves,
        seconds: (performance.now() - started) / 1000,
        ...metrics,
      });
    } else {
      printText(
        `${saved.name}: ${metrics === undefined ? "nothing held out to measure with" : `RMSE ${metrics.rmse.toFixed(4)}, MAE ${metrics.mae.toFixed(4)} stars on ${metrics.count} held-out ratings`}` +
          ` (${trained.samples.length} samples, ${(bytes / 1e6).toFixed(1)} MB), in ${seconds(started)}; ` +
          `${serves ? "it serves now" : "the model that serves is unchanged"}`,
      );
      if (metrics !== undefined) print(`report: ${join(folders.models.own, saved.name)}: confusion.png, ratings.png`);
    }
    if (isPartial) {
      const wanted = stars.kind === "bayes" ? stars.bayes.samples : 1;
      throw partialModel(saved.name, `${trained.samples.length} of ${wanted} samples`);
    }
  });
}

/** @throws {AppError} USAGE */
export function starOptions(options: TrainFactorsOptions): StarOptions {
  const { kind, seed, factors, iterations } = options;
  if (kind === "mf") {
    return {
      kind,
      mf: {
        ...mfDefaults,
        seed,
        factors: factors ?? mfDefaults.factors,
        iterations: iterations ?? mfDefaults.iterations,
      },
    };
  }
  const sweeps = options.sweeps ?? bayesDefaults.sweeps;
  const burnIn = options.burnIn ?? Math.min(bayesDefaults.burnIn, Math.floor(sweeps / 2));
  const bayes: BayesOptions = {
    ...bayesDefaults,
    seed,
    factors: factors ?? bayesDefaults.factors,
    sweeps,
    burnIn,
    chains: options.chains ?? bayesDefaults.chains,
    samples: options.samples ?? bayesDefaults.samples,
  };
  if (bayes.factors % 4 !== 0) {
    throw new AppError("USAGE", `expected a multiple of 4 for --factors of bayes, received ${bayes.factors}`);
  }
  if (burnIn >= sweeps) {
    throw new AppError("USAGE", `expected fewer --burn-in sweeps than --sweeps (${sweeps}), received ${burnIn}`);
  }
  if (bayes.samples < bayes.chains) {
    throw new AppError(
      "USAGE",
      `expected at least as many --samples as --chains (${bayes.chains}), received ${bayes.samples}`,
    );
  }
  return { kind, bayes };
}

/** The ranker to train, null for none. */
export function rankerOptions(
  options: Pick<TrainFactorsOptions, "ranker" | "rankerFactors" | "rankerUnobserved" | "positiveFrom" | "seed">,
): RankerOptions | null {
  if (options.ranker === "none") return null;
  const { ials, easeRegularization, positiveFrom } = rankerDefaults;
  return {
    positiveFrom: options.positiveFrom ?? positiveFrom,
    ials: {
      ...ials,
      seed: options.seed,
      factors: options.rankerFactors ?? ials.factors,
      unobserved: options.rankerUnobserved ?? ials.unobserved,
    },
    easeRegularization: options.ranker === "ials" ? null : easeRegularization,
  };
}

function inWords(stars: StarOptions): string {
  if (stars.kind === "mf") return `${stars.mf.factors} factors`;
  const { chains, sweeps, factors } = stars.bayes;
  return `${chains} chains of ${sweeps} sweeps, ${factors} factors`;
}

function trainingRecord(
  { validation, seed, storage }: TrainFactorsOptions,
  stars: StarOptions,
  sweeps: readonly number[],
  stopped: string,
): NonNullable<FactorManifest["training"]> {
  const own: Record<string, number | string> =
    stars.kind === "mf" ? { ...stars.mf } : { ...stars.bayes, sweepsDone: sweeps.join(" ") };
  return { ...own, seed, validationShare: validation, heldOutBy, storage: storage ?? "float16", stopped };
}

/** One progress bar after another, as the stages of a training come. */
function createStages(reporter: TrainingReporter) {
  let stage = "";
  let bar: Progress | undefined;
  return {
    update(name: string, done: number, of: number, unit: string, note = ""): void {
      if (stage !== name) {
        bar?.stop();
        bar = createProgress(name, of, unit);
        stage = name;
      }
      bar?.update(done, note);
      reporter.update(name.trim(), done / of);
    },
    stop: () => bar?.stop(),
  };
}
