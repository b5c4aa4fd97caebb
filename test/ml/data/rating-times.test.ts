import { describe, expect, it } from "vitest";
import { createTimeBins, toBin, toDay, toRatingTimes } from "../../../src/ml/data/rating-times.js";

const day = 86_400;

describe("times of ratings", () => {
  it("count days from 1970, and know none for 0", () => {
    expect([0, 1, day - 1, day, 10 * day + 5].map(toDay)).toEqual([-1, 0, 0, 1, 10]);
  });

  it("fall into the bin that begins last before them", () => {
    const bins = { edges: [100, 200] };
    expect([0, 1, 99, 100, 199, 200, 1e9].map((time) => toBin(bins, time))).toEqual([-1, 0, 0, 1, 1, 2, 2]);
    expect(toRatingTimes(bins, [0, day, 150])).toEqual({
      days: Int32Array.of(-1, 1, 0),
      bins: Int32Array.of(-1, 2, 1),
    });
  });

  it("are binned into ten with as many ratings each", () => {
    const times = Float64Array.from({ length: 1000 }, (_, k) => (k + 1) * day);
    const bins = createTimeBins(times);
    expect(bins?.edges).toHaveLength(9);
    const counts = new Array(10).fill(0);
    for (const time of times) counts[toBin(bins as { edges: number[] }, time)]++;
    expect(counts).toEqual(new Array(10).fill(100));
  });

  it.each([
    ["there are none", Float64Array.of(0, 0, 0)],
    ["there are no ratings", new Float64Array(0)],
    ["fewer than half are known", Float64Array.of(0, 0, 0, day, 5 * day)],
    ["all are of one day", Float64Array.of(day, day + 1, day + 2)],
  ])("say nothing of drift where %s", (_, times) => {
    expect(createTimeBins(times)).toBeUndefined();
  });

  it("have fewer bins where many are the same", () => {
    const times = Float64Array.of(...new Array(50).fill(day), ...new Array(50).fill(9 * day));
    expect(createTimeBins(times)).toEqual({ edges: [9 * day] });
  });
});
