import { describe, expect, it } from "vitest";
import {
  calibration,
  errorsByClass,
  errorsByGroup,
  groupsByCount,
  matchHistogram,
} from "../../../src/ml/evaluation/breakdown.js";
import { mulberry32 } from "../../../src/random.js";

const truth = Float32Array.of(5, 4, 1, 2);
const predicted = Float32Array.of(4, 4.5, 3, 2);

describe("errors by group", () => {
  it("are over the group's ratings alone; empty groups are left out", () => {
    const groups = new Map([
      ["a", [0, 1]],
      ["none", []],
      ["b", [2, 3, 0]],
    ]);
    const [a, b] = errorsByGroup(truth, predicted, groups);
    expect(a).toEqual({ group: "a", count: 2, rmse: Math.sqrt((1 + 0.25) / 2), mae: 0.75, bias: -0.25 });
    expect(b.group).toBe("b");
    expect(b.bias).toBeCloseTo(3 - 8 / 3, 6);
  });

  it("groups by a count, the last group open", () => {
    const groups = groupsByCount([0, 3, 9, 10, 400], [0, 1, 10]);
    expect([...groups]).toEqual([
      ["0–0", [0]],
      ["1–9", [1, 2]],
      ["10+", [3, 4]],
    ]);
  });

  it("by true stars says how many are found", () => {
    expect(errorsByClass(truth, predicted)).toEqual([
      { stars: 1, count: 1, rmse: 2, recall: 0 },
      { stars: 2, count: 1, rmse: 0, recall: 1 },
      { stars: 4, count: 1, rmse: 0.5, recall: 0 },
      { stars: 5, count: 1, rmse: 1, recall: 0 },
    ]);
  });
});

it("calibration sets what was predicted beside what was given, in bins of half a star", () => {
  const bins = calibration(Float32Array.of(3, 4, 5, 1, 5), Float32Array.of(3.1, 3.4, 5, 0.2, 4.6));
  expect(bins.map(({ from, to, count }) => [from, to, count])).toEqual([
    [0.5, 1, 1],
    [3, 3.5, 2],
    [4.5, 5, 2],
  ]);
  expect(bins[1].meanTrue).toBe(3.5);
  expect(bins[1].meanPredicted).toBeCloseTo(3.25, 6);
});

describe("matching the histogram", () => {
  const random = mulberry32(5);
  const n = 4000;
  const given = Float32Array.from({ length: n }, () => 1 + Math.floor(5 * random() ** 0.6));
  const timid = given.map((stars) => 3.5 + 0.2 * (stars - 3.5) + 0.1 * (random() - 0.5));

  it("predicts as many of each rating as are given", () => {
    const matched = matchHistogram(given, timid);
    for (let stars = 1; stars <= 5; stars++) {
      const count = (values: Float32Array) => values.filter((value) => Math.round(value) === stars).length;
      expect(Math.abs(count(matched) - count(given))).toBeLessThan(0.02 * n);
    }
    expect(errorsByClass(given, timid)[0].recall).toBe(0);
    expect(errorsByClass(given, matched)[0].recall).toBeGreaterThan(0.9);
  });

  it("keeps the order of predictions that were moved by the same map", () => {
    const matched = matchHistogram(given, timid);
    const even = [...timid.keys()].filter((k) => k % 2 === 0).sort((a, b) => timid[a] - timid[b]);
    for (let k = 1; k < even.length; k++) expect(matched[even[k]]).toBeGreaterThanOrEqual(matched[even[k - 1]]);
  });
});
