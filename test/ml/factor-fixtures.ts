/** Small data with a known structure for the factor models, and plain linear algebra to compare with. */

import { type SparseRows, sparseRows } from "../../src/ml/data/rating-matrix.js";
import type { TrainingSet } from "../../src/ml/data/training-set.js";
import { gaussian, mulberry32 } from "../../src/random.js";
import { movie, user } from "./fixtures.js";

/**
 * Stars that follow from two hidden dimensions, biases and a little noise, unrounded. Users and movies have numbers that
 * differ from their places; the last movie and the last user have no ratings.
 */
export function plantedData(users = 60, movies = 40, noise = 0.1, seed = 1): TrainingSet {
  const random = mulberry32(seed);
  const vectors = (n: number) =>
    Array.from({ length: n }, () => [gaussian(random), gaussian(random), gaussian(random)]);
  const a = vectors(users);
  const b = vectors(movies);
  const rows: [number, number, number][] = [];
  for (let u = 0; u < users - 1; u++) {
    for (let i = 0; i < movies - 1; i++) {
      if (random() < 0.4) continue;
      const stars =
        3 + 0.5 * (a[u][0] * b[i][0] + a[u][1] * b[i][1]) + 0.3 * (a[u][2] + b[i][2]) + noise * gaussian(random);
      rows.push([1000 - u, 2000 - 3 * i, Math.min(5, Math.max(1, stars))]);
    }
  }
  const genres = ["Drama", "Comedy", "Drama|Comedy", "Horror"];
  return {
    users: Array.from({ length: users }, (_, u) =>
      user(1000 - u, u % 2 ? "M" : "F", u % 3 === 0 ? 25 : 35, u % 5 === 0 ? null : "artist"),
    ),
    movies: Array.from({ length: movies }, (_, i) => ({
      ...movie(2000 - 3 * i, genres[i % 4]),
      year: i === 5 ? null : 1990 + (i % 12),
    })),
    ratings: {
      userIds: Int32Array.from(rows, ([id]) => id),
      movieIds: Int32Array.from(rows, ([, id]) => id),
      stars: Float32Array.from(rows, ([, , stars]) => stars),
    },
  };
}

/** Rows of a small random matrix with values, each entry there with a chance of `share`. */
export function randomRows(rows: number, columns: number, share: number, seed: number): SparseRows {
  const random = mulberry32(seed);
  const entries: [number, number, number][] = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) if (random() < share) entries.push([r, c, 1 + 4 * random()]);
  }
  return sparseRows(
    rows,
    columns,
    Int32Array.from(entries, ([r]) => r),
    Int32Array.from(entries, ([, c]) => c),
    Float32Array.from(entries, ([, , value]) => value),
  );
}

export function randomFloats(length: number, seed: number, deviation = 1): Float32Array {
  const random = mulberry32(seed);
  return Float32Array.from({ length }, () => deviation * gaussian(random));
}

/** x with A x = b, by Gauss and Jordan with pivots. */
export function solveDirectly(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const n = rows.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let r = column; r < n; r++) if (Math.abs(rows[r][column]) > Math.abs(rows[pivot][column])) pivot = r;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let r = 0; r < n; r++) {
      if (r === column) continue;
      const factor = rows[r][column] / rows[column][column];
      for (let c = column; c <= n; c++) rows[r][c] -= factor * rows[column][c];
    }
  }
  return rows.map((row, i) => row[n] / row[i]);
}

/** The inverse, column by column. */
export function invertDirectly(matrix: readonly (readonly number[])[]): number[][] {
  const columns = matrix.map((_, j) =>
    solveDirectly(
      matrix,
      matrix.map((__, i) => (i === j ? 1 : 0)),
    ),
  );
  return matrix.map((_, i) => matrix.map((__, j) => columns[j][i]));
}

export function product(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/**
 * Planted data whose ratings were given on 6 days of each user over 10 years: each day moves all of them by a normal
 * number of half a star's deviation, and opinions of each movie rise or fall by up to one star in a straight line.
 */
export function timedData(seed = 7): TrainingSet {
  const data = plantedData(120, 60, 0.1, seed);
  const random = mulberry32(seed + 1);
  const { userIds, movieIds, stars } = data.ratings;
  const years = 10;
  const day = 86_400;
  const moods = new Map<number, { time: number; shift: number }[]>();
  const trends = new Map<number, number>(data.movies.map(({ id }) => [id, 2 * random() - 1]));
  const ratedAt = new Float64Array(stars.length);
  const moved = stars.map((value, row) => {
    const own =
      moods.get(userIds[row]) ??
      Array.from({ length: 6 }, () => ({
        time: day * (1 + Math.floor(random() * 365 * years)),
        shift: 0.5 * gaussian(random),
      }));
    moods.set(userIds[row], own);
    const { time, shift } = own[Math.floor(random() * own.length)];
    ratedAt[row] = time + Math.floor(random() * 3600);
    const trend = (trends.get(movieIds[row]) as number) * (time / day / 365 / years - 0.5);
    return value + shift + trend;
  });
  return { ...data, ratings: { ...data.ratings, stars: moved, ratedAt } };
}
