import { describe, expect, it } from "vitest";
import {
  averagePrecisionAtK,
  gini,
  hitAtK,
  ndcgAtK,
  novelty,
  recallAtK,
} from "../../../src/ml/evaluation/ranking-metrics.js";

// Relevant are 2, 9 and 7; of the list, ranks 2 and 4 hit.
const ranked = [5, 2, 8, 9, 1];
const relevant = new Set([2, 9, 7]);

describe("ranking metrics, worked by hand", () => {
  it("hit: whether any of the first k is relevant", () => {
    expect([1, 2, 5].map((k) => hitAtK(ranked, relevant, k))).toEqual([0, 1, 1]);
  });

  it("recall: hits divided by min(k, relevant)", () => {
    expect(recallAtK(ranked, relevant, 2)).toBeCloseTo(1 / 2, 10);
    expect(recallAtK(ranked, relevant, 5)).toBeCloseTo(2 / 3, 10);
  });

  it("NDCG: gains by log2 of the rank, divided by those of the ideal list", () => {
    const gain = 1 / Math.log2(3) + 1 / Math.log2(5);
    const ideal = 1 + 1 / Math.log2(3) + 1 / Math.log2(4);
    expect(ndcgAtK(ranked, relevant, 5)).toBeCloseTo(gain / ideal, 10);
    expect(ndcgAtK(ranked, relevant, 2)).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3)), 10);
    expect(ndcgAtK([2, 9, 7], relevant, 10)).toBeCloseTo(1, 10);
  });

  it("average precision: precisions at the hits, divided by min(k, relevant)", () => {
    expect(averagePrecisionAtK(ranked, relevant, 5)).toBeCloseTo((1 / 2 + 2 / 4) / 3, 10);
    expect(averagePrecisionAtK(ranked, relevant, 2)).toBeCloseTo(1 / 2 / 2, 10);
  });

  it("counts what a short list lacks as misses", () => {
    expect(recallAtK([2], relevant, 3)).toBeCloseTo(1 / 3, 10);
    expect(averagePrecisionAtK([2], relevant, 3)).toBeCloseTo(1 / 3, 10);
    expect(ndcgAtK([], relevant, 3)).toBe(0);
    expect(hitAtK([], relevant, 3)).toBe(0);
  });

  it("leaves users with nothing relevant to the caller", () => {
    for (const metric of [hitAtK, recallAtK, ndcgAtK, averagePrecisionAtK]) {
      expect(() => metric(ranked, new Set(), 5)).toThrow("expected at least one relevant item");
    }
  });

  it("Gini: 0 for equal shares, (n − 1)/n where one has all", () => {
    expect(gini([3, 3, 3, 3])).toBeCloseTo(0, 10);
    expect(gini([0, 0, 0, 8])).toBeCloseTo(3 / 4, 10);
    // 2 · (1·1 + 2·3) / (2 · 4) − 3/2
    expect(gini([3, 1])).toBeCloseTo(0.25, 10);
    expect(gini([0, 0])).toBe(0);
  });

  it("novelty: mean surprise in bits; what nobody rated counts as rated by one", () => {
    expect(novelty([0, 1, 2], [4, 2, 0], 8)).toBeCloseTo((1 + 2 + 3) / 3, 10);
    expect(novelty([], [4], 8)).toBe(0);
  });
});
