/**
 * Training, one thread. `train-mf`: matrix factorization by our alternating least squares and by LIBMF's stochastic gradient descent, at equal
 * rank and number of passes over 95% of the ratings, judged on the rest; LIBMF comes with `npm install --no-save libmf`, where it builds.
 * `train-chain`: ratings a second of one chain of `bayes`, and of the same chain on data that fits into the first-level caches: what its
 * loops reach where memory is no limit.
 */
import { loadTrainingSet } from "../../dist/jobs/load-training-set.js";
import { BayesChain, chainDefaults } from "../../dist/ml/bayes/bayes-chain.js";
import { chainData, denseRatings, userItems } from "../../dist/ml/bayes/bayes-data.js";
import { createLabelLists } from "../../dist/ml/data/labels.js";
import { FoldIn } from "../../dist/ml/factors/fold-in.js";
import { fitMf, mfDefaults } from "../../dist/ml/training/mf-train.js";
import { mulberry32 } from "../../dist/random.js";
import { openServices } from "../../dist/services/services.js";
import { alternate, toRateResult, toTimeResult } from "../measure.js";

async function loadData(folder) {
  const services = openServices(folder);
  const { data } = await loadTrainingSet(services.store);
  await services.close();
  return data;
}

/** Root mean square error of predictions of held-out ratings, clipped to the scale of stars. */
function rmse(dense, heldOut, predict) {
  let sum = 0;
  for (const row of heldOut) {
    const stars = Math.min(5, Math.max(1, predict(dense.userIndices[row], dense.itemIndices[row])));
    sum += (stars - dense.stars[row]) ** 2;
  }
  return Math.sqrt(sum / heldOut.length);
}

/** As the server predicts: each user folded in from the ratings that were learned from. */
function createPrediction(sample, byUser) {
  const itemCounts = new Float32Array(byUser.columns);
  for (const item of byUser.indices) itemCounts[item]++;
  const foldIn = new FoldIn(byUser.columns, sample.factors, 1, { least: 1, most: 5, itemCounts });
  foldIn.add(sample);
  const users = new Map();
  return (user, item) => {
    if (!users.has(user)) {
      const [from, to] = [byUser.indptr[user], byUser.indptr[user + 1]];
      const history = { items: byUser.indices.slice(from, to), stars: byUser.data.slice(from, to), labels: [] };
      users.set(user, foldIn.fold(history));
    }
    return foldIn.score(users.get(user), item);
  };
}

export async function trainMf({ folder, quick }) {
  const libmf = await import("libmf").catch(() => undefined);
  if (libmf === undefined) return { name: "train-mf", skipped: "no LIBMF here: npm install --no-save libmf" };
  const data = await loadData(folder);
  const dense = denseRatings(data);
  const random = mulberry32(5);
  const rows = { train: [], heldOut: [] };
  for (let row = 0; row < dense.stars.length; row++) rows[random() < 0.95 ? "train" : "heldOut"].push(row);
  const byUser = userItems(data, dense, Int32Array.from(rows.train));
  const matrix = new libmf.Matrix();
  for (const row of rows.train) matrix.push(dense.userIndices[row], dense.itemIndices[row], dense.stars[row]);
  const { factors, iterations } = mfDefaults;
  let sample;
  let model;
  const rounds = await alternate(quick ? 1 : 5, {
    ours: async () => {
      const started = performance.now();
      sample = await fitMf(byUser, { users: 0, items: 0 }, mfDefaults);
      return (performance.now() - started) / 1000;
    },
    yardstick: async () => {
      const started = performance.now();
      model = new libmf.Model({ factors, iterations, threads: 1, quiet: true });
      model.fit(matrix);
      return (performance.now() - started) / 1000;
    },
  });
  const errors = {
    ours: rmse(dense, rows.heldOut, createPrediction(sample, byUser)),
    yardstick: rmse(dense, rows.heldOut, (user, item) => model.predict(user, item)),
  };
  const result = toTimeResult("train-mf", "s", 2, rounds);
  const shown = `s, RMSE ${errors.ours.toFixed(4)} and ${errors.yardstick.toFixed(4)}`;
  return { ...result, unit: shown, rmse: errors, met: result.met && errors.ours <= errors.yardstick };
}

/** As many users as movies, who rated all of them. */
function createSmallData(size) {
  const random = mulberry32(6);
  const ids = Array.from({ length: size }, (_, i) => i + 1);
  const pairs = ids.flatMap((user) => ids.map((movie) => [user, movie]));
  return {
    users: ids.map((id) => ({ id, gender: null, ageGroup: null, occupation: null })),
    movies: ids.map((id) => ({ id, genres: "Drama", year: 1990 })),
    ratings: {
      userIds: Int32Array.from(pairs, ([user]) => user),
      movieIds: Int32Array.from(pairs, ([, movie]) => movie),
      stars: Float32Array.from(pairs, () => 1 + Math.floor(5 * random())),
    },
  };
}

function createChain(data) {
  const dense = denseRatings(data);
  const rows = Int32Array.from(dense.stars.keys());
  const lists = createLabelLists(data.users, data.movies);
  return new BayesChain(chainData(data, userItems(data, dense, rows), lists), { ...chainDefaults });
}

export async function trainChain({ folder, quick }) {
  const data = await loadData(folder);
  const small = createSmallData(100);
  const measure = (own, sweeps) => {
    const chain = createChain(own);
    for (let sweep = 0; sweep < 2; sweep++) chain.sweep();
    return async () => {
      const started = performance.now();
      for (let sweep = 0; sweep < sweeps; sweep++) chain.sweep();
      return (own.ratings.stars.length * sweeps) / (performance.now() - started) / 1000;
    };
  };
  const sweeps = quick ? 2 : 5;
  const rounds = await alternate(quick ? 1 : 5, {
    ours: measure(data, sweeps),
    yardstick: measure(small, Math.ceil((sweeps * data.ratings.stars.length) / small.ratings.stars.length)),
  });
  return toRateResult("train-chain", "million ratings/s", 0.5, rounds);
}
