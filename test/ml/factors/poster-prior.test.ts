/** What posters say of new movies: against a ridge regression solved plainly, and on posters that tell all. */
import { describe, expect, it } from "vitest";
import { createLabelLists, createLabelRows } from "../../../src/ml/data/labels.js";
import type { FactorSample } from "../../../src/ml/factors/factor-sample.js";
import { fitPosterPriors, toDirection } from "../../../src/ml/factors/poster-prior.js";
import type { MovieFeatures } from "../../../src/ml/model/predictor.js";
import { product, randomFloats, solveDirectly } from "../factor-fixtures.js";
import { movie } from "../fixtures.js";

const factors = 4;
const width = factors + 1;
const d = 6;
const genres = ["Drama", "Comedy", "Drama|Comedy"];

/** Movies, all but the last two of which have a poster; the third has too few ratings to learn from. */
function catalogue(count: number): { movies: MovieFeatures[]; itemCounts: Float32Array } {
  const movies = Array.from({ length: count }, (_, i) => ({
    ...movie(10 + i, genres[i % 3]),
    year: 1990 + (i % 10),
    poster:
      i < count - 2
        ? {
            encoder: { encoderId: "random@1", preprocessing: "none" },
            content: String(i),
            vector: randomFloats(d, 100 + i),
          }
        : undefined,
  }));
  return { movies, itemCounts: Float32Array.from(movies, (_, i) => (i === 2 ? 19 : 20)) };
}

function createSample(items: number, labels: number): FactorSample {
  return {
    factors,
    w0: 3,
    alpha: 1,
    items: randomFloats(items * width, 1),
    itemPrecisions: new Float32Array(items).fill(1),
    implicit: new Float32Array(0),
    userMean: new Float32Array(width),
    userLambda: new Float32Array(width),
    userLabels: new Float32Array(0),
    itemMean: randomFloats(width, 2),
    itemLambda: new Float32Array(width),
    itemLabels: randomFloats(labels * width, 3),
  };
}

describe("directions of embeddings", () => {
  it("are centred and of length 1; the centre itself has none", () => {
    expect([...toDirection(Float32Array.of(4, 6), Float32Array.of(1, 2))]).toEqual([
      expect.closeTo(0.6, 6),
      expect.closeTo(0.8, 6),
    ]);
    expect(toDirection(Float32Array.of(1, 2), Float32Array.of(1, 2))).toEqual(Float32Array.of(0, 0));
  });

  it("are refused for embeddings of another length", () => {
    expect(() => toDirection(new Float32Array(3), new Float32Array(4))).toThrow(
      "expected an embedding of 4 components, received 3",
    );
  });
});

describe("weights of posters", () => {
  it("are the ridge regression of what items have beyond their labels", () => {
    const { movies, itemCounts } = catalogue(70);
    const lists = createLabelLists([], movies);
    const sample = createSample(70, lists.genres.length + lists.years.bins);
    const mean = fitPosterPriors([sample], movies, itemCounts, lists) as Float32Array;
    const learned = movies.flatMap(({ poster }, i) => (poster && itemCounts[i] >= 20 ? [i] : []));
    expect(learned).toHaveLength(67);
    for (let c = 0; c < d; c++) {
      const own = learned.reduce((sum, i) => sum + (movies[i].poster?.vector[c] as number), 0) / 67;
      expect(mean[c]).toBeCloseTo(own, 5);
    }
    const X = learned.map((i) => [...toDirection(movies[i].poster?.vector as Float32Array, mean)]);
    const A = mean.reduce<number[][]>(
      (all, _, a) => all.concat([[...mean].map((__, b) => X.reduce((sum, x) => sum + x[a] * x[b], a === b ? 10 : 0))]),
      [],
    );
    const { getMovieLabels } = createLabelRows(lists);
    for (let k = 0; k < width; k++) {
      const y = learned.map((i) => {
        const { rows, weights } = getMovieLabels(movies[i]);
        const labels = rows.reduce((sum, row, l) => sum + weights[l] * sample.itemLabels[row * width + k], 0);
        return sample.items[i * width + k] - sample.itemMean[k] - labels;
      });
      const expected = solveDirectly(
        A,
        [...mean].map((_, c) =>
          product(
            X.map((x) => x[c]),
            y,
          ),
        ),
      );
      expected.forEach((value, c) => {
        expect(sample.posterWeights?.[c * width + k]).toBeCloseTo(value, 4);
      });
    }
  });

  it("are not learned from fewer than fifty posters", () => {
    const { movies, itemCounts } = catalogue(52);
    const lists = createLabelLists([], movies);
    const sample = createSample(52, lists.genres.length + lists.years.bins);
    expect(fitPosterPriors([sample], movies, itemCounts, lists)).toBeUndefined();
    expect(sample.posterWeights).toBeUndefined();
  });
});
