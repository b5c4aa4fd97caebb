/** Protocols that judge rankings: one rating a user left out among 100, and a fifth of the likes among the catalogue. */
import { AppError } from "../../errors.js";
import { randomSplit } from "../../ml/data/split.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import { drawLeaveOneOut } from "../../ml/evaluation/leave-one-out.js";
import { averagePrecisionAtK, gini, hitAtK, ndcgAtK, novelty, recallAtK } from "../../ml/evaluation/ranking-metrics.js";
import { topK } from "../../ml/linalg/top-k.js";
import type { Predictor, UserFeatures } from "../../ml/model/predictor.js";
import { otherRows, withRatings } from "../evaluation/evaluation.js";
import { createProgress } from "../terminal/progress.js";
import { readHeSplit } from "./he-split.js";
import { type Figures, type ProtocolOptions, type ProtocolResult, trainOn } from "./protocol.js";

/** A user's scores of the whole catalogue, by place. */
async function scoresOf(
  model: Predictor,
  user: UserFeatures,
  { movies }: TrainingSet,
  everyPlace: Int32Array,
  dial: number,
): Promise<Float32Array> {
  const pairs = { users: [user], movies, userIndices: new Int32Array(movies.length), movieIndices: everyPlace };
  const { stars } = await model.predict(pairs);
  return (await model.preferences?.(user, movies, stars, dial)) ?? stars;
}

const dials = [0, -1, -0.5, 0.5, 1];

/** A fifth of the ratings of `positiveFrom` or more held out; the rest of the catalogue ranked. */
export async function rankingProtocol(data: TrainingSet, options: ProtocolOptions): Promise<ProtocolResult> {
  const { positiveFrom } = options.ranker;
  const runs: ProtocolResult["runs"] = [];
  for (const seed of options.seeds) {
    const likes = Int32Array.from(rowsFrom(data, positiveFrom));
    const heldOut = randomSplit(likes.length, 0.2, seed).validation.map((place) => likes[place]);
    if (heldOut.length === 0) throw nobodyLikes(positiveFrom);
    const train = otherRows(data.ratings.stars.length, heldOut);
    const figures = await rankingFigures(data, train, heldOut, options, seed);
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
      "meanPopularityAt20: mean number of training ratings. With ~<dial> the same along the popularity dial. The weights " +
      "of the ranker are chosen on a further tenth of the training's ratings.",
    runs,
  };
}

async function rankingFigures(
  data: TrainingSet,
  train: Int32Array,
  heldOut: Int32Array,
  options: ProtocolOptions,
  seed: number,
): Promise<Figures> {
  const k = 20;
  const { movies, ratings } = data;
  const { positiveFrom } = options.ranker;
  const weights = await weightsFor(data, train, options, seed);
  const { model, seconds } = await trainOn(
    data,
    train,
    weights.none,
    options.stars(seed),
    weights.ranker,
    `seed ${seed}`,
  );
  const placeOf = new Map<number, number>(movies.map(({ id }, place) => [id, place]));
  const relevantOf = new Map<number, Set<number>>();
  for (const row of heldOut) {
    const relevant = relevantOf.get(ratings.userIds[row]) ?? new Set<number>();
    relevant.add(placeOf.get(ratings.movieIds[row]) as number);
    relevantOf.set(ratings.userIds[row], relevant);
  }
  const ratedBy = new Float32Array(movies.length);
  for (const row of train) ratedBy[placeOf.get(ratings.movieIds[row]) as number]++;
  const users = withRatings(data, train).filter(({ id }) => relevantOf.has(id));
  const everyPlace = Int32Array.from(movies, (_, place) => place);
  const sums = dials.map(() => ({
    hit: 0,
    recall: 0,
    ndcg: 0,
    map: 0,
    counts: new Float64Array(movies.length),
    listed: [] as number[],
  }));
  const bar = createProgress(`seed ${seed} rank`, users.length, "users");
  for (const [done, user] of users.entries()) {
    const relevant = relevantOf.get(user.id) as Set<number>;
    const excluded = new Uint8Array(movies.length);
    user.ratings?.movieIds.forEach((id, at) => {
      if ((user.ratings?.stars[at] ?? 0) >= positiveFrom) excluded[placeOf.get(id) as number] = 1;
    });
    const { stars } = await model.predict({
      users: [user],
      movies,
      userIndices: new Int32Array(movies.length),
      movieIndices: everyPlace,
    });
    for (const [d, dial] of dials.entries()) {
      const scores = (await model.preferences?.(user, movies, stars, dial)) ?? stars;
      const ranked = topK(scores, excluded, k);
      const sum = sums[d];
      sum.hit += hitAtK(ranked, relevant, 10);
      sum.recall += recallAtK(ranked, relevant, k);
      sum.ndcg += ndcgAtK(ranked, relevant, k);
      sum.map += averagePrecisionAtK(ranked, relevant, k);
      for (const place of ranked) {
        sum.counts[place]++;
        sum.listed.push(place);
      }
    }
    bar.update(done + 1);
  }
  bar.stop();
  const figures: Figures = { users: users.length, trainSeconds: seconds };
  const n = users.length;
  if (n === 0) throw nobodyLikes(positiveFrom);
  for (const [d, dial] of dials.entries()) {
    const { hit, recall, ndcg, map, counts, listed } = sums[d];
    const at = dial === 0 ? "" : `~${dial}`;
    figures[`hrAt10${at}`] = hit / n;
    figures[`recallAt20${at}`] = recall / n;
    figures[`ndcgAt20${at}`] = ndcg / n;
    figures[`mapAt20${at}`] = map / n;
    figures[`coverageAt20${at}`] = counts.filter((count) => count > 0).length / movies.length;
    figures[`giniAt20${at}`] = gini(counts);
    figures[`noveltyAt20${at}`] = novelty(listed, ratedBy, data.users.length);
    figures[`meanPopularityAt20${at}`] =
      listed.reduce((sum, place) => sum + ratedBy[place], 0) / Math.max(1, listed.length);
  }
  return figures;
}

/** A ranker's weights, chosen with a tenth of the training's ratings held out. */
async function weightsFor(data: TrainingSet, train: Int32Array, options: ProtocolOptions, seed: number) {
  const { train: rest, validation } = randomSplit(train.length, 0.1, seed + 7919);
  const { trained } = await trainOn(
    data,
    rest.map((place) => train[place]),
    validation.map((place) => train[place]),
    options.stars(seed),
    options.ranker,
    `seed ${seed} weights`,
  );
  return {
    none: new Int32Array(0),
    ranker: { ...options.ranker, weights: trained.ranker?.manifest.weights },
  };
}

/** One rating a user left out, ranked among 99 movies that the user has not rated (He et al. 2017). */
export async function leaveOneOutProtocol(data: TrainingSet, options: ProtocolOptions): Promise<ProtocolResult> {
  const runs: ProtocolResult["runs"] = [];
  const { positiveFrom } = options.ranker;
  for (const seed of options.seeds) {
    const cases = options.split === undefined ? drawLeaveOneOut(data, seed) : await readHeSplit(options.split, data);
    const heldOut = Int32Array.from(cases, ({ row }) => row);
    if (!heldOut.some((row) => data.ratings.stars[row] >= positiveFrom)) throw nobodyLikes(positiveFrom);
    const train = otherRows(data.ratings.stars.length, heldOut);
    const weights = await weightsFor(data, train, options, seed);
    const { model, seconds } = await trainOn(
      data,
      train,
      weights.none,
      options.stars(seed),
      weights.ranker,
      `seed ${seed}`,
    );
    const users = new Map(withRatings(data, train).map((user) => [user.id as number, user]));
    const everyPlace = Int32Array.from(data.movies, (_, place) => place);
    const placeOf = new Map<number, number>(data.movies.map(({ id }, place) => [id, place]));
    let hits = 0;
    let gain = 0;
    let count = 0;
    const bar = createProgress(`seed ${seed} rank`, cases.length, "users");
    for (const [done, { row, negatives }] of cases.entries()) {
      bar.update(done + 1);
      const userId = data.ratings.userIds[row];
      // Only what would count as a like is worth finding.
      if (data.ratings.stars[row] < positiveFrom) continue;
      const user = users.get(userId) as UserFeatures;
      const scores = await scoresOf(model, user, data, everyPlace, 0);
      const target = placeOf.get(data.ratings.movieIds[row]) as number;
      const candidates = Float32Array.from([...negatives, target], (place) => Math.max(scores[place], -1e30));
      const ranked = topK(candidates, new Uint8Array(candidates.length), 10);
      const relevant = new Set([negatives.length]);
      hits += hitAtK(ranked, relevant, 10);
      gain += ndcgAtK(ranked, relevant, 10);
      count++;
    }
    bar.stop();
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

/** A mean over nobody is no figure. */
function nobodyLikes(positiveFrom: number): AppError {
  return new AppError(
    "DATA_EMPTY",
    `expected held-out ratings of ${positiveFrom} stars or more to rank, received none: say --positive-from with a lower ` +
      "number of stars, or import more ratings",
  );
}

function rowsFrom({ ratings }: TrainingSet, least: number): number[] {
  const rows: number[] = [];
  ratings.stars.forEach((stars, row) => {
    if (stars >= least) rows.push(row);
  });
  return rows;
}
