/** Training of a factor model with its ranker, from ratings to everything that serves. */

import { chainData, type DenseRatings, denseRatings, userItems, userTimes } from "../bayes/bayes-data.js";
import { createDrift } from "../bayes/bayes-drift.js";
import { type BayesOptions, type SweepReport, trainBayes } from "../bayes/bayes-train.js";
import { createLabelLists, createLabelRows, type LabelLists } from "../data/labels.js";
import { type SparseRows, sparseRows } from "../data/rating-matrix.js";
import { createTimeBins, type RatingTimes, type TimeBins, toRatingTimes } from "../data/rating-times.js";
import type { TrainingSet } from "../data/training-set.js";
import { shrunkMeans } from "../factors/blend.js";
import { settleColdItems } from "../factors/cold-items.js";
import { toSessions } from "../factors/day-bias.js";
import { createFoldIn, type FactorParts } from "../factors/factor-predictor.js";
import type { FactorSample } from "../factors/factor-sample.js";
import { fitPosterPriors } from "../factors/poster-prior.js";
import type { FactorManifest, RankerManifest } from "../model/manifest.js";
import { createRanking, type Ranker } from "../ranker/ranker.js";
import {
  calibratePopularityBias,
  chooseWeights,
  maxEaseItems,
  nothingLiked,
  type RankerOptions,
  type RankingCase,
  rankerSteps,
  trainRanker,
} from "../ranker/ranker-train.js";
import { checkTrainingFits } from "./memory.js";
import { fitMf, type MfOptions } from "./mf-train.js";

export type StarOptions = { kind: "bayes"; bayes: BayesOptions } | { kind: "mf"; mf: MfOptions };

export interface TrainedFactors extends FactorParts {
  lists: LabelLists;
  scale: FactorManifest["scale"];
  /** Mean over sweeps of the predictions of the ratings held out; of bayes only. */
  chainPredictions?: Float32Array;
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
  // Before the work, not after minutes of it.
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
  const fitted = await fitStars(data, dense, byUser, timed, heldOut, lists, scale, stars, hooks);
  const parts: FactorParts = { samples: fitted.samples, itemCounts, itemMeans, times: timed?.bins };
  if (stars.kind === "bayes") {
    for (const sample of fitted.samples) settleColdItems(sample, data.movies, itemCounts, lists);
  }
  const posterMean = data.posterEncoder && fitPosterPriors(fitted.samples, data.movies, itemCounts, lists);
  if (posterMean !== undefined && data.posterEncoder !== undefined) {
    parts.posters = { encoder: data.posterEncoder, mean: posterMean };
  }
  if (ranker !== null) {
    parts.ranker = await fitRanker(data, dense, byUser, timed, heldOut, lists, scale, parts, ranker, {
      ...hooks,
      // What was sampled is kept, and a model without its ranker would rank worse: only where nothing is lost by it.
      signal: stars.kind === "mf" ? hooks.signal : undefined,
    });
  }
  // Whoever interrupts the ranker of finished samples wants to stop, too.
  return { ...parts, lists, scale, ...fitted, stopped: hooks.signal?.aborted ? "interrupted" : fitted.stopped };
}

/** Times of the ratings to learn from, by user, and the bins that they are sorted into. */
interface TimedRatings {
  times: RatingTimes;
  bins: TimeBins;
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
  data: TrainingSet,
  dense: DenseRatings,
  byUser: SparseRows,
  timed: TimedRatings | undefined,
  heldOut: Int32Array,
  lists: LabelLists,
  scale: FactorManifest["scale"],
  stars: StarOptions,
  { signal, onSweep, onIteration }: FactorHooks,
): Promise<{
  samples: FactorSample[];
  chainPredictions?: Float32Array;
  stopped: TrainedFactors["stopped"];
  sweeps: number[];
}> {
  if (stars.kind === "mf") {
    const labels = {
      users: lists.genders.length + lists.ageGroups.length + lists.occupations.length,
      items: lists.genres.length + lists.years.bins,
    };
    const { iterations } = stars.mf;
    const sample = await fitMf(byUser, labels, stars.mf, {
      signal,
      onIteration: (done) => onIteration?.(done, iterations),
    });
    return { samples: [sample], stopped: "finished", sweeps: [iterations] };
  }
  const validation = {
    userIndices: heldOut.map((row) => dense.userIndices[row]),
    itemIndices: heldOut.map((row) => dense.itemIndices[row]),
    stars: Float32Array.from(heldOut, (row) => dense.stars[row]),
  };
  const drift = timed && createHeldOutDrift(data, byUser, timed, heldOut, validation);
  const run = await trainBayes(
    chainData(data, byUser, lists, drift?.drift),
    { ...validation, drift: drift?.pairs },
    scale,
    stars.bayes,
    { signal, onSweep },
  );
  return {
    samples: run.samples,
    chainPredictions: run.validationPredictions,
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

/** Users on whom the ranker's weights are chosen, and on whom its popularity bias is calibrated. */
const maxCases = { weights: 2500, popularityBias: 200 };

async function fitRanker(
  data: TrainingSet,
  dense: DenseRatings,
  byUser: SparseRows,
  timed: TimedRatings | undefined,
  heldOut: Int32Array,
  lists: LabelLists,
  scale: FactorManifest["scale"],
  parts: FactorParts,
  wanted: RankerOptions,
  { onRankerStep, signal }: FactorHooks,
): Promise<Ranker> {
  const options = { ...wanted, easeRegularization: byUser.columns > maxEaseItems ? null : wanted.easeRegularization };
  const likes = selectLikes(byUser, options.positiveFrom);
  const steps = rankerSteps(options);
  const ranker = await trainRanker(likes, options, (done) => onRankerStep?.(done, steps), signal);
  const cases = rankingCases(data, dense, byUser, timed, heldOut, lists, scale, parts, options.positiveFrom);
  const weights = options.weights ?? chooseWeights(createRanking(ranker), cases, ranker.ease !== undefined);
  const weighed: Ranker = { ...ranker, manifest: { ...ranker.manifest, weights } };
  const dial: RankerManifest["dial"] = calibratePopularityBias(
    createRanking(weighed),
    cases.slice(0, maxCases.popularityBias),
    ranker.likes,
  );
  return { ...weighed, manifest: { ...weighed.manifest, dial } };
}

/** The ratings of `positiveFrom` stars or more. */
export function selectLikes(byUser: SparseRows, positiveFrom: number): SparseRows {
  const rowIndices: number[] = [];
  const columnIndices: number[] = [];
  for (let u = 0; u < byUser.rows; u++) {
    for (let k = byUser.indptr[u]; k < byUser.indptr[u + 1]; k++) {
      if (byUser.data[k] < positiveFrom) continue;
      rowIndices.push(u);
      columnIndices.push(byUser.indices[k]);
    }
  }
  const ones = new Float32Array(rowIndices.length).fill(1);
  return sparseRows(byUser.rows, byUser.columns, Int32Array.from(rowIndices), Int32Array.from(columnIndices), ones);
}

function rankingCases(
  data: TrainingSet,
  dense: DenseRatings,
  byUser: SparseRows,
  timed: TimedRatings | undefined,
  heldOut: Int32Array,
  lists: LabelLists,
  scale: FactorManifest["scale"],
  parts: FactorParts,
  positiveFrom: number,
): RankingCase[] {
  const relevantByUser = new Map<number, Set<number>>();
  for (const row of heldOut) {
    if (dense.stars[row] < positiveFrom) continue;
    const relevant = relevantByUser.get(dense.userIndices[row]) ?? new Set<number>();
    relevant.add(dense.itemIndices[row]);
    relevantByUser.set(dense.userIndices[row], relevant);
  }
  const foldIn = createFoldIn(byUser.columns, scale, parts);
  const { getUserLabels } = createLabelRows(lists);
  const cases: RankingCase[] = [];
  // Evenly over the data set: users may stand in the order in which they joined.
  const step = Math.max(1, Math.floor(byUser.rows / maxCases.weights));
  for (let u = 0; u < byUser.rows; u += step) {
    const from = byUser.indptr[u];
    const to = byUser.indptr[u + 1];
    if (from === to) continue;
    const items = byUser.indices.subarray(from, to);
    const stars = byUser.data.subarray(from, to);
    const predicted = new Float32Array(byUser.columns);
    const when = timed && {
      sessions: toSessions(timed.times.days.subarray(from, to), -1),
      bins: timed.times.bins.subarray(from, to),
      bin: timed.bins.edges.length,
    };
    foldIn.scores(foldIn.fold({ items, stars, labels: getUserLabels(data.users[u]), when }), predicted);
    const excluded = new Uint8Array(byUser.columns);
    for (const item of items) excluded[item] = 1;
    cases.push({
      liked: items.filter((_, k) => stars[k] >= positiveFrom),
      stars: predicted,
      excluded,
      relevant: relevantByUser.get(u) ?? new Set(),
    });
  }
  return cases;
}
