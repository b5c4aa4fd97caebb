/** Days in the fold-in: against a solve in which each day's bias is an unknown of its own. */
import { describe, expect, it } from "vitest";
import { toSessions } from "../../../src/ml/factors/day-bias.js";
import type { FactorSample } from "../../../src/ml/factors/factor-sample.js";
import { FoldIn } from "../../../src/ml/factors/fold-in.js";
import type { History } from "../../../src/ml/factors/fold-in-solver.js";
import { product, randomFloats, solveDirectly } from "../factor-fixtures.js";

const factors = 4;
const width = factors + 1;
const items = 12;
const bins = 3;

const sample: FactorSample = {
  factors,
  w0: 3.5,
  alpha: 1.6,
  items: randomFloats(items * width, 1, 0.5),
  itemPrecisions: randomFloats(items, 2, 0.1).map((x) => 1 + x),
  implicit: new Float32Array(0),
  userMean: randomFloats(width, 3, 0.2),
  userLambda: Float32Array.of(8, 9, 10, 11, 6),
  userLabels: new Float32Array(0),
  itemMean: new Float32Array(width),
  itemLambda: new Float32Array(width).fill(10),
  itemLabels: new Float32Array(0),
  drift: { items: randomFloats(items * bins, 4, 0.3), dayPrecision: 5 },
};

function createFoldIn(): FoldIn {
  const foldIn = new FoldIn(items, factors, 1, {
    least: 1,
    most: 5,
    itemCounts: new Float32Array(items).fill(9),
    bins,
  });
  foldIn.add(sample);
  return foldIn;
}

const ratedOn = Int32Array.of(50, 50, 50, 61, 61, -1, 70);

function history(day: number, bin: number): History {
  return {
    items: Int32Array.of(0, 2, 3, 5, 7, 8, 11),
    stars: Float32Array.of(4, 5, 1, 3, 2, 4.5, 3),
    labels: [],
    when: { sessions: toSessions(ratedOn, day), bins: Int32Array.of(0, 0, 0, 1, 1, -1, 2), bin },
  };
}

const drift = (item: number, bin: number) => (bin < 0 ? 0 : (sample.drift?.items[item * bins + bin] as number));
const x = (item: number) => [...sample.items.subarray(item * width, item * width + factors), 1];
const offset = (item: number, bin: number) => sample.w0 + sample.items[item * width + factors] + drift(item, bin);

/** The user's vector and the days' biases from one system with both as unknowns. */
function solveWithDays({ items: rated, stars, when }: History): { vector: number[]; days: Map<number, number> } {
  const days = [...new Set(ratedOn)].filter((day) => day >= 0);
  const size = width + days.length;
  const rows = [...rated].map((item, k) => {
    const row = [...x(item), ...days.map(() => 0)];
    const place = days.indexOf(ratedOn[k]);
    if (place >= 0) row[width + place] = 1;
    return row;
  });
  const prior = [...sample.userMean, ...days.map(() => 0)];
  const lambda = [...sample.userLambda, ...days.map(() => sample.drift?.dayPrecision as number)];
  const weights = [...rated].map((item) => sample.alpha * sample.itemPrecisions[item]);
  const e = rows.map((row, k) => stars[k] - offset(rated[k], when?.bins[k] as number) - product(row, prior));
  const A = Array.from({ length: size }, (_, a) =>
    Array.from({ length: size }, (__, b) =>
      rows.reduce((sum, row, k) => sum + weights[k] * row[a] * row[b], a === b ? lambda[a] : 0),
    ),
  );
  const right = prior.map((_, a) => rows.reduce((sum, row, k) => sum + weights[k] * row[a] * e[k], 0));
  const solved = solveDirectly(A, right).map((value, k) => value + prior[k]);
  return { vector: solved.slice(0, width), days: new Map(days.map((day, k) => [day, solved[width + k]])) };
}

describe("sessions", () => {
  it("are the days of a history, in order of appearance", () => {
    expect(toSessions(Int32Array.of(9, 4, -1, 9), 4)).toEqual({ of: Int32Array.of(0, 1, -1, 0), count: 2, current: 1 });
    expect(toSessions(Int32Array.of(9), 5).current).toBe(-1);
  });
});

describe("folding in a user who rated on several days", () => {
  it.each([
    ["a day without ratings", 99, 2],
    ["a day with ratings", 61, 1],
    ["no day", -1, -1],
  ])("gives what a solve with the days as unknowns gives, for %s", (_, day, bin) => {
    const foldIn = createFoldIn();
    const own = history(day, bin);
    const folded = foldIn.fold(own);
    const { vector, days } = solveWithDays(own);
    const today = days.get(day) ?? 0;
    vector.forEach((value, k) => {
      expect(folded.vectors[k]).toBeCloseTo(value + (k === factors ? today : 0), 4);
    });
    const out = new Float32Array(items);
    foldIn.scores(folded, out);
    for (const item of [1, 4, 11]) {
      const stars = Math.min(5, Math.max(1, offset(item, bin) + product(x(item), vector) + today));
      expect(out[item]).toBeCloseTo(stars, 4);
      expect(foldIn.score(folded, item)).toBeCloseTo(stars, 4);
    }
  });

  it.each([99, 61])(
    "says how much each rating moves a prediction, on day %d: with the prior it adds up",
    async (day) => {
      const own = history(day, 1);
      const [contributions] = await createFoldIn().contributions(own, [4], () => undefined);
      const { vector, days } = solveWithDays(own);
      const moved = contributions.reduce((sum, value) => sum + value, 0);
      expect(moved).toBeCloseTo(product(x(4), vector) + (days.get(day) ?? 0) - product(x(4), sample.userMean), 4);
      const changed = { ...own, stars: own.stars.map((stars, k) => (k === 4 ? stars + 1 : stars)) };
      const [after] = await createFoldIn().contributions(changed, [4], () => undefined);
      const other = solveWithDays(changed);
      const difference =
        product(x(4), other.vector) + (other.days.get(day) ?? 0) - product(x(4), vector) - (days.get(day) ?? 0);
      expect(after[4] - contributions[4]).toBeCloseTo(difference, 4);
      expect(after[0]).toBeCloseTo(contributions[0], 5);
    },
  );
});
