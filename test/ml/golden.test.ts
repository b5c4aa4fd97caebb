/** The original's trained network, served as this project serves it, on MovieLens 1M itself. */

import { readFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { occupations } from "../../src/datasets/movielens/demographics.js";
import { detectDataset } from "../../src/datasets/movielens/detect.js";
import { readMovies, readRatings, readUsers } from "../../src/datasets/movielens/read.js";
import { openSource } from "../../src/datasets/movielens/source.js";
import { evaluate } from "../../src/jobs/evaluate/evaluation.js";
import { type ImportedBaseline, importBaseline, ratedIds } from "../../src/ml/baseline/baseline-import.js";
import { buildBaselineModel } from "../../src/ml/baseline/baseline-model.js";
import { createBaselinePredictor } from "../../src/ml/baseline/baseline-predictor.js";
import type { TrainingSet } from "../../src/ml/data/training-set.js";
import { getBasis, type Predictor } from "../../src/ml/model/predictor.js";
import { describeWithShared, sharedFile } from "../support/shared.js";
import { meanVector, referenceForward, vectorAt } from "./fixtures.js";

const archive = "data/ml-1m.zip";
const weightsFile = "reference/baseline-model/movie_model_f32.safetensors";
const goldenFile = "reference/baseline-model/golden-predictions.json";

async function readMovieLens1m(): Promise<TrainingSet> {
  const source = await openSource(sharedFile(archive));
  try {
    const dataset = await detectDataset(source);
    const strict = { skipBad: false };
    const movies: TrainingSet["movies"][number][] = [];
    for await (const rows of readMovies(source, dataset, strict)) {
      for (const { movieId, genres } of rows) movies.push({ id: movieId, genres: genres.join("|") });
    }
    const users: TrainingSet["users"][number][] = [];
    for await (const rows of readUsers(source, dataset, strict)) {
      for (const { userId, gender, ageGroup, occupation } of rows)
        users.push({ id: userId, gender, ageGroup, occupation });
    }
    const userIds: number[] = [];
    const movieIds: number[] = [];
    const stars: number[] = [];
    for await (const rows of readRatings(source, dataset, strict)) {
      for (const { userId, movieId, rating } of rows) {
        userIds.push(userId);
        movieIds.push(movieId);
        stars.push(rating);
      }
    }
    const ratings = {
      userIds: Int32Array.from(userIds),
      movieIds: Int32Array.from(movieIds),
      stars: Float32Array.from(stars),
    };
    return { users, movies, ratings };
  } finally {
    await source.close();
  }
}

describeWithShared("the original's network on MovieLens 1M", [archive, weightsFile, goldenFile], () => {
  let data: TrainingSet;
  let imported: ImportedBaseline;
  let predictor: Predictor;
  let rated: ReturnType<typeof ratedIds>;

  beforeAll(async () => {
    data = await readMovieLens1m();
    rated = ratedIds(data.ratings);
    imported = importBaseline(await readFile(sharedFile(weightsFile)), weightsFile, data, occupations);
    const { manifest, files } = buildBaselineModel({
      name: "original",
      origin: "imported",
      datasetName: "ml-1m",
      data,
      weights: imported.weights,
      idLists: imported.idLists,
      ratedUsers: rated.users,
      ratedMovies: rated.movies,
    });
    predictor = await createBaselinePredictor(manifest, files.get("model.onnx") as Uint8Array);
  });

  const predictAll = (userIndex: number) =>
    predictor.predict({
      users: data.users,
      movies: data.movies,
      userIndices: new Int32Array(data.movies.length).fill(userIndex),
      movieIndices: Int32Array.from(data.movies, (_, place) => place),
    });

  it("predicts what the original did for users 1, 42 and 3355 and every movie with ratings, within 1e-4 stars", async () => {
    const golden = JSON.parse(await readFile(sharedFile(goldenFile), "utf8")) as Record<string, Record<string, number>>;
    expect(Object.keys(golden)).toEqual(["1", "42", "3355"]);
    let compared = 0;
    let largest = 0;
    for (const [userId, expected] of Object.entries(golden)) {
      const userIndex = data.users.findIndex((user) => user.id === Number(userId));
      const predictions = await predictAll(userIndex);
      data.movies.forEach((movie, place) => {
        if (!rated.movies.has(movie.id)) return;
        expect(getBasis(predictions, place)).toBe("MODEL");
        const difference = Math.abs(predictions.stars[place] - expected[movie.id]);
        expect(difference, `user ${userId}, movie ${movie.id}`).toBeLessThan(1e-4);
        largest = Math.max(largest, difference);
        compared++;
      });
    }
    console.log(`golden predictions: largest difference ${largest} stars over ${compared}`);
    expect(compared).toBe(3 * 3706);
  });

  it("predicts the 177 movies nobody rated from the mean of the rated movies' rows and their genre's row", async () => {
    const { tables, dense } = imported.weights;
    const ratedRows = [...data.movies.keys()].filter((row) => rated.movies.has(data.movies[row].id));
    const meanMovie = meanVector(tables.movie, ratedRows);
    const genreRows = [...new Set(data.movies.map((movie) => movie.genres))];
    // User 1 by users.dat: F, under 18 (row 0), K-12 student (code 10).
    expect(data.users[0]).toEqual({ id: 1, gender: "F", ageGroup: 1, occupation: occupations[10] });
    const own = [
      vectorAt(tables.user, 1),
      vectorAt(tables.gender, 1),
      vectorAt(tables.age, 0),
      vectorAt(tables.occupation, 10),
    ];
    const predictions = await predictAll(0);
    let fallbacks = 0;
    data.movies.forEach((movie, place) => {
      if (getBasis(predictions, place) === "MODEL") return;
      fallbacks++;
      expect(rated.movies.has(movie.id)).toBe(false);
      const genre = vectorAt(tables.genre, genreRows.indexOf(movie.genres));
      const expected = 5 * referenceForward(dense, [...own, meanMovie, genre]);
      expect(predictions.stars[place], `movie ${movie.id}`).toBeCloseTo(expected, 4);
    });
    expect(fallbacks).toBe(177);
  });

  it("is 0.914 stars off over all ratings (root mean square), as the original with right ids", async () => {
    const rows = Int32Array.from(data.ratings.stars, (_, row) => row);
    const { rmse, count } = await evaluate(predictor, data, rows, "all ratings");
    console.log(`RMSE over all ratings: ${rmse}`);
    expect(count).toBe(1_000_209);
    expect(Math.abs(rmse - 0.914)).toBeLessThan(0.0005);
  });
});
