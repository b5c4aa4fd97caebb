/** Training of a factor model with its ranker, from ratings to all parts of the model. */

import { chainData, type DenseRatings, denseRatings, userItems, userTimes } from "../bayes/bayes-data.js";
import { createDrift } from "../bayes/bayes-drift.js";
import { type BayesOptions, type SweepReport, trainBayes } from "../bayes/bayes-train.js";
import { createLabelLists, type LabelLists } from "../data/labels.js";
import type { SparseRows } from "../data/rating-matrix.js";
import { createTimeBins, toRatingTimes } from "../data/rating-times.js";
import type { TrainingSet } from "../data/training-set.js";
import { shrunkMeans } from "../factors/blend.js";
import { settleColdItems } from "../factors/cold-items.js";
import type { FactorParts } from "../factors/factor-predictor.js";
import { fitPosterPriors } from "../factors/poster-prior.js";
import type { LossCurve } from "../model/loss-curve.js";
import type { FactorManifest } from "../model/manifest.js";
import { maxEaseItems, nothingLiked, type RankerOptions } from "../ranker/ranker-train.js";
import { fitRanker, type TimedRatings, type TrainingRatings } from "./fit-ranker.js";
import { checkTrainingFits } from "./memory.js";
import { fitMf, type MfOptions } from "./mf-train.js";

export type StarOptions = { kind: "bayes"; bayes: BayesOptions } | { kind: "mf"; mf: MfOptions };

export interface TrainedFactors extends FactorParts {
  lists: LabelLists;
  scale: FactorManifest["scale"];
  /** Mean over sweeps of the predictions of the ratings held out; of bayes only. */
  chainPredictions?: Float32Array;
  /** By sweeps of all chains together; of mf, by iterations. */
  losses: LossCurve;
  stopped: "finished" | "interrupted";
  /** Of each chain; of mf, its iterations. */
  sweeps: number[];
}

export interface FactorHooks {
  signal?: AbortSignal;
  onSweep?(report: SweepReport): void;
  onIteration?(done: number, of: number): void;
  onRankerStep?(done: number, of: number): void;
}

/**
 * @param train rows of the ratings to learn from; @param heldOut rows that judge; together or apart, none of both
 * @param ranker null leaves the ranker out
 * @throws {AppError} INTERRUPTED, TRAINING_FAILED, DATA_EMPTY
 */
export async function trainFactors(
  data: TrainingSet,
  train: Int32Array,
  heldOut: Int32Array,
  stars: StarOptions,
  ranker: RankerOptions | null,
  hooks: FactorHooks = {},
): Promise<TrainedFactors> {
  checkTrainingFits({
    ratings: data.ratings.stars.length,
    users: data.users.length,
    items: data.movies.length,
    factors: stars.kind === "bayes" ? stars.bayes.factors : stars.mf.factors,
    chains: stars.kind === "bayes" ? stars.bayes.chains : 1,
    samples: stars.kind === "bayes" ? stars.bayes.samples : 1,
    ease: ranker !== null && ranker.easeRegularization !== null && data.movies.length <= maxEaseItems,
  });
  // Checked before minutes of work.
  if (ranker !== null && !train.some((row) => data.ratings.stars[row] >= ranker.positiveFrom)) {
    throw nothingLiked(ranker.positiveFrom);
  }
  const dense = denseRatings(data);
  const lists = createLabelLists(data.users, data.movies);
  const byUser = userItems(data, dense, train);
  const scale = toScale(byUser.data);
  const itemCounts = new Float32Array(data.movies.length);
  for (const item of byUser.indices) itemCounts[item]++;
  const itemMeans = shrunkMeans(data.movies.length, byUser.indices, byUser.data, scale.mean);
  const timed = stars.kind === "bayes" ? timedRatings(data, dense, train) : undefined;
  const ratings: TrainingRatings = { data, dense, byUser, timed, heldOut, lists, scale };
  const fitted = await fitStars(ratings, stars, hooks);
  const parts: FactorParts = { samples: fitted.samples, itemCounts, itemMeans, times: timed?.bins };
  if (stars.kind === "bayes") {
    for (const sample of fitted.samples) settleColdItems(sample, data.movies, itemCounts, lists);
  }
  const posterMean = data.posterEncoder && fitPosterPriors(fitted.samples, data.movies, itemCounts, lists);
  if (posterMean !== undefined && data.posterEncoder !== undefined) {
    parts.posters = { encoder: data.posterEncoder, mean: posterMean };
  }
  if (ranker !== null) {
    parts.ranker = await fitRanker({ ...ratings, parts }, ranker, {
      ...hooks,
      // The samples of bayes are kept, and a model without its ranker would rank worse.
      signal: stars.kind === "mf" ? hooks.signal : undefined,
    });
  }
  // An interrupt during the ranker's training stops the command, too.
  return { ...parts, lists, scale, ...fitted, stopped: hooks.signal?.aborted ? "interrupted" : fitted.stopped };
}

/** @returns undefined where times say nothing */
function timedRatings(data: TrainingSet, dense: DenseRatings, train: Int32Array): TimedRatings | undefined {
  const ratedAt = userTimes(data, dense, train);
  const bins = ratedAt && createTimeBins(ratedAt);
  return ratedAt && bins && { times: toRatingTimes(bins, ratedAt), bins };
}

/** Least, most and mean stars. */
function toScale(stars: Float32Array): FactorManifest["scale"] {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  let sum = 0;
  for (const value of stars) {
    if (value < least) least = value;
    if (value > most) most = value;
    sum += value;
  }
  return { least, most, mean: sum / stars.length };
}

async function fitStars(
  { data, dense, byUser, timed, heldOut, lists, scale }: TrainingRatings,
  stars: StarOptions,
  { signal, onSweep, onIteration }: FactorHooks,
): Promise<Pick<TrainedFactors, "samples" | "chainPredictions" | "losses" | "stopped" | "sweeps">> {
  const validation = {
    userIndices: heldOut.map((row) => dense.userIndices[row]),
    itemIndices: heldOut.map((row) => dense.itemIndices[row]),
    stars: Float32Array.from(heldOut, (row) => dense.stars[row]),
  };
  if (stars.kind === "mf") {
    const labels = {
      users: lists.genders.length + lists.ageGroups.length + lists.occupations.length,
      items: lists.genres.length + lists.years.bins,
    };
    const { iterations } = stars.mf;
    const losses: LossCurve = { unit: "iteration", points: [] };
    const sample = await fitMf(byUser, labels, stars.mf, {
      signal,
      onIteration: (done, errorsOn) => {
        losses.points.push({ step: done, ...errorsOn(validation) });
        onIteration?.(done, iterations);
      },
    });
    return { samples: [sample], losses, stopped: "finished", sweeps: [iterations] };
  }
  const losses: LossCurve = { unit: "sweep", points: [] };
  const drift = timed && createHeldOutDrift(data, byUser, timed, heldOut, validation);
  const run = await trainBayes(
    chainData(data, byUser, lists, drift?.drift),
    { ...validation, drift: drift?.pairs },
    scale,
    stars.bayes,
    {
      signal,
      onSweep: (report) => {
        const { done, validationRmse } = report;
        if (validationRmse !== undefined) losses.points.push({ step: done, trainRmse: null, validationRmse });
        onSweep?.(report);
      },
    },
  );
  return {
    samples: run.samples,
    chainPredictions: run.validationPredictions,
    losses,
    stopped: run.stopped === "interrupted" ? "interrupted" : "finished",
    sweeps: run.sweeps,
  };
}

function createHeldOutDrift(
  { ratings: { ratedAt } }: TrainingSet,
  byUser: SparseRows,
  { times, bins }: TimedRatings,
  heldOut: Int32Array,
  pairs: { userIndices: Int32Array; itemIndices: Int32Array },
) {
  const heldOutTimes = Float64Array.from(heldOut, (row) => ratedAt?.[row] ?? 0);
  return createDrift(byUser, times, bins.edges.length + 1, { ...pairs, times: toRatingTimes(bins, heldOutTimes) });
}
