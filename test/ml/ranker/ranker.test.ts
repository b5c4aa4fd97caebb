import { describe, expect, it } from "vitest";
import { topK } from "../../../src/ml/linalg/top-k.js";
import type { RankerManifest } from "../../../src/ml/model/manifest.js";
import { createRanking, type Ranker, standardisedPopularity } from "../../../src/ml/ranker/ranker.js";
import {
  calibratePopularityBias,
  chooseWeights,
  popularityPercentiles,
  type RankingCase,
  rankerDefaults,
  rankerSteps,
  trainRanker,
} from "../../../src/ml/ranker/ranker-train.js";
import { mulberry32 } from "../../../src/random.js";
import { product, randomFloats, randomRows, solveDirectly } from "../factor-fixtures.js";

const items = 12;
const factors = 4;

function createRanker(manifest: Partial<RankerManifest> = {}): Ranker {
  return {
    itemFactors: randomFloats(items * factors, 1, 0.5),
    ease: randomFloats(items * items, 2, 0.1),
    likes: Float32Array.from({ length: items }, (_, i) => (i === 3 ? 0 : (i + 1) ** 2)),
    manifest: {
      positiveFrom: 4,
      ials: { factors, unobserved: 0.2, regularization: 0.05 },
      ease: { regularization: 100 },
      weights: { ials: 0.6, ease: 0.4, stars: 0.05 },
      dial: { niche: 0.2, mainstream: 0.5, percentiles: [] },
      ...manifest,
    },
  };
}

const stars = Float32Array.from({ length: items }, (_, i) => 1 + (i % 5));

describe("ranking", () => {
  it("weighs a user's folded-in factors, item-to-item weights and predicted stars", () => {
    const ranker = createRanker();
    const liked = Int32Array.of(2, 7, 8);
    const out = new Float32Array(items);
    createRanking(ranker).scores(liked, stars, 0, out);
    const y = Array.from({ length: items }, (_, i) => [...ranker.itemFactors.subarray(4 * i, 4 * i + 4)]);
    const lambda = 0.05 * (3 + 0.2 * items);
    const A = [0, 1, 2, 3].map((k) =>
      [0, 1, 2, 3].map((l) =>
        y.reduce((sum, row, i) => sum + (liked.includes(i) ? 1.2 : 0.2) * row[k] * row[l], k === l ? lambda : 0),
      ),
    );
    const x = solveDirectly(
      A,
      [0, 1, 2, 3].map((k) => liked.reduce((sum, i) => sum + y[i][k], 0)),
    );
    for (let i = 0; i < items; i++) {
      const ease = liked.reduce((sum, j) => sum + (ranker.ease as Float32Array)[j * items + i], 0);
      expect(out[i]).toBeCloseTo(0.6 * product(x, y[i]) + 0.4 * ease + 0.05 * (stars[i] - 3.5), 4);
    }
  });

  it("puts what most people like first where nothing is known of a user's taste", () => {
    const out = new Float32Array(items);
    createRanking(createRanker()).scores(new Int32Array(0), new Float32Array(items).fill(3.5), 0, out);
    expect([...topK(out, new Uint8Array(items), 3)]).toEqual([11, 10, 9]);
  });

  it("moves by popularity with the popularity bias", () => {
    const ranking = createRanking(createRanker());
    const [neutral, niche, mainstream] = [0, -1, 0.5].map((popularityBias) => {
      const out = new Float32Array(items);
      ranking.scores(Int32Array.of(1), stars, popularityBias, out);
      return out;
    });
    for (let i = 0; i < items; i++) {
      expect(niche[i] - neutral[i]).toBeCloseTo(-0.2 * ranking.popularity[i], 4);
      expect(mainstream[i] - neutral[i]).toBeCloseTo(0.25 * ranking.popularity[i], 4);
    }
  });

  it("measures popularity by the logarithm of likes, with mean 0 and deviation 1 over what is liked", () => {
    const popularity = standardisedPopularity(Float32Array.of(0, 1, 3, 7));
    const liked = [...popularity.subarray(1)];
    expect(liked.reduce((a, b) => a + b) / 3).toBeCloseTo(0, 5);
    expect(liked.reduce((a, b) => a + b * b, 0) / 3).toBeCloseTo(1, 5);
    expect(liked[2] - liked[1]).toBeCloseTo(liked[1] - liked[0], 5);
    expect(popularity[0]).toBeLessThan(popularity[1]);
  });

  it("counts percentiles among liked items only", () => {
    expect([...popularityPercentiles(Float32Array.of(0, 5, 1, 5, 9))].map((p) => Number(p.toFixed(4)))).toEqual([
      0, 0.3333, 0, 0.3333, 1,
    ]);
  });
});

/** Users who like a run of neighbouring items, of which one is held out. */
function cases(ranker: Ranker): RankingCase[] {
  const random = mulberry32(3);
  return Array.from({ length: 40 }, () => {
    const first = Math.floor(random() * (ranker.likes.length - 4));
    const liked = Int32Array.of(first, first + 1, first + 3);
    const excluded = new Uint8Array(ranker.likes.length);
    for (const item of liked) excluded[item] = 1;
    return { liked, stars: new Float32Array(ranker.likes.length).fill(3.5), excluded, relevant: new Set([first + 2]) };
  });
}

describe("choosing weights", () => {
  it("takes those that find most of the held-out likes", () => {
    const ranker = createRanker();
    // Only the item-to-item weights know that neighbours go together; the factors are noise.
    ranker.ease = Float32Array.from({ length: items * items }, (_, k) =>
      Math.abs(Math.floor(k / items) - (k % items)) === 1 ? 1 : 0,
    );
    ranker.itemFactors = randomFloats(items * factors, 9, 3);
    expect(chooseWeights(createRanking(ranker), cases(ranker), true)).toEqual({ ials: 0, ease: 1, stars: 0 });
  });

  it("keeps the usual ones where nothing is held out, without EASE where there is none", () => {
    expect(chooseWeights(createRanking(createRanker()), [], true)).toEqual({ ials: 0.6, ease: 0.4, stars: 0.05 });
    expect(chooseWeights(createRanking(createRanker()), [], false)).toEqual({ ials: 1, ease: 0, stars: 0.05 });
  });
});

describe("training a ranker", () => {
  it("learns which items go together, and its popularity bias reaches its targets", async () => {
    const random = mulberry32(8);
    // Two groups of users who like either half of the items, popular ones more often.
    const n = 60;
    const rows = randomRows(400, n, 1, 1);
    const likes = {
      ...rows,
      ...filtered(rows, (u, i) => i < n / 2 === u % 2 > 0 && random() < 0.1 + 0.8 * ((i % 30) / 30)),
    };
    const steps: number[] = [];
    const options = {
      ...rankerDefaults,
      ials: { ...rankerDefaults.ials, factors: 8, iterations: 4 },
      easeRegularization: 20,
    };
    const ranker = await trainRanker(likes, options, (done) => steps.push(done));
    expect(steps.at(-1)).toBe(rankerSteps(options));
    const ranking = createRanking(ranker);
    const out = new Float32Array(n);
    ranking.scores(Int32Array.of(40, 50), new Float32Array(n).fill(3.5), 0, out);
    const best = [...topK(out, new Uint8Array(n), 10)];
    expect(best.every((item) => item >= n / 2)).toBe(true);
    const users = Array.from({ length: 50 }, (_, u): RankingCase => {
      const liked = likes.indices.slice(likes.indptr[u], likes.indptr[u + 1]);
      const excluded = new Uint8Array(n);
      for (const item of liked) excluded[item] = 1;
      return { liked, stars: new Float32Array(n).fill(3.5), excluded, relevant: new Set() };
    });
    const strengths = calibratePopularityBias(ranking, users, ranker.likes);
    const [niche, neutral, mainstream] = strengths.percentiles;
    // Already no more popular than the median item, so that nothing makes it more niche.
    expect(neutral).toBeLessThan(0.5);
    expect([strengths.niche, niche]).toEqual([0, neutral]);
    expect(mainstream).toBeGreaterThan(neutral + 0.1);
    // Newcomers get what is popular: there the popularity bias has a way to go.
    const newcomer = { ...users[0], liked: new Int32Array(0), excluded: new Uint8Array(n) };
    const ofNewcomer = calibratePopularityBias(ranking, [newcomer], ranker.likes);
    expect(ofNewcomer.percentiles[1]).toBeGreaterThan(0.8);
    expect(ofNewcomer.niche).toBeGreaterThan(0);
    expect(ofNewcomer.percentiles[0]).toBeLessThanOrEqual(0.5);
  });

  it("refuses a data set in which nobody likes anything", async () => {
    await expect(trainRanker(randomRows(3, 3, 0, 1), rankerDefaults)).rejects.toMatchObject({
      code: "DATA_EMPTY",
      message:
        "expected ratings of 4 stars or more to learn a ranking from, received none: " +
        "say --positive-from with a lower number of stars, or --ranker none",
    });
  });
});

function filtered(rows: ReturnType<typeof randomRows>, keep: (row: number, column: number) => boolean) {
  const indptr = new Int32Array(rows.rows + 1);
  const indices: number[] = [];
  for (let r = 0; r < rows.rows; r++) {
    for (let at = rows.indptr[r]; at < rows.indptr[r + 1]; at++) {
      if (keep(r, rows.indices[at])) indices.push(rows.indices[at]);
    }
    indptr[r + 1] = indices.length;
  }
  return { indptr, indices: Int32Array.from(indices), data: new Float32Array(indices.length).fill(1) };
}
