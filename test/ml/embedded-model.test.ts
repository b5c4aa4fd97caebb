/** The model that ships with the project, against the embedded data set as this code generates it. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { generateEmbeddedDataset } from "../../src/datasets/embedded/generate-ratings.js";
import { evaluate, splitProtocol } from "../../src/jobs/evaluate/evaluation.js";
import { fingerprint } from "../../src/ml/baseline/baseline-data.js";
import { heldOutBy, splitByIdentity } from "../../src/ml/data/split.js";
import type { TrainingSet } from "../../src/ml/data/training-set.js";
import { loadModel } from "../../src/ml/load-model.js";
import { lossesFile, parseLossesCsv } from "../../src/ml/model/loss-curve.js";
import { readManifest, readModelFile } from "../../src/ml/model/model-store.js";
import { movie, user } from "./fixtures.js";

const getFolder = (name: string) => fileURLToPath(new URL(`../../models/${name}`, import.meta.url));

function embeddedData(): TrainingSet {
  const { users, movies, ratings } = generateEmbeddedDataset();
  return {
    users: users.map(({ userId, gender, ageGroup, occupation }) => user(userId, gender, ageGroup, occupation)),
    movies: movies.map(({ movieId, genres }) => movie(movieId, genres.join("|"))),
    ratings: { userIds: ratings.userId, movieIds: ratings.movieId, stars: ratings.rating },
  };
}

describe.each(["embedded-mf", "embedded-baseline"])("%s, which ships for the embedded data set", (name) => {
  const folder = getFolder(name);

  it("was trained on exactly the ratings that are generated here, and knows all its films and users", async () => {
    const data = embeddedData();
    const { manifest } = await loadModel(folder);
    expect(manifest.name).toBe(name);
    expect(manifest.dataset).toEqual({
      name: "embedded",
      ratings: data.ratings.stars.length,
      fingerprint: fingerprint(data.ratings),
    });
    expect(manifest.idMaps.movieIds).toEqual(data.movies.map(({ id }) => id));
    if (manifest.kind !== "baseline") return;
    expect(manifest.idMaps.userIds).toEqual(data.users.map(({ id }) => id));
    expect(new Set(manifest.idMaps.genres)).toEqual(new Set(data.movies.map(({ genres }) => genres)));
  });

  it("is as far off on its held-out ratings as its manifest says, and nearer than the mean of all ratings", async () => {
    const data = embeddedData();
    const predictor = await loadModel(folder);
    const { training, metrics } = predictor.manifest;
    const [share, seed] = [Number(training?.validationShare), Number(training?.seed)];
    const { validation } = splitByIdentity(data.ratings, share, seed);
    expect(training?.heldOutBy).toBe(heldOutBy);
    const result = await evaluate(predictor, data, validation, splitProtocol(share, seed));
    expect(metrics?.protocol).toBe(result.protocol);
    expect(metrics?.count).toBe(result.count);
    expect(Math.abs(result.rmse - metrics!.rmse)).toBeLessThan(1e-6);
    expect(Math.abs(result.mae - metrics!.mae)).toBeLessThan(1e-6);
    const { stars } = data.ratings;
    const mean = stars.reduce((sum, value) => sum + value, 0) / stars.length;
    const ofMean = Math.sqrt(validation.reduce((sum, row) => sum + (stars[row] - mean) ** 2, 0) / validation.length);
    console.log(`${name}: RMSE ${result.rmse}, of the mean ${ofMean}`);
    expect(result.rmse).toBeLessThan(0.95 * ofMean);
  });

  it("erred in training as little as it does now, but for rounding and for users folded in", async () => {
    const manifest = await readManifest(folder);
    const losses = parseLossesCsv((await readModelFile(folder, manifest, lossesFile)).toString("utf8"));
    const least = Math.min(...losses.points.map(({ validationRmse }) => validationRmse ?? Number.POSITIVE_INFINITY));
    expect(least).toBeCloseTo(manifest.metrics?.rmse ?? Number.NaN, 3);
  });
});
