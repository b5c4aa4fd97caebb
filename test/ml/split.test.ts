import { describe, expect, it } from "vitest";
import { randomSplit } from "../../src/ml/split.js";

const sorted = (rows: Int32Array) => [...rows].sort((a, b) => a - b);

describe("the split", () => {
  it("puts every rating on one side, the share rounded", () => {
    const { train, validation } = randomSplit(1003, 0.2, 5);
    expect([train.length, validation.length]).toEqual([802, 201]);
    expect(sorted(Int32Array.of(...train, ...validation))).toEqual(Array.from({ length: 1003 }, (_, row) => row));
  });

  it("is the same for the same seed, and another for another", () => {
    expect(randomSplit(1000, 0.2, 5)).toEqual(randomSplit(1000, 0.2, 5));
    const shared = new Set(randomSplit(1000, 0.2, 5).validation);
    const both = randomSplit(1000, 0.2, 6).validation.filter((row) => shared.has(row)).length;
    // 40 by chance, with a deviation of 5.
    expect(both).toBeGreaterThan(15);
    expect(both).toBeLessThan(65);
  });

  it("draws from the whole table, not from one end", () => {
    const { validation } = randomSplit(10_000, 0.2, 1);
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = validation.filter((row) => Math.floor(row / 1000) === tenth).length;
      expect(count, `tenth ${tenth}`).toBeGreaterThan(140);
      expect(count, `tenth ${tenth}`).toBeLessThan(260);
    }
  });

  it("never changes: models keep only its seed, and evaluate must hold out what they never saw", () => {
    // By mulberry32 and Fisher–Yates written independently, in Python.
    expect([...randomSplit(10, 0.3, 0).validation]).toEqual([3, 8, 6]);
    expect([...randomSplit(10, 0.3, 42).validation]).toEqual([0, 7, 3]);
  });

  it("holds out nothing of nothing", () => {
    expect(randomSplit(0, 0.2, 1).validation).toHaveLength(0);
    expect(randomSplit(2, 0.2, 1).train).toHaveLength(2);
  });
});
