/** Training of the ranker beside a factor model, judged on held-out likes. */
import type { DenseRatings } from "../bayes/bayes-data.js";
import { createLabelRows, type LabelLists } from "../data/labels.js";
import { type SparseRows, sparseRows } from "../data/rating-matrix.js";
import type { RatingTimes, TimeBins } from "../data/rating-times.js";
import type { TrainingSet } from "../data/training-set.js";
import { toSessions } from "../factors/day-bias.js";
import { createFoldIn, type FactorParts } from "../factors/factor-predictor.js";
import type { FactorManifest, RankerManifest } from "../model/manifest.js";
import { createRanking, type Ranker } from "../ranker/ranker.js";
import {
  calibratePopularityBias,
  chooseWeights,
  maxEaseItems,
  type RankerOptions,
  type RankingCase,
  rankerSteps,
  trainRanker,
} from "../ranker/ranker-train.js";

/** Times of the ratings to learn from, by user, and the bins that they are sorted into. */
export interface TimedRatings {
  times: RatingTimes;
  bins: TimeBins;
}

/** The ratings to train on, however they are arranged. */
export interface TrainingRatings {
  data: TrainingSet;
  dense: DenseRatings;
  /** The ratings to learn from. */
  byUser: SparseRows;
  /** Undefined where times say nothing. */
  timed: TimedRatings | undefined;
  /** Rows of the ratings that judge. */
  heldOut: Int32Array;
  lists: LabelLists;
  scale: FactorManifest["scale"];
}

export interface RankerInput extends TrainingRatings {
  /** The factor model that predicts stars. */
  parts: FactorParts;
}

/** Number of users for choosing the ranker's weights and for calibrating its popularity bias. */
const maxCases = { weights: 2500, popularityBias: 200 };
/** Of large catalogues fewer users are judged by: each takes a few numbers for every item. */
const maxCaseItems = 40_000_000;

/** Trains a ranker, chooses its weights and calibrates its popularity bias. */
export async function fitRanker(
  input: RankerInput,
  requested: RankerOptions,
  { onRankerStep, signal }: { signal?: AbortSignal; onRankerStep?(done: number, of: number): void },
): Promise<Ranker> {
  const options = {
    ...requested,
    easeRegularization: input.byUser.columns > maxEaseItems ? null : requested.easeRegularization,
  };
  const likes = selectLikes(input.byUser, options.positiveFrom);
  const steps = rankerSteps(options);
  const ranker = await trainRanker(likes, options, (done) => onRankerStep?.(done, steps), signal);
  const cases = createRankingCases(input, options.positiveFrom);
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
function selectLikes(byUser: SparseRows, positiveFrom: number): SparseRows {
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

function createRankingCases(
  { data, dense, byUser, timed, heldOut, lists, scale, parts }: RankerInput,
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
  // Evenly over the data set: users may be in the order in which they joined.
  const most = Math.min(maxCases.weights, Math.max(1, Math.floor(maxCaseItems / byUser.columns)));
  const step = Math.max(1, Math.floor(byUser.rows / most));
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
