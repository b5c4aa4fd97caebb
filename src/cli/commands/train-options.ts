/** Turns the options of `marquee train` and `marquee evaluate --protocol` into those of the training itself. */
import { AppError, received } from "../../errors.js";
import { type BaselineOptions, baselineDefaults } from "../../ml/baseline/baseline-train.js";
import { type BayesOptions, bayesDefaults } from "../../ml/bayes/bayes-train.js";
import { defaultSplit } from "../../ml/data/split.js";
import { type RankerOptions, rankerDefaults } from "../../ml/ranker/ranker-train.js";
import type { StarOptions } from "../../ml/training/factor-train.js";
import { mfDefaults } from "../../ml/training/mf-train.js";

export const modelKinds = ["bayes", "mf", "baseline"] as const;
export type ModelKind = (typeof modelKinds)[number];

/** As commander gives them; the defaults depend on the kind of model. */
export interface FactorFlags {
  seed?: number;
  factors?: number;
  sweeps?: number;
  burnIn?: number;
  chains?: number;
  samples?: number;
  iterations?: number;
  ranker?: "ials+ease" | "ials" | "none";
  rankerFactors?: number;
  rankerUnobserved?: number;
  positiveFrom?: number;
}

/** Options that only some kinds have, by commander's names. */
const kindOptions: Record<ModelKind, readonly string[]> = {
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

/** @throws {AppError} USAGE for an option that only another kind of model has */
export function checkKindOptions(model: ModelKind, options: object): void {
  for (const [kind, names] of Object.entries(kindOptions)) {
    for (const name of names) {
      if (kindOptions[model].includes(name) || (options as Record<string, unknown>)[name] === undefined) continue;
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      throw new AppError(
        "USAGE",
        `expected ${flag} with --model ${kind} only, received it with --model ${received(model)}`,
      );
    }
  }
}

export function parseBaselineOptions(flags: Partial<BaselineOptions>): BaselineOptions {
  const { epochs, batchSize, learningRate, dropout, seed, patience } = flags;
  return {
    epochs: epochs ?? baselineDefaults.epochs,
    batchSize: batchSize ?? baselineDefaults.batchSize,
    learningRate: learningRate ?? baselineDefaults.learningRate,
    dropout: dropout ?? baselineDefaults.dropout,
    seed: seed ?? baselineDefaults.seed,
    patience: patience ?? baselineDefaults.patience,
  };
}

/** @throws {AppError} USAGE */
export function parseStarOptions(kind: StarOptions["kind"], flags: FactorFlags): StarOptions {
  const { seed = defaultSplit.seed, factors, iterations } = flags;
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
  const sweeps = flags.sweeps ?? bayesDefaults.sweeps;
  const burnIn = flags.burnIn ?? Math.min(bayesDefaults.burnIn, Math.floor(sweeps / 2));
  const bayes: BayesOptions = {
    ...bayesDefaults,
    seed,
    factors: factors ?? bayesDefaults.factors,
    sweeps,
    burnIn,
    chains: flags.chains ?? bayesDefaults.chains,
    samples: flags.samples ?? bayesDefaults.samples,
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
export function parseRankerOptions(flags: FactorFlags): RankerOptions | null {
  if (flags.ranker === "none") return null;
  const { ials, easeRegularization, positiveFrom } = rankerDefaults;
  return {
    positiveFrom: flags.positiveFrom ?? positiveFrom,
    ials: {
      ...ials,
      seed: flags.seed ?? defaultSplit.seed,
      factors: flags.rankerFactors ?? ials.factors,
      unobserved: flags.rankerUnobserved ?? ials.unobserved,
    },
    easeRegularization: flags.ranker === "ials" ? null : easeRegularization,
  };
}
