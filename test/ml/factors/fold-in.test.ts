import { beforeAll, describe, expect, it } from "vitest";
import { BayesChain, chainDefaults } from "../../../src/ml/bayes/bayes-chain.js";
import { chainData, denseRatings, userItems } from "../../../src/ml/bayes/bayes-data.js";
import { createLabelLists } from "../../../src/ml/data/labels.js";
import type { FactorSample } from "../../../src/ml/factors/factor-sample.js";
import { FoldIn } from "../../../src/ml/factors/fold-in.js";
import type { History } from "../../../src/ml/factors/fold-in-solver.js";
import { plantedData, product, solveDirectly } from "../factor-fixtures.js";

const data = plantedData();
const dense = denseRatings(data);
const lists = createLabelLists(data.users, data.movies);
const every = Int32Array.from(dense.stars, (_, row) => row);
const byUser = userItems(data, dense, every);
const itemCounts = new Float32Array(data.movies.length);
for (const item of byUser.indices) itemCounts[item]++;
const factors = 8;
const width = factors + 1;
const options = { least: 1, most: 5, itemCounts };
const noPause = () => undefined;

let samples: FactorSample[];
let foldIn: FoldIn;

beforeAll(() => {
  const chain = new BayesChain(chainData(data, byUser, lists), { ...chainDefaults, factors, seed: 1 });
  samples = [];
  for (let sweep = 0; sweep < 60; sweep++) {
    chain.sweep();
    if (sweep % 20 === 19) samples.push(chain.sample());
  }
  foldIn = createFoldIn(samples);
});

function createFoldIn(of: readonly FactorSample[]): FoldIn {
  const created = new FoldIn(data.movies.length, factors, of.length, options);
  for (const sample of of) created.add(sample);
  return created;
}

function toHistory(user: number, most = Number.POSITIVE_INFINITY): History {
  const from = byUser.indptr[user];
  const to = Math.min(byUser.indptr[user + 1], from + most);
  return { items: byUser.indices.slice(from, to), stars: byUser.data.slice(from, to), labels: [0, 2] };
}

const rowById = (table: Float32Array, row: number) => [...table.subarray(row * width, (row + 1) * width)];

/** m0 as shared/ACCURACY.md writes it down, with the sharing of few ratings. */
function computePrior(sample: FactorSample, { items, labels }: History): number[] {
  const n = items.length;
  const kappa = 100 * Math.max(0, 1 - n / 200);
  const total = itemCounts.reduce((sum, count) => sum + count, 0);
  return Array.from({ length: width }, (_, k) => {
    const own = items.reduce((sum, item) => sum + rowById(sample.implicit, item)[k], 0);
    const mean = itemCounts.reduce((sum, count, item) => sum + (count * rowById(sample.implicit, item)[k]) / total, 0);
    return (
      sample.userMean[k] +
      labels.reduce((sum, label) => sum + rowById(sample.userLabels, label)[k], 0) +
      (Math.sqrt(Math.max(n, 50)) / (n + kappa)) * (own + kappa * mean)
    );
  });
}

/** A user's vector by the normal equations, solved by elimination. */
function foldDirectly(sample: FactorSample, history: History): number[] {
  const m0 = computePrior(sample, history);
  const rows = [...history.items].map((item) => [...rowById(sample.items, item).slice(0, factors), 1]);
  const weights = [...history.items].map((item) => sample.alpha * sample.itemPrecisions[item]);
  const e = rows.map(
    (x, j) => history.stars[j] - sample.w0 - sample.items[history.items[j] * width + factors] - product(x, m0),
  );
  const A = m0.map((_, k) =>
    m0.map((__, l) => rows.reduce((sum, x, j) => sum + weights[j] * x[k] * x[l], k === l ? sample.userLambda[k] : 0)),
  );
  const right = m0.map((_, k) => rows.reduce((sum, x, j) => sum + weights[j] * x[k] * e[j], 0));
  return solveDirectly(A, right).map((value, k) => value + m0[k]);
}

const clip = (value: number) => Math.min(5, Math.max(1, value));

function predictDirectly(of: readonly FactorSample[], history: History, item: number): number {
  const predictions = of.map((sample) => {
    const m = foldDirectly(sample, history);
    const x = [...rowById(sample.items, item).slice(0, factors), 1];
    return clip(sample.w0 + sample.items[item * width + factors] + product(x, m));
  });
  return predictions.reduce((sum, value) => sum + value, 0) / of.length;
}

describe("folding a user in", () => {
  it.each([
    ["all their ratings", 7, Number.POSITIVE_INFINITY],
    ["three ratings", 8, 3],
    ["no rating", 9, 0],
  ])("solves the normal equations with %s", (_, user, most) => {
    const history = toHistory(user, most);
    const folded = foldIn.fold(history);
    const out = new Float32Array(data.movies.length);
    foldIn.scores(folded, out);
    for (const [s, sample] of samples.entries()) {
      const direct = foldDirectly(sample, history);
      direct.forEach((value, k) => {
        expect(folded.vectors[s * foldIn.stride + k]).toBeCloseTo(value, 3);
      });
    }
    for (const item of [0, 5, 20, 38]) {
      expect(out[item]).toBeCloseTo(predictDirectly(samples, history, item), 3);
      expect(foldIn.score(folded, item)).toBeCloseTo(out[item], 5);
    }
  });

  it("predicts a user's own ratings nearly as they are", () => {
    let squares = 0;
    let count = 0;
    const out = new Float32Array(data.movies.length);
    for (let user = 0; user < data.users.length; user++) {
      const history = toHistory(user);
      foldIn.scores(foldIn.fold(history), out);
      history.items.forEach((item, j) => {
        squares += (out[item] - history.stars[j]) ** 2;
        count++;
      });
    }
    expect(Math.sqrt(squares / count)).toBeLessThan(0.2);
  });

  it("takes histories that are longer than any before", () => {
    const items = Int32Array.from({ length: 39 }, (_, item) => item);
    const many = { items, stars: new Float32Array(39).fill(4), labels: [] };
    const wide = createFoldIn(samples.slice(0, 1));
    const first = wide.fold(toHistory(3));
    wide.fold(many);
    expect(wide.fold(toHistory(3))).toEqual(first);
  });

  it("says how much each rating moves a prediction: with the prior, the contributions add up to it", async () => {
    const one = createFoldIn(samples.slice(0, 1));
    const history = toHistory(7);
    const items = [2, 30];
    const contributions = await one.contributions(history, items, noPause);
    const [sample] = samples;
    items.forEach((item, i) => {
      const x = [...rowById(sample.items, item).slice(0, factors), 1];
      const offset = sample.w0 + sample.items[item * width + factors];
      const prior = offset + product(x, computePrior(sample, history));
      const whole = offset + product(x, foldDirectly(sample, history));
      const sum = contributions[i].reduce((total, value) => total + value, 0);
      expect(prior + sum).toBeCloseTo(whole, 3);
      expect(contributions[i]).toHaveLength(history.items.length);
    });
  });

  it("shows what a rating contributes when its stars change: contributions are linear in them", async () => {
    const one = createFoldIn(samples.slice(0, 1));
    const history = toHistory(7);
    const changed = { ...history, stars: history.stars.map((stars, j) => (j === 4 ? stars - 2 : stars)) };
    const [before] = await one.contributions(history, [30], noPause);
    const [after] = await one.contributions(changed, [30], noPause);
    const [sample] = samples;
    const x = [...rowById(sample.items, 30).slice(0, factors), 1];
    const moved = product(x, foldDirectly(sample, changed)) - product(x, foldDirectly(sample, history));
    expect(after[4] - before[4]).toBeCloseTo(moved, 3);
    expect(after[5]).toBeCloseTo(before[5], 5);
  });
});

describe("an item that was not trained", () => {
  const labels = { rows: [0, 3], weights: [Math.SQRT1_2, 1] };

  it("is predicted from its labels where nobody rated it", () => {
    const user = foldIn.fold(toHistory(7));
    const item = foldIn.coldItem(labels);
    const direct = samples.map((sample) => {
      const row = [...sample.itemMean].map((value, k) =>
        labels.rows.reduce((sum, label, l) => sum + labels.weights[l] * rowById(sample.itemLabels, label)[k], value),
      );
      const m = foldDirectly(sample, toHistory(7));
      return clip(sample.w0 + row[factors] + product(row.slice(0, factors), m) + m[factors]);
    });
    expect(foldIn.scoreEmbedding(user, item)).toBeCloseTo(direct.reduce((a, b) => a + b) / direct.length, 3);
  });

  it("is folded in from its raters by the same equations from the other side", () => {
    const raters = [2, 11, 30, 41].map((user) => toHistory(user));
    const stars = Float32Array.of(4.5, 2, 3, 5);
    const item = foldIn.foldItem(
      labels,
      raters.map((history) => foldIn.fold(history)),
      stars,
    );
    const [sample] = samples;
    const prior = [...sample.itemMean].map((value, k) =>
      labels.rows.reduce((sum, label, l) => sum + labels.weights[l] * rowById(sample.itemLabels, label)[k], value),
    );
    const vectors = raters.map((history) => foldDirectly(sample, history));
    const rows = vectors.map((m) => [...m.slice(0, factors), 1]);
    const e = rows.map((x, j) => stars[j] - sample.w0 - vectors[j][factors] - product(x, prior));
    const A = prior.map((_, k) =>
      prior.map((__, l) =>
        rows.reduce((sum, x) => sum + sample.alpha * x[k] * x[l], k === l ? sample.itemLambda[k] : 0),
      ),
    );
    const right = prior.map((_, k) => rows.reduce((sum, x, j) => sum + sample.alpha * x[k] * e[j], 0));
    const direct = solveDirectly(A, right).map((value, k) => value + prior[k]);
    for (let k = 0; k < factors; k++) expect(item.vectors[k]).toBeCloseTo(direct[k], 3);
    expect(item.offsets[0]).toBeCloseTo(sample.w0 + direct[factors], 3);
  });
});
