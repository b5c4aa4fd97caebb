import { describe, expect, it } from "vitest";
import type { MovieId, UserId } from "../../../src/ids.js";
import { isHeldOut, randomSplit, splitByIdentity } from "../../../src/ml/data/split.js";

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

describe("the split by identity", () => {
  const table = (pairs: [number, number][]) => ({
    userIds: Int32Array.from(pairs, ([user]) => user),
    movieIds: Int32Array.from(pairs, ([, movie]) => movie),
  });
  const pairs = Array.from({ length: 20_000 }, (_, k): [number, number] => [1 + Math.floor(k / 40), 1 + (k % 40) * 7]);
  const named = ({ userIds, movieIds }: ReturnType<typeof table>, rows: Int32Array) =>
    new Set(Array.from(rows, (row) => `${userIds[row]} ${movieIds[row]}`));

  it("puts every rating on one side, about the share", () => {
    const { train, validation } = splitByIdentity(table(pairs), 0.1, 0);
    expect(sorted(Int32Array.of(...train, ...validation))).toEqual(pairs.map((_, row) => row));
    // 2,000 by chance, with a deviation of 42.
    expect(validation.length).toBeGreaterThan(1_830);
    expect(validation.length).toBeLessThan(2_170);
  });

  it("holds out the same ratings whatever others come, go or move", () => {
    const before = table(pairs);
    const heldOut = named(before, splitByIdentity(before, 0.1, 7).validation);
    const after = table([[9_999, 3], ...pairs.filter((_, k) => k % 3 !== 0).reverse(), [2_000_000_001, 5]]);
    for (const row of splitByIdentity(after, 0.1, 7).train) {
      expect(heldOut.has(`${after.userIds[row]} ${after.movieIds[row]}`)).toBe(false);
    }
  });

  it("spreads what is held out over users and over movies, and differs by seed", () => {
    const of = (seed: number) => named(table(pairs), splitByIdentity(table(pairs), 0.2, seed).validation);
    const [a, b] = [of(0), of(1)];
    const shared = [...a].filter((name) => b.has(name)).length;
    // 800 by chance (4% of 20,000), with a deviation of 28.
    expect(shared).toBeGreaterThan(690);
    expect(shared).toBeLessThan(910);
    for (const place of [0, 1]) {
      const counts = new Map<string, number>();
      for (const name of a) counts.set(name.split(" ")[place], (counts.get(name.split(" ")[place]) ?? 0) + 1);
      // 8 of each user's 40 (deviation 2.5); 100 of each movie's 500 (deviation 9).
      const [low, high] = place === 0 ? [0, 22] : [60, 140];
      for (const count of counts.values()) expect(count).toBeGreaterThanOrEqual(low);
      for (const count of counts.values()) expect(count).toBeLessThanOrEqual(high);
    }
  });

  it("never changes: models that were trained years ago are judged by it", () => {
    // By MurmurHash3's finaliser written independently, in Python.
    const heldOut = (seed: number) =>
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((movie) => isHeldOut(seed, 42 as UserId, movie as MovieId, 0.3));
    expect(heldOut(0)).toEqual([2, 5]);
    expect(heldOut(1)).toEqual([3, 8, 10]);
    expect(isHeldOut(0, 2_000_000_001 as UserId, 2_147_483_647 as MovieId, 1)).toBe(true);
    expect(isHeldOut(0, 1 as UserId, 1 as MovieId, 0)).toBe(false);
  });
});
