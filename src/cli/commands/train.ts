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
import { configOf } from "../terminal/command-context.js";
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
      "Train a model on the loaded data set and let it serve. Without options, the best one: bayes, with a ranker. Ctrl-C " +
        "stops: bayes and baseline keep what is trained so far as a partial model that does not serve until you say " +
        "`marquee models use`; mf keeps nothing. The exit status is 130 either way.",
    )
    .option(
      "--model <kind>",
      "bayes (most accurate), mf (matrix factorization, in seconds) or baseline (the original network)",
      oneOf("--model", kinds),
      "bayes",
    )
    .option("--name <name>", "name of the model; a number is added where it is taken")
    .option(
      "--validation <x>",
      "share of the ratings held out to measure with, 0 for none (default: 0.1, of baseline 0.2)",
      decimal("--validation", 0, 0.9),
    )
    .option("--seed <n>", "of the split and of everything drawn (default: 0)", wholeNumber("--seed", 0, 2 ** 31 - 1))
    .option(
      "--factors <n>",
      `bayes, mf: dimensions (default: ${bayesDefaults.factors}, of mf ${mfDefaults.factors}); of bayes a multiple of 4`,
      wholeNumber("--factors", 1, 512),
    )
    .option(
      "--sweeps <n>",
      `bayes: of each chain (default: ${bayesDefaults.sweeps})`,
      wholeNumber("--sweeps", 2, 100_000),
    )
    .option(
      "--burn-in <n>",
      `bayes: first sweeps that are not kept (default: ${bayesDefaults.burnIn}, at most half the sweeps)`,
      wholeNumber("--burn-in", 1, 100_000),
    )
    .option(
      "--chains <n>",
      `bayes: chains, each in a thread of its own (default: ${bayesDefaults.chains})`,
      wholeNumber("--chains", 1, 64),
    )
    .option(
      "--samples <n>",
      `bayes: samples kept in all (default: ${bayesDefaults.samples})`,
      wholeNumber("--samples", 1, 1000),
    )
    .option(
      "--iterations <n>",
      `mf: rounds of least squares (default: ${mfDefaults.iterations})`,
      wholeNumber("--iterations", 1, 1000),
    )
    .option(
      "--storage <type>",
      "bayes, mf: float16 or float32 (default: float16, half the size)",
      oneOf("--storage", ["float16", "float32"] as const),
    )
    .option(
      "--ranker <parts>",
      "bayes, mf: ials+ease, ials or none (default: ials+ease, up to 20,000 movies)",
      oneOf("--ranker", ["ials+ease", "ials", "none"] as const),
    )
    .option(
      "--ranker-factors <n>",
      `bayes, mf: dimensions of the ranker (default: ${rankerDefaults.ials.factors})`,
      wholeNumber("--ranker-factors", 1, 1024),
    )
    .option(
      "--ranker-unobserved <x>",
      `bayes, mf: weight of what a user has not liked, against 1 for what they have (default: ${rankerDefaults.ials.unobserved})`,
      decimal("--ranker-unobserved", 0.001, 1),
    )
    .option(
      "--positive-from <stars>",
      `bayes, mf: ratings from so many stars on are likes to the ranker (default: ${rankerDefaults.positiveFrom})`,
      decimal("--positive-from", 0.5, 5),
    )
    .option("--epochs <n>", `baseline: most epochs (default: ${b.epochs})`, wholeNumber("--epochs", 1, 1000))
    .option(
      "--batch-size <n>",
      `baseline: ratings a step (default: ${b.batchSize})`,
      wholeNumber("--batch-size", 1, 100_000),
    )
    .option(
      "--learning-rate <x>",
      `baseline: of Adam (default: ${b.learningRate})`,
      decimal("--learning-rate", 1e-7, 1),
    )
    .option(
      "--dropout <x>",
      `baseline: share of the embeddings dropped in training (default: ${b.dropout})`,
      decimal("--dropout", 0, 0.9),
    )
    .option(
      "--patience <n>",
      `baseline: stop after so many epochs without a better one (default: ${b.patience})`,
      wholeNumber("--patience", 1, 1000),
    )
    .option("--no-use", "train only: leave the model that serves as it is")
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
  const reporter = reportTraining(dataFolders(configOf(command).dataDir).training, model);
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
