/** Protocols that measure predicted stars: on random ratings, on the latest ones, and on users held out from training. */
import { AppError } from "../../errors.js";
import { drawIndices, randomSplit, shuffledLists } from "../../ml/data/split.js";
import type { TrainingSet } from "../../ml/data/training-set.js";
import { rmse } from "../../ml/evaluation/metrics.js";
import { biasPredictions } from "../../ml/factors/blend.js";
import type { Progress } from "../progress.js";
import { evaluate, otherRows } from "./evaluation.js";
import { type Figures, type ProtocolOptions, type ProtocolResult, trainOn } from "./protocol.js";

/** Holds out ten percent of the ratings, drawn by `randomSplit(ratings, 0.1, seed)`: a permutation by mulberry32. */
export async function randomProtocol(
  data: TrainingSet,
  options: ProtocolOptions,
  progress: Progress,
): Promise<ProtocolResult> {
  const runs: ProtocolResult["runs"] = [];
  for (const seed of options.seeds) {
    const { train, validation } = randomSplit(data.ratings.stars.length, 0.1, seed);
    runs.push({ seed, figures: await measureStars(data, train, validation, options, seed, progress) });
  }
  return {
    protocol: "random-90-10",
    description:
      "10% of the ratings held out at random (permutation by mulberry32(seed), its first tenth). rmse: as served, each user " +
      "folded in from their other ratings; chainRmse: mean of the chains' own predictions; biasRmse: from the movie's mean " +
      "and the user's bias alone. Where the data set has times, each rating is predicted as of its own.",
    runs,
  };
}

/** Holds out the latest tenth of the ratings. @throws {AppError} DATA_FORMAT where the data set has no times */
export async function timeProtocol(
  data: TrainingSet,
  options: ProtocolOptions,
  progress: Progress,
): Promise<ProtocolResult> {
  const { ratedAt } = data.ratings;
  if (ratedAt === undefined || !ratedAt.some((time) => time > 0)) {
    throw new AppError(
      "DATA_FORMAT",
      "expected ratings with times for time-split, but those of the loaded data set have none",
    );
  }
  const order = Int32Array.from(ratedAt, (_, row) => row).sort((a, b) => ratedAt[a] - ratedAt[b] || a - b);
  const heldOut = Math.round(order.length * 0.1);
  const train = order.subarray(0, order.length - heldOut);
  const validation = order.subarray(order.length - heldOut);
  const runs: ProtocolResult["runs"] = [];
  for (const seed of options.seeds) {
    runs.push({ seed, figures: await measureStars(data, train, validation, options, seed, progress) });
  }
  return {
    protocol: "time-split",
    description:
      "The latest 10% of the ratings held out; seeds are of the training. Users without earlier ratings are folded in from none. " +
      "biasRmse: from the movie's mean and the user's bias alone.",
    runs,
  };
}

async function measureStars(
  data: TrainingSet,
  train: Int32Array,
  heldOut: Int32Array,
  options: ProtocolOptions,
  seed: number,
  progress: Progress,
): Promise<Figures> {
  const { model, trained, seconds } = await trainOn(
    data,
    { train, heldOut, stars: options.stars(seed), label: `seed ${seed}` },
    progress,
  );
  const served = await evaluate(model, data, heldOut, "", undefined, train);
  const truth = Float32Array.from(heldOut, (row) => data.ratings.stars[row]);
  const figures: Figures = { rmse: served.rmse, mae: served.mae, count: served.count, trainSeconds: seconds };
  figures.biasRmse = rmse(truth, biasPredictions(data, trained.itemMeans, train, heldOut));
  if (trained.chainPredictions) figures.chainRmse = rmse(truth, trained.chainPredictions);
  return figures;
}

const knownCounts = [0, 1, 3, 5, 10, 20, 50];

/** Holds out ten percent of the users with all their ratings, and predicts 20% of those ratings from some of the others. */
export async function heldOutUsersProtocol(
  data: TrainingSet,
  options: ProtocolOptions,
  progress: Progress,
): Promise<ProtocolResult> {
  const runs: ProtocolResult["runs"] = [];
  for (const seed of options.seeds) {
    const drawn = drawIndices(data.users.length, Math.round(data.users.length * 0.1), seed);
    const chosen = new Set<number>([...drawn].map((index) => data.users[index].id));
    const userRows = groupRowsByUser(data, chosen);
    const heldOut = Int32Array.from([...userRows.values()].flat());
    const train = otherRows(data.ratings.stars.length, heldOut);
    const { model, trained, seconds } = await trainOn(
      data,
      { train, stars: options.stars(seed), label: `seed ${seed}` },
      progress,
    );
    const shuffled = shuffledLists([...userRows.values()], seed + 1);
    // The last fifth of each user's shuffled ratings is predicted, whatever is known of the others.
    const tests = Int32Array.from(shuffled.flatMap((rows) => [...rows.subarray(Math.floor(rows.length * 0.8))]));
    const figures: Figures = { users: chosen.size, count: tests.length, trainSeconds: seconds };
    const measure = async (name: string, known: (rows: Int32Array) => number) => {
      const rows = Int32Array.from(
        shuffled.flatMap((own) => [...own.subarray(0, Math.min(known(own), Math.floor(own.length * 0.8)))]),
      );
      figures[`rmse${name}`] = (await evaluate(model, data, tests, "", undefined, rows)).rmse;
      figures[`biasRmse${name}`] = rmse(
        Float32Array.from(tests, (row) => data.ratings.stars[row]),
        biasPredictions(data, trained.itemMeans, rows, tests),
      );
    };
    for (const count of knownCounts) await measure(`At${count}`, () => count);
    await measure("At80Percent", (rows) => rows.length);
    runs.push({ seed, figures });
  }
  return {
    protocol: "held-out-users",
    description:
      "10% of the users held out with all their ratings; the same 20% of each one's ratings predicted from so many of the " +
      "others (rmseAt<n>; fewer where they have fewer), or from all of them (rmseAt80Percent). biasRmse: the same from the " +
      "movie's mean and the user's bias alone, which tells how hard these users are.",
    runs,
  };
}

function groupRowsByUser({ ratings }: TrainingSet, users: ReadonlySet<number>): Map<number, number[]> {
  const userRows = new Map<number, number[]>();
  ratings.userIds.forEach((id, row) => {
    if (!users.has(id)) return;
    const rows = userRows.get(id);
    if (rows === undefined) userRows.set(id, [row]);
    else rows.push(row);
  });
  return userRows;
}
