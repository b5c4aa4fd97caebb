import { expect, it } from "vitest";
import { checkTrainingFits, trainingBytes } from "../../../src/ml/training/memory.js";

const size = { ratings: 1e6, users: 6000, items: 4000, factors: 64, chains: 2, samples: 40, ease: true };

it("grows with ratings, chains, factors, samples and the item-to-item matrix", () => {
  const base = trainingBytes(size);
  for (const more of [{ ratings: 2e6 }, { chains: 3 }, { factors: 96 }, { samples: 80 }, { items: 5000 }]) {
    expect(trainingBytes({ ...size, ...more })).toBeGreaterThan(base);
  }
  expect(trainingBytes({ ...size, ease: false })).toBe(base - 12 * 4000 ** 2);
});

it("refuses what does not fit before anything is trained, and says what would help", () => {
  expect(() => checkTrainingFits(size, 8e9)).not.toThrow();
  expect(() => checkTrainingFits({ ...size, ratings: 100e6 }, 8e9)).toThrow(
    /^expected 1\d\.\d GB of free memory for 100000000 ratings, received 8\.0 GB: train with fewer --samples, --chains or --factors, or --ranker ials$/,
  );
});
