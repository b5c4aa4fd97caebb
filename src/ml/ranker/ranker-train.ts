/** Training of a ranker: its two parts in threads of their own, its weights chosen on held-out likes, its popularity bias calibrated. */
import { AppError } from "../../errors.js";
import { runWorker } from "../../worker-thread.js";
import type { SparseRows } from "../data/rating-matrix.js";
import { ndcgAtK } from "../evaluation/ranking-metrics.js";
import { topK } from "../linalg/top-k.js";
import type { RankerManifest } from "../model/manifest.js";
import { type IalsOptions, ialsDefaults } from "./ials.js";
import type { Ranker, Ranking, RankingParts } from "./ranker.js";
import { weigh } from "./ranker.js";

export interface RankerOptions {
  positiveFrom: number;
  ials: IalsOptions;
  /** λ of EASE; null leaves it out. */
  easeRegularization: number | null;
  /** Where they are not to be chosen. */
  weights?: RankerManifest["weights"];
}

export const rankerDefaults: RankerOptions = { positiveFrom: 4, ials: ialsDefaults, easeRegularization: 600 };
/** With more items, the item-to-item matrix takes too much memory and time. */
export const maxEaseItems = 20_000;

export type RankerJob =
  | { part: "ials"; likes: SparseRows; options: IalsOptions }
  | { part: "ease"; likes: SparseRows; regularization: number };
export type RankerMessage = { kind: "step" } | { kind: "done"; result: Float32Array };

/** Where nothing was held out to choose them on. */
const usualWeights: RankerManifest["weights"] = { ials: 0.6, ease: 0.4, stars: 0.05 };
const easeSteps = 3;

/** How many steps `trainRanker` reports. */
export function rankerSteps({ ials, easeRegularization }: RankerOptions): number {
  return ials.iterations + (easeRegularization === null ? 0 : easeSteps);
}

/**
 * @param likes users × items; only where its entries stand matters
 * @returns a ranker with the usual weights and no popularity bias yet
 */
export async function trainRanker(
  likes: SparseRows,
  options: RankerOptions,
  onStep?: (done: number) => void,
  signal?: AbortSignal,
): Promise<Ranker> {
  if (likes.indices.length === 0) throw nothingLiked(options.positiveFrom);
  let done = 0;
  const run = async (job: RankerJob): Promise<Float32Array> => {
    let result = new Float32Array(0);
    const onMessage = (message: RankerMessage) => {
      if (message.kind === "done") result = message.result as Float32Array<ArrayBuffer>;
      else onStep?.(++done);
    };
    await runWorker<RankerMessage>("ml/ranker/ranker-worker", job, onMessage, signal);
    return result;
  };
  const { easeRegularization, ials } = options;
  const [itemFactors, ease] = await Promise.all([
    run({ part: "ials", likes, options: ials }),
    easeRegularization === null ? undefined : run({ part: "ease", likes, regularization: easeRegularization }),
  ]);
  if (!itemFactors.every(Number.isFinite) || !(ease?.every(Number.isFinite) ?? true)) {
    throw new AppError("TRAINING_FAILED", "expected a finite ranker: train with more regularization");
  }
  const counts = new Float32Array(likes.columns);
  for (const item of likes.indices) counts[item]++;
  const { factors, unobserved, regularization } = ials;
  return {
    itemFactors,
    ease,
    likes: counts,
    manifest: {
      positiveFrom: options.positiveFrom,
      ials: { factors, unobserved, regularization },
      ease: easeRegularization === null ? null : { regularization: easeRegularization },
      weights: ease === undefined ? { ...usualWeights, ials: 1, ease: 0 } : usualWeights,
      dial: { niche: 0, mainstream: 0, percentiles: [] },
    },
  };
}

/** Why no ranker can be trained, and what to do about it. */
export function nothingLiked(positiveFrom: number): AppError {
  return new AppError(
    "DATA_EMPTY",
    `expected ratings of ${positiveFrom} stars or more to learn a ranking from, received none: ` +
      "say --positive-from with a lower number of stars, or --ranker none",
  );
}

/** A user on whom weights are chosen and the popularity bias is calibrated. */
export interface RankingCase {
  liked: Int32Array;
  /** Predicted stars of every item. */
  stars: Float32Array;
  /** 1 where the user's known ratings rule an item out. */
  excluded: Uint8Array;
  /** Likes that were held out; empty where there are none. */
  relevant: ReadonlySet<number>;
}

const shares = [0, 0.3, 0.4, 0.5, 0.6, 0.7, 1];
const starWeights = [0, 0.02, 0.05, 0.1];
/** Length of the lists that weights are chosen by and the popularity bias is calibrated on. */
const k = { weights: 20, popularityBias: 10 };

/** The weights with the highest mean NDCG@20 over the cases that have held-out likes; the usual ones where none has. */
export function chooseWeights(
  ranking: Ranking,
  cases: readonly RankingCase[],
  hasEase: boolean,
): RankerManifest["weights"] {
  const judged = cases.filter(({ relevant }) => relevant.size > 0);
  const grid = (hasEase ? shares : [1]).flatMap((ials) =>
    starWeights.map((stars) => ({ weights: { ials, ease: Number((1 - ials).toFixed(1)), stars }, sum: 0 })),
  );
  if (judged.length === 0) return hasEase ? usualWeights : { ...usualWeights, ials: 1, ease: 0 };
  const items = ranking.popularity.length;
  const parts: RankingParts = { ials: new Float32Array(items), ease: new Float32Array(items) };
  const scores = new Float32Array(items);
  for (const { liked, stars, excluded, relevant } of judged) {
    ranking.parts(liked, parts);
    for (const choice of grid) {
      weigh(parts, stars, choice.weights, scores);
      choice.sum += ndcgAtK(topK(scores, excluded, k.weights), relevant, k.weights);
    }
  }
  return grid.reduce((best, choice) => (choice.sum > best.sum ? choice : best)).weights;
}

/**
 * At −1 the mean recommendation is as popular as the median liked movie; at 1 it has come so much of the way to what is
 * left of the most popular ones.
 */
const nichePercentile = 0.5;
const mainstreamShare = 0.75;
const bisections = 16;

/**
 * The strengths of the popularity bias at −1 and 1 at which the mean popularity percentile of ten recommendations (0 for the least
 * liked of the liked movies, 1 for the most) reaches its target.
 */
export function calibratePopularityBias(
  ranking: Ranking,
  cases: readonly RankingCase[],
  likes: Float32Array,
): RankerManifest["dial"] {
  const percentile = popularityPercentiles(likes);
  const known = Uint8Array.from(likes, (count) => (count > 0 ? 0 : 1));
  const bases = cases.map(({ liked, stars, excluded }) => {
    const scores = new Float32Array(likes.length);
    ranking.scores(liked, stars, 0, scores);
    return { scores, excluded: excluded.map((flag, i) => flag | known[i]) };
  });
  const shifted = new Float32Array(likes.length);
  const meanAt = (strength: number) => {
    let sum = 0;
    let count = 0;
    for (const { scores, excluded } of bases) {
      for (let i = 0; i < shifted.length; i++) shifted[i] = scores[i] + strength * ranking.popularity[i];
      for (const item of topK(shifted, excluded, k.popularityBias)) {
        sum += percentile[item];
        count++;
      }
    }
    return count === 0 ? 0 : sum / count;
  };
  const strengthFor = (target: number, sign: 1 | -1) => {
    let low = 0;
    let high = 1;
    for (let step = 0; step < bisections; step++) {
      const middle = (low + high) / 2;
      if ((meanAt(sign * middle) - target) * sign < 0) low = middle;
      else high = middle;
    }
    return high;
  };
  const neutral = meanAt(0);
  const niche = neutral <= nichePercentile ? 0 : strengthFor(nichePercentile, -1);
  // Not all the way to 1: the most popular movies are often those that a user has rated.
  const mainstream = strengthFor(neutral + mainstreamShare * (meanAt(1) - neutral), 1);
  return { niche, mainstream, percentiles: [meanAt(-niche), neutral, meanAt(mainstream)] };
}

/** Share of the liked items that are less liked, in 0..1; 0 for items that nobody likes. */
export function popularityPercentiles(likes: Float32Array): Float32Array {
  const sorted = likes.filter((count) => count > 0).sort();
  const below = new Map<number, number>();
  sorted.forEach((count, index) => {
    if (!below.has(count)) below.set(count, index);
  });
  return likes.map((count) => (below.get(count) ?? 0) / Math.max(1, sorted.length - 1));
}
