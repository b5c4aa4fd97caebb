import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { embeddedGenres } from "../../../src/datasets/embedded/films.js";
import {
  type EmbeddedDataset,
  embeddedDatasetNote,
  generateEmbeddedDataset,
} from "../../../src/datasets/embedded/generate-ratings.js";
import { ageGroups, occupations } from "../../../src/datasets/movielens/demographics.js";
import { gaussians, mulberry32, pickWeighted, shuffle } from "../../../src/random.js";

const dataset = generateEmbeddedDataset();
const { movies, users, ratings } = dataset;
const count = ratings.rating.length;

describe("the embedded data set", () => {
  it("is the same on every call", () => {
    expect(digest(generateEmbeddedDataset())).toBe(digest(dataset));
  });

  it("says that its users and ratings are synthetic", () => {
    expect(embeddedDatasetNote).toBe(
      "This is Marquee's built-in demo data: the films are real, but every user and every rating is synthetic.",
    );
  });

  it("has 300 movies and 600 users, numbered from 1 without gaps", () => {
    expect(movies.map((movie) => movie.movieId)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    expect(users.map((user) => user.userId)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
  });

  it("has users of every gender, age group and occupation, with zip codes of nowhere", () => {
    expect(new Set(users.map((user) => user.gender))).toEqual(new Set(["F", "M"]));
    expect(new Set(users.map((user) => user.ageGroup))).toEqual(new Set(ageGroups));
    expect(new Set(users.map((user) => user.occupation))).toEqual(new Set(occupations));
    expect(users.filter((user) => !/^000\d\d$/.test(user.zipCode))).toEqual([]);
  });

  it("makes pupils of the two youngest age groups only, and nobody under 50 retired", () => {
    const ages = (label: string) => users.filter((user) => user.occupation === label).map((user) => user.ageGroup);
    expect(Math.max(...ages("K-12 student"))).toBeLessThanOrEqual(18);
    expect(Math.min(...ages("retired"))).toBeGreaterThanOrEqual(50);
  });
});

describe("the embedded ratings", () => {
  it("are 30,000 to 60,000 in parallel arrays", () => {
    expect(count).toBeGreaterThanOrEqual(30_000);
    expect(count).toBeLessThanOrEqual(60_000);
    for (const array of Object.values(ratings)) expect(array).toHaveLength(count);
  });

  it("name known users and movies, and no pair twice", () => {
    expect(new Set(ratings.userId)).toEqual(new Set(users.map((user) => user.userId)));
    expect(new Set(ratings.movieId)).toEqual(new Set(movies.map((movie) => movie.movieId)));
    expect(new Set(ratings.userId.map((userId, index) => userId * 1000 + ratings.movieId[index])).size).toBe(count);
  });

  it("are at least 20 a user, a few users rating far more than most", () => {
    const perUser = countsOf(ratings.userId).toSorted((a, b) => a - b);
    expect(perUser[0]).toBeGreaterThanOrEqual(20);
    expect(perUser.at(-1)! / perUser[300]).toBeGreaterThan(3);
  });

  it("favour the films that everyone has seen", () => {
    const perMovie = countsOf(ratings.movieId).toSorted((a, b) => b - a);
    const top = perMovie.slice(0, 75).reduce((sum, n) => sum + n, 0);
    expect(top / count).toBeGreaterThan(0.45);
  });

  it("are in the order of time, from 2021 on, no two of one user in the same second", () => {
    expect(ratings.ratedAt).toEqual(ratings.ratedAt.toSorted());
    expect(ratings.ratedAt[0]).toBeGreaterThanOrEqual(Date.UTC(2021, 0, 1) / 1000);
    expect(ratings.ratedAt[count - 1]).toBeLessThan(Date.UTC(2025, 0, 1) / 1000);
    const moments = Array.from(ratings.ratedAt, (time, index) => `${ratings.userId[index]} ${time}`);
    expect(new Set(moments).size).toBe(count);
  });

  it("are whole stars in MovieLens 1M's shares", () => {
    const shares = countsOf(ratings.rating).map((n) => n / count);
    expect(shares).toHaveLength(5);
    [0.056, 0.108, 0.261, 0.349, 0.226].forEach((share, index) => {
      expect(shares[index]).toBeCloseTo(share, 2);
    });
  });

  it("show user 42 with at least 30 ratings and three of five stars", () => {
    const stars = ratings.rating.filter((_, index) => ratings.userId[index] === 42);
    expect(stars.length).toBeGreaterThanOrEqual(30);
    expect(stars.filter((star) => star === 5).length).toBeGreaterThanOrEqual(3);
  });

  it("are predicted better by biases than by the mean, and better still with the user's genres", () => {
    const rmse = holdOutRmse();
    // measured: 1.117, 0.947, 0.933
    expect(rmse.mean).toBeGreaterThan(1.08);
    expect(rmse.bias).toBeGreaterThan(0.9);
    expect(rmse.bias).toBeLessThan(0.97);
    expect(rmse.genres).toBeLessThan(rmse.bias - 0.005);
  });
});

describe("the seeded draws", () => {
  it("give mulberry32's well-known numbers for seed 1", () => {
    const random = mulberry32(1);
    expect([random(), random(), random()].map((u) => u.toFixed(6))).toEqual(["0.627074", "0.002736", "0.527447"]);
  });

  it("give gaussians of the wanted mean and deviation", () => {
    const sample = gaussians(mulberry32(1), 20_000, 2);
    const mean = sample.reduce((sum, x) => sum + x, 0) / sample.length;
    const variance = sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / sample.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
  });

  it("never pick a weight of zero, and refuse weights without a sum", () => {
    const random = mulberry32(1);
    const picks = Array.from({ length: 1000 }, () => pickWeighted(random, [0, 1, 0, 3, 0]));
    expect(new Set(picks)).toEqual(new Set([1, 3]));
    expect(picks.filter((pick) => pick === 3).length / 1000).toBeCloseTo(0.75, 1);
    expect(() => pickWeighted(random, [0, 0])).toThrow(
      new RangeError("expected weights with a sum above 0, received a sum of 0"),
    );
  });

  it("shuffle without losing or repeating anything", () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    shuffle(mulberry32(1), items);
    expect(items).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(items.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

function digest(data: EmbeddedDataset): string {
  const hash = createHash("sha256").update(JSON.stringify([data.movies, data.users]));
  for (const array of Object.values(data.ratings)) hash.update(array);
  return hash.digest("hex");
}

/** How often each value from 1 on occurs. */
function countsOf(values: ArrayLike<number>): number[] {
  const counts: number[] = [];
  for (let index = 0; index < values.length; index++) counts[values[index] - 1] = (counts[values[index] - 1] ?? 0) + 1;
  return Array.from(counts, (n) => n ?? 0);
}

/** Mean of `residual(index)` per `key(index)`, shrunk towards 0 by `shrinkage` ratings of 0. */
function shrunkMeans(
  indices: readonly number[],
  keys: (index: number) => readonly number[],
  residual: (index: number) => number,
  shrinkage: number,
): (key: number) => number {
  const sums = new Map<number, { sum: number; n: number }>();
  for (const index of indices) {
    for (const key of keys(index)) {
      const { sum, n } = sums.get(key) ?? { sum: 0, n: 0 };
      sums.set(key, { sum: sum + residual(index), n: n + 1 });
    }
  }
  return (key) => {
    const { sum, n } = sums.get(key) ?? { sum: 0, n: 0 };
    return sum / (n + shrinkage);
  };
}

/** RMSE on a seeded 10% of the ratings of three predictors fitted to the rest. */
function holdOutRmse(): Record<"mean" | "bias" | "genres", number> {
  const random = mulberry32(7);
  const train: number[] = [];
  const test: number[] = [];
  for (let index = 0; index < count; index++) (random() < 0.1 ? test : train).push(index);

  const { userId, movieId, rating } = ratings;
  const mean = train.reduce((sum, index) => sum + rating[index], 0) / train.length;
  let ofUser: (key: number) => number = () => 0;
  let ofMovie: (key: number) => number = () => 0;
  for (let round = 0; round < 5; round++) {
    const user = ofUser;
    ofMovie = shrunkMeans(
      train,
      (index) => [movieId[index]],
      (index) => rating[index] - mean - user(userId[index]),
      3,
    );
    const movie = ofMovie;
    ofUser = shrunkMeans(
      train,
      (index) => [userId[index]],
      (index) => rating[index] - mean - movie(movieId[index]),
      5,
    );
  }
  const bias = (index: number) => mean + ofUser(userId[index]) + ofMovie(movieId[index]);

  const userGenres = (index: number) =>
    movies[movieId[index] - 1].genres.map((genre) => userId[index] * 100 + embeddedGenres.indexOf(genre));
  const ofGenre = shrunkMeans(train, userGenres, (index) => rating[index] - bias(index), 10);
  const genres = (index: number) => {
    const keys = userGenres(index);
    return bias(index) + keys.reduce((sum, key) => sum + ofGenre(key), 0) / Math.sqrt(keys.length);
  };

  const rmse = (predict: (index: number) => number) =>
    Math.sqrt(test.reduce((sum, index) => sum + (rating[index] - predict(index)) ** 2, 0) / test.length);
  return { mean: rmse(() => mean), bias: rmse(bias), genres: rmse(genres) };
}
