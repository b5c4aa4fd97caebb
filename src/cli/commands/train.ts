/** `marquee train`: which kinds of model there are, and their options. */
import type { Command } from "commander";
import { AppError, received } from "../../errors.js";
import { type BaselineOptions, baselineDefaults } from "../../ml/baseline/baseline-train.js";
import { bayesDefaults } from "../../ml/bayes/bayes-train.js";
import { defaultSplit } from "../../ml/data/split.js";
import { rankerDefaults } from "../../ml/ranker/ranker-train.js";
import { mfDefaults } from "../../ml/training/mf-train.js";
import { dataFolders } from "../../services/services.js";
import { reportTraining } from "../../services/training-progress.js";
import { decimal, oneOf, wholeNumber } from "../terminal/arguments.js";
import { readCommandConfig } from "../terminal/setting-options.js";
import { runTrainBaseline } from "./train-baseline.js";
import { runTrainFactors, type TrainFactorsOptions } from "./train-factors.js";

const kinds = ["bayes", "mf", "baseline"] as const;
type Kind = (typeof kinds)[number];

/** As commander gives them: what was not stated is undefined, and its default depends on the kind of model. */
interface TrainOptions extends Partial<BaselineOptions>, Partial<Omit<TrainFactorsOptions, "kind" | "use">> {
  model: Kind;
  use: boolean;
}

/** Options that only some kinds have, by commander's names. */
const optionsOf: Record<Kind, readonly string[]> = {
  bayes: [
    "factors",
    "sweeps",
    "burnIn",
    "chains",
    "samples",
    "storage",
    "ranker",
    "rankerFactors",
    "rankerUnobserved",
    "positiveFrom",
  ],
  mf: ["factors", "iterations", "storage", "ranker", "rankerFactors", "rankerUnobserved", "positiveFrom"],
  baseline: ["epochs", "batchSize", "learningRate", "dropout", "patience"],
};

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
      oneOf("--model", kinds),
      "bayes",
    )
    .option("--name <name>", "name the model; a number is added where the name is taken")
    .option(
      "--validation <x>",
      "hold out this share of the ratings to measure with, 0 for none (default: 0.1, for baseline 0.2)",
      decimal("--validation", 0, 0.9),
    )
    .option("--seed <n>", "seed the split and everything random (default: 0)", wholeNumber("--seed", 0, 2 ** 31 - 1))
    .optionsGroup("Options of bayes and mf:")
    .option(
      "--factors <n>",
      `fit this many dimensions (default: ${bayesDefaults.factors}, for mf ${mfDefaults.factors}); for bayes a multiple of 4`,
      wholeNumber("--factors", 1, 512),
    )
    .option(
      "--sweeps <n>",
      `run this many sweeps of each chain (bayes only; default: ${bayesDefaults.sweeps})`,
      wholeNumber("--sweeps", 2, 100_000),
    )
    .option(
      "--burn-in <n>",
      `discard this many first sweeps (bayes only; default: ${bayesDefaults.burnIn}, at most half the sweeps)`,
      wholeNumber("--burn-in", 1, 100_000),
    )
    .option(
      "--chains <n>",
      `run this many chains, each in a thread of its own (bayes only; default: ${bayesDefaults.chains})`,
      wholeNumber("--chains", 1, 64),
    )
    .option(
      "--samples <n>",
      `keep this many samples in all (bayes only; default: ${bayesDefaults.samples})`,
      wholeNumber("--samples", 1, 1000),
    )
    .option(
      "--iterations <n>",
      `run this many rounds of least squares (mf only; default: ${mfDefaults.iterations})`,
      wholeNumber("--iterations", 1, 1000),
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
      wholeNumber("--ranker-factors", 1, 1024),
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
      wholeNumber("--epochs", 1, 1000),
    )
    .option(
      "--batch-size <n>",
      `use this many ratings in each step (default: ${b.batchSize})`,
      wholeNumber("--batch-size", 1, 100_000),
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
      wholeNumber("--patience", 1, 1000),
    )
    .optionsGroup("Options:")
    .option("--no-use", "train only, and leave the model that serves as it is")
    .option("--json", "print the result as JSON")
    .action(runTrain);
}

async function runTrain({ model, ...options }: TrainOptions, command: Command): Promise<void> {
  checkOptions(model, options);
  const stated = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  if (model === "baseline" && options.validation === 0) {
    throw new AppError("USAGE", "expected --validation above 0 for --model baseline, which stops by it, received 0");
  }
  // For whoever subscribed to the progress at a server of this data folder.
  const reporter = reportTraining(dataFolders(readCommandConfig(command).dataDir).training, model);
  try {
    if (model === "baseline") {
      const baseline = { ...baselineDefaults, validation: 0.2, use: options.use, ...stated };
      await runTrainBaseline(baseline, command, reporter);
    } else {
      const factors = {
        kind: model,
        use: options.use,
        validation: defaultSplit.share,
        seed: defaultSplit.seed,
        ...stated,
      } as TrainFactorsOptions;
      await runTrainFactors(factors, command, reporter);
    }
    reporter.end("DONE");
  } catch (error) {
    reporter.end("STOPPED");
    throw error;
  }
}

/** @throws {AppError} USAGE for an option that another kind of model has */
function checkOptions(model: Kind, options: object): void {
  for (const [kind, names] of Object.entries(optionsOf)) {
    for (const name of names) {
      if (optionsOf[model].includes(name) || (options as Record<string, unknown>)[name] === undefined) continue;
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      throw new AppError(
        "USAGE",
        `expected ${flag} with --model ${kind} only, received it with --model ${received(model)}`,
      );
    }
  }
}
