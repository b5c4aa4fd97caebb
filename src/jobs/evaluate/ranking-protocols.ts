/** Protocols that measure rankings: a fifth of the likes among the whole catalogue, and one rating per user among 100 movies. */
import { AppError } from "../../errors.js";
import { randomSplit } from "../../ml/data/split.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import { drawLeaveOneOut } from "../../ml/evaluation/leave-one-out.js";
import { averagePrecisionAtK, gini, hitAtK, ndcgAtK, novelty, recallAtK } from "../../ml/evaluation/ranking-metrics.js";
import { topK } from "../../ml/linalg/top-k.js";
import type { Predictor, UserFeatures } from "../../ml/model/predictor.js";
import type { RankerOptions } from "../../ml/ranker/ranker-train.js";
import type { Progress } from "../progress.js";
import { otherRows, withRatings } from "./evaluation.js";
import { readHeSplit } from "./he-split.js";
import { type Figures, type ProtocolOptions, type ProtocolResult, trainOn } from "./protocol.js";

/** A user's scores of the whole catalogue, by item index. */
async function scoreCatalogue(
  model: Predictor,
  user: UserFeatures,
  { movies }: TrainingSet,
  items: Int32Array,
  popularityBias: number,
): Promise<Float32Array> {
  const pairs = { users: [user], movies, userIndices: new Int32Array(movies.length), movieIndices: items };
  const { stars } = await model.predict(pairs);
  return (await model.preferences?.(user, movies, popularityBias, stars)) ?? stars;
}

const popularityBiases = [0, -1, -0.5, 0.5, 1];

/** Holds out a fifth of the ratings of `positiveFrom` or more, and ranks the rest of the catalogue. */
export async function rankingProtocol(
  data: TrainingSet,
  options: ProtocolOptions,
  progress: Progress,
): Promise<ProtocolResult> {
  const { positiveFrom } = options.ranker;
  const runs: ProtocolResult["runs"] = [];
  for (const seed of options.seeds) {
    const likes = Int32Array.from(findLikes(data, positiveFrom));
    const heldOut = randomSplit(likes.length, 0.2, seed).validation.map((index) => likes[index]);
    if (heldOut.length === 0) throw createNoLikesError(positiveFrom);
    const train = otherRows(data.ratings.stars.length, heldOut);
    const figures = await measureRanking(data, train, heldOut, options, seed, progress);
    runs.push({ seed, figures });
  }
  return {
    protocol: "ranking-80-20",
    description:
      `20% of the ratings of ${positiveFrom} stars or more held out at random; learned from are the other likes, and the ` +
      "ratings below them for predicted stars. Every movie that is no like of the training is ranked, those rated below " +
      "too. Means over the users with a held-out like: recallAt20 = hits / min(20, held out); ndcgAt20 by log2, divided by the " +
      "ideal list's; mapAt20 = precisions at hits, summed, / min(20, held out). coverageAt20: share of the catalogue that " +
      "is in anybody's first 20; giniAt20 over all movies; noveltyAt20: mean −log2(share of users who rated it), bits; " +
      "meanPopularityAt20: mean number of training ratings. Names with ~<bias>: the same with that popularity bias. The weights " +
      "of the ranker are chosen on a further tenth of the training's ratings.",
    runs,
  };
}

async function measureRanking(
  data: TrainingSet,
  train: Int32Array,
  heldOut: Int32Array,
  options: ProtocolOptions,
  seed: number,
  progress: Progress,
): Promise<Figures> {
  const k = 20;
  const { movies, ratings } = data;
  const { positiveFrom } = options.ranker;
  const ranker = await chooseRanker(data, train, options, seed, progress);
  const { model, seconds } = await trainOn(
    data,
    { train, stars: options.stars(seed), ranker, label: `seed ${seed}` },
    progress,
  );
  const itemIndexes = new Map<number, number>(movies.map(({ id }, index) => [id, index]));
  const relevantByUser = new Map<number, Set<number>>();
  for (const row of heldOut) {
    const relevant = relevantByUser.get(ratings.userIds[row]) ?? new Set<number>();
    relevant.add(itemIndexes.get(ratings.movieIds[row]) as number);
    relevantByUser.set(ratings.userIds[row], relevant);
  }
  const ratedBy = new Float32Array(movies.length);
  for (const row of train) ratedBy[itemIndexes.get(ratings.movieIds[row]) as number]++;
  const users = withRatings(data, train).filter(({ id }) => relevantByUser.has(id));
  const items = Int32Array.from(movies, (_, index) => index);
  const sums = popularityBiases.map(() => ({
    hit: 0,
    recall: 0,
    ndcg: 0,
    map: 0,
    counts: new Float64Array(movies.length),
    listed: [] as number[],
  }));
  for (const [done, user] of users.entries()) {
    const relevant = relevantByUser.get(user.id) as Set<number>;
    const excluded = new Uint8Array(movies.length);
    user.ratings?.movieIds.forEach((id, index) => {
      if ((user.ratings?.stars[index] ?? 0) >= positiveFrom) excluded[itemIndexes.get(id) as number] = 1;
    });
    const { stars } = await model.predict({
      users: [user],
      movies,
      userIndices: new Int32Array(movies.length),
      movieIndices: items,
    });
    for (const [index, popularityBias] of popularityBiases.entries()) {
      const scores = (await model.preferences?.(user, movies, popularityBias, stars)) ?? stars;
      const ranked = topK(scores, excluded, k);
      const sum = sums[index];
      sum.hit += hitAtK(ranked, relevant, 10);
      sum.recall += recallAtK(ranked, relevant, k);
      sum.ndcg += ndcgAtK(ranked, relevant, k);
      sum.map += averagePrecisionAtK(ranked, relevant, k);
      for (const item of ranked) {
        sum.counts[item]++;
        sum.listed.push(item);
      }
    }
    progress.update({ stage: `seed ${seed} rank`, done: done + 1, total: users.length, unit: "users" });
  }
  const figures: Figures = { users: users.length, trainSeconds: seconds };
  const n = users.length;
  if (n === 0) throw createNoLikesError(positiveFrom);
  for (const [index, popularityBias] of popularityBiases.entries()) {
    const { hit, recall, ndcg, map, counts, listed } = sums[index];
    const suffix = popularityBias === 0 ? "" : `~${popularityBias}`;
    figures[`hrAt10${suffix}`] = hit / n;
    figures[`recallAt20${suffix}`] = recall / n;
    figures[`ndcgAt20${suffix}`] = ndcg / n;
    figures[`mapAt20${suffix}`] = map / n;
    figures[`coverageAt20${suffix}`] = counts.filter((count) => count > 0).length / movies.length;
    figures[`giniAt20${suffix}`] = gini(counts);
    figures[`noveltyAt20${suffix}`] = novelty(listed, ratedBy, data.users.length);
    figures[`meanPopularityAt20${suffix}`] =
      listed.reduce((sum, item) => sum + ratedBy[item], 0) / Math.max(1, listed.length);
  }
  return figures;
}

/** The ranker with weights chosen on a tenth of the training's ratings, held out for that. */
async function chooseRanker(
  data: TrainingSet,
  train: Int32Array,
  options: ProtocolOptions,
  seed: number,
  progress: Progress,
): Promise<RankerOptions> {
  const { train: rest, validation } = randomSplit(train.length, 0.1, seed + 7919);
  const { trained } = await trainOn(
    data,
    {
      train: rest.map((index) => train[index]),
      heldOut: validation.map((index) => train[index]),
      stars: options.stars(seed),
      ranker: options.ranker,
      label: `seed ${seed} weights`,
    },
    progress,
  );
  return { ...options.ranker, weights: trained.ranker?.manifest.weights };
}

/** Holds out one rating per user, and ranks its movie among 99 that the user has not rated (He et al. 2017). */
export async function leaveOneOutProtocol(
  data: TrainingSet,
  options: ProtocolOptions,
  progress: Progress,
): Promise<ProtocolResult> {
  const runs: ProtocolResult["runs"] = [];
  const { positiveFrom } = options.ranker;
  for (const seed of options.seeds) {
    const cases = options.split === undefined ? drawLeaveOneOut(data, seed) : await readHeSplit(options.split, data);
    const heldOut = Int32Array.from(cases, ({ row }) => row);
    if (!heldOut.some((row) => data.ratings.stars[row] >= positiveFrom)) throw createNoLikesError(positiveFrom);
    const train = otherRows(data.ratings.stars.length, heldOut);
    const ranker = await chooseRanker(data, train, options, seed, progress);
    const { model, seconds } = await trainOn(
      data,
      { train, stars: options.stars(seed), ranker, label: `seed ${seed}` },
      progress,
    );
    const users = new Map(withRatings(data, train).map((user) => [user.id as number, user]));
    const items = Int32Array.from(data.movies, (_, index) => index);
    const itemIndexes = new Map<number, number>(data.movies.map(({ id }, index) => [id, index]));
    let hits = 0;
    let gain = 0;
    let count = 0;
    for (const [done, { row, negatives }] of cases.entries()) {
      progress.update({ stage: `seed ${seed} rank`, done: done + 1, total: cases.length, unit: "users" });
      const userId = data.ratings.userIds[row];
      // Only what would count as a like is worth finding.
      if (data.ratings.stars[row] < positiveFrom) continue;
      const user = users.get(userId) as UserFeatures;
      const scores = await scoreCatalogue(model, user, data, items, 0);
      const target = itemIndexes.get(data.ratings.movieIds[row]) as number;
      const candidates = Float32Array.from([...negatives, target], (item) => Math.max(scores[item], -1e30));
      const ranked = topK(candidates, new Uint8Array(candidates.length), 10);
      const relevant = new Set([negatives.length]);
      hits += hitAtK(ranked, relevant, 10);
      gain += ndcgAtK(ranked, relevant, 10);
      count++;
    }
    runs.push({ seed, figures: { users: count, hrAt10: hits / count, ndcgAt10: gain / count, trainSeconds: seconds } });
  }
  const which =
    options.split === undefined
      ? "drawn here: the latest rating of each user where there are times, else a random one, and 99 random movies that they " +
        "did not rate; not comparable with figures on He et al.'s own files"
      : "He et al.'s files";
  return {
    protocol: "ncf-leave-one-out",
    description:
      `One rating of each user left out and ranked among 99 others (${which}); users whose left-out rating is below ` +
      `${positiveFrom} stars are skipped. hrAt10: share of users whose movie is among the first ten; ndcgAt10: 1/log2(rank + 1), ` +
      "0 beyond ten; both divided by the number of users. An equal score counts against the left-out movie.",
    runs,
  };
}

/** The error where no user would be measured. */
function createNoLikesError(positiveFrom: number): AppError {
  return new AppError(
    "DATA_EMPTY",
    `expected held-out ratings of ${positiveFrom} stars or more to rank, received none: say --positive-from with a lower ` +
      "number of stars, or import more ratings",
  );
}

function findLikes({ ratings }: TrainingSet, positiveFrom: number): number[] {
  const rows: number[] = [];
  ratings.stars.forEach((stars, row) => {
    if (stars >= positiveFrom) rows.push(row);
  });
  return rows;
}
