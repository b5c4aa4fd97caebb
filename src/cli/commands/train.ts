/** `marquee train`: trains a model and prints how well it predicts. */
import type { Command } from "commander";
import { AppError } from "../../errors.js";
import type { TrainFactorOptions } from "../../jobs/train/train-factors.js";
import type { TrainingReport } from "../../jobs/train/train-model.js";
import { type BaselineOptions, baselineDefaults } from "../../ml/baseline/baseline-train.js";
import { bayesDefaults } from "../../ml/bayes/bayes-train.js";
import { rankerDefaults } from "../../ml/ranker/ranker-train.js";
import { mfDefaults } from "../../ml/training/mf-train.js";
import { decimal, oneOf, wholeNumberArgument } from "../terminal/arguments.js";
import { partialModel } from "../terminal/interrupt.js";
import { print, printJson, printText, seconds } from "../terminal/output.js";
import { runInterruptible } from "../terminal/run-job.js";
import { withServices } from "../terminal/with-services.js";
import {
  checkKindOptions,
  type FactorFlags,
  type ModelKind,
  modelKinds,
  parseBaselineOptions,
  parseRankerOptions,
  parseStarOptions,
} from "./train-options.js";

interface TrainFlags extends Partial<BaselineOptions>, FactorFlags {
  model: ModelKind;
  name?: string;
  validation?: number;
  storage?: TrainFactorOptions["storage"];
  use: boolean;
  prepare: boolean;
  json?: boolean;
  seed?: number;
}

export function addTrainCommand(program: Command): void {
  const b = baselineDefaults;
  program
    .command("train")
    .summary("train a model on the loaded data set")
    .description(
      "train a model on the loaded data set and let it serve: without options the best kind, bayes, with a ranker; when Ctrl-C " +
        "stops it, bayes and baseline keep what is trained so far as a partial model, which serves only after " +
        "marquee models use, mf keeps nothing, and the exit status is 130",
    )
    .option(
      "--model <kind>",
      "train this kind: bayes (most accurate), mf (matrix factorization, in seconds) or baseline (the original network)",
      oneOf("--model", modelKinds),
      "bayes",
    )
    .option("--name <name>", "name the model; a number is added where the name is taken")
    .option(
      "--validation <x>",
      "hold out this share of the ratings to measure with, 0 for none (default: 0.1, for baseline 0.2)",
      decimal("--validation", 0, 0.9),
    )
    .option(
      "--seed <n>",
      "seed the split and everything random (default: 0)",
      wholeNumberArgument("--seed", 0, 2 ** 31 - 1),
    )
    .optionsGroup("Options of bayes and mf:")
    .option(
      "--factors <n>",
      `fit this many dimensions (default: ${bayesDefaults.factors}, for mf ${mfDefaults.factors}); for bayes a multiple of 4`,
      wholeNumberArgument("--factors", 1, 512),
    )
    .option(
      "--sweeps <n>",
      `run this many sweeps of each chain (bayes only; default: ${bayesDefaults.sweeps})`,
      wholeNumberArgument("--sweeps", 2, 100_000),
    )
    .option(
      "--burn-in <n>",
      `discard this many first sweeps (bayes only; default: ${bayesDefaults.burnIn}, at most half the sweeps)`,
      wholeNumberArgument("--burn-in", 1, 100_000),
    )
    .option(
      "--chains <n>",
      `run this many chains, each in a thread of its own (bayes only; default: ${bayesDefaults.chains})`,
      wholeNumberArgument("--chains", 1, 64),
    )
    .option(
      "--samples <n>",
      `keep this many samples in all (bayes only; default: ${bayesDefaults.samples})`,
      wholeNumberArgument("--samples", 1, 1000),
    )
    .option(
      "--iterations <n>",
      `run this many rounds of least squares (mf only; default: ${mfDefaults.iterations})`,
      wholeNumberArgument("--iterations", 1, 1000),
    )
    .option(
      "--storage <type>",
      "store factors as float16 or float32 (default: float16, half the size)",
      oneOf("--storage", ["float16", "float32"] as const),
    )
    .option(
      "--ranker <parts>",
      "train this ranker: ials+ease, ials or none (default: ials+ease, up to 20,000 movies)",
      oneOf("--ranker", ["ials+ease", "ials", "none"] as const),
    )
    .option(
      "--ranker-factors <n>",
      `fit this many dimensions of the ranker (default: ${rankerDefaults.ials.factors})`,
      wholeNumberArgument("--ranker-factors", 1, 1024),
    )
    .option(
      "--ranker-unobserved <x>",
      `weigh what a user has not liked by this, against 1 for what they have (default: ${rankerDefaults.ials.unobserved})`,
      decimal("--ranker-unobserved", 0.001, 1),
    )
    .option(
      "--positive-from <stars>",
      `count ratings of this many stars or more as likes for the ranker (default: ${rankerDefaults.positiveFrom})`,
      decimal("--positive-from", 0.5, 5),
    )
    .optionsGroup("Options of baseline:")
    .option(
      "--epochs <n>",
      `train for at most this many epochs (default: ${b.epochs})`,
      wholeNumberArgument("--epochs", 1, 1000),
    )
    .option(
      "--batch-size <n>",
      `use this many ratings in each step (default: ${b.batchSize})`,
      wholeNumberArgument("--batch-size", 1, 100_000),
    )
    .option(
      "--learning-rate <x>",
      `use this learning rate of Adam (default: ${b.learningRate})`,
      decimal("--learning-rate", 1e-7, 1),
    )
    .option(
      "--dropout <x>",
      `drop this share of the embeddings in training (default: ${b.dropout})`,
      decimal("--dropout", 0, 0.9),
    )
    .option(
      "--patience <n>",
      `stop after this many epochs without a better one (default: ${b.patience})`,
      wholeNumberArgument("--patience", 1, 1000),
    )
    .optionsGroup("Options:")
    .option("--no-use", "train only, and leave the model that serves as it is")
    .option("--no-prepare", "leave users for marquee models prepare: until then their first requests take longer")
    .option("--json", "print the result as JSON")
    .action(runTrain);
}

const interruptMessages: Record<ModelKind, string> = {
  bayes: "Interrupted: keeping what is sampled so far (again to stop at once) …",
  mf: "Interrupted: stopping, nothing is kept …",
  baseline: "Interrupted: keeping the best epoch so far (again to stop at once) …",
};

async function runTrain(flags: TrainFlags, command: Command): Promise<void> {
  const started = performance.now();
  const { model: kind, name, validation, seed, storage, use, prepare } = flags;
  checkKindOptions(kind, flags);
  if (kind === "baseline" && validation === 0) {
    throw new AppError("USAGE", "expected --validation above 0 for --model baseline, which stops by it, received 0");
  }
  const model = kind === "baseline" ? { kind, baseline: parseBaselineOptions(flags) } : parseStarOptions(kind, flags);
  const options = { model, ranker: parseRankerOptions(flags), name, validation, seed, storage, use, prepare };
  const { trainModel } = await import("../../jobs/train/train-model.js");
  await withServices(command, async (services) => {
    const { report } = await runInterruptible(interruptMessages[kind], (progress, { signal, release }) =>
      trainModel(services, { ...options, signal, onTrained: release }, progress),
    );
    if (flags.json) printJson(toJson(report, started));
    else printReport(report, started);
    if (report.stopped === "interrupted") throw partialModel(report.model, describeProgress(report));
  });
}

function toJson(report: TrainingReport, started: number) {
  const { model, serves, metrics, stopped } = report;
  const last = { serves, seconds: (performance.now() - started) / 1000, ...metrics };
  if (report.kind === "baseline")
    return { model, epochs: report.epochs, bestEpoch: report.bestEpoch, stopped, ...last };
  const { kind, sweeps, samples, ranker, bytes } = report;
  return { model, kind, stopped, sweeps, samples, ranker, bytes, ...last };
}

function printReport(report: TrainingReport, started: number): void {
  const { model, folder, serves, metrics, reportFiles } = report;
  const quality =
    metrics === undefined
      ? "nothing held out to measure with"
      : `RMSE ${metrics.rmse.toFixed(4)}, MAE ${metrics.mae.toFixed(4)} stars on ${metrics.count} held-out ratings`;
  const size =
    report.kind === "baseline"
      ? `best epoch ${report.bestEpoch} of ${report.epochs}`
      : `${report.samples} samples, ${(report.bytes / 1e6).toFixed(1)} MB`;
  printText(
    `${model}: ${quality} (${size}), in ${seconds(started)}; ` +
      `${serves ? "it serves now" : "the model that serves is unchanged"}`,
  );
  if (reportFiles.length > 0) print(`report: ${folder}: ${reportFiles.join(", ")}`);
}

/** How far an interrupted training came. */
function describeProgress(report: TrainingReport): string {
  return report.kind === "baseline"
    ? `${report.epochs} of at most ${report.maxEpochs} epochs`
    : `${report.samples} of ${report.maxSamples} samples`;
}
