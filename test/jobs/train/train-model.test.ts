/** Trainings run as jobs, without the command line: what they report, what is saved, and what serves then. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { evaluateModel } from "../../../src/jobs/evaluate/evaluate-model.js";
import { importMovieLens } from "../../../src/jobs/import/import-movielens.js";
import type { StageProgress } from "../../../src/jobs/progress.js";
import { type TrainModelOptions, trainModel } from "../../../src/jobs/train/train-model.js";
import { baselineDefaults } from "../../../src/ml/baseline/baseline-train.js";
import { bayesDefaults } from "../../../src/ml/bayes/bayes-train.js";
import { rankerDefaults } from "../../../src/ml/ranker/ranker-train.js";
import { mfDefaults } from "../../../src/ml/training/mf-train.js";
import { mulberry32 } from "../../../src/random.js";
import { openServices, type Services } from "../../../src/services/services.js";
import { recordProgress } from "../record-progress.js";

let services: Services;

/** 40 users rate 30 movies, those of their own parity higher. */
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "marquee-train-"));
  const random = mulberry32(7);
  const ratings: string[] = [];
  for (let user = 1; user <= 40; user++) {
    for (let movie = 1; movie <= 30; movie++) {
      if (random() < 0.3) continue;
      const stars = (user % 2 === movie % 2 ? 4 : 2) + (random() < 0.5 ? 0 : 1);
      ratings.push(`${user},${movie},${stars},${1_000_000_000 + ratings.length}`);
    }
  }
  const movies = Array.from(
    { length: 30 },
    (_, i) => `${i + 1},Film ${i + 1} (${1970 + i}),${i % 2 ? "Drama" : "Comedy"}`,
  );
  await writeFile(join(folder, "movies.csv"), `movieId,title,genres\n${movies.join("\n")}\n`);
  await writeFile(join(folder, "ratings.csv"), `userId,movieId,rating,timestamp\n${ratings.join("\n")}\n`);
  services = openServices(join(folder, "data"));
  await importMovieLens(services, { from: folder });
  return async () => {
    await services.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
});

const mf: TrainModelOptions = {
  model: { kind: "mf", mf: { ...mfDefaults, factors: 4, iterations: 5, regularization: 1 } },
  ranker: { ...rankerDefaults, ials: { ...rankerDefaults.ials, factors: 4, iterations: 3 } },
};

/** A signal that aborts at the first update that matches. */
function abortAt(matches: (progress: StageProgress) => boolean) {
  const controller = new AbortController();
  const progress = recordProgress((update) => {
    if (matches(update)) controller.abort();
  });
  return { signal: controller.signal, progress };
}

const publishedState = async () => (await services.store.progress.latest())?.state;

describe("a training", () => {
  test("fits, ranks, measures and saves a model, which serves then and measures the same", async () => {
    const progress = recordProgress();
    let stagesBefore: string[] = [];
    const onTrained = () => {
      stagesBefore = progress.stages();
    };
    const report = await trainModel(services, { ...mf, name: "first", onTrained }, progress);
    expect(report).toMatchObject({ kind: "mf", model: "first", stopped: "finished", serves: true, samples: 1 });
    expect(progress.stages()).toEqual(["fit", "ranker", "measure", "prepare"]);
    expect(stagesBefore).toEqual(["fit", "ranker"]);
    progress.check();
    expect(progress.notes).toEqual([
      expect.stringMatching(/^training first on \S+: \d+ ratings, \d+ held out, 4 factors$/),
    ]);
    expect((await services.serving()).activeModel).toBe("first");
    expect(await readdir(report.folder)).toEqual(expect.arrayContaining(["manifest.json", ...report.reportFiles]));
    expect(report.reportFiles).toEqual(["losses.csv", "losses.png", "confusion.png", "ratings.png"]);
    expect(await publishedState()).toBe("DONE");
    const served = await services.models.get();
    const [user] = await services.store.users.all();
    const movies = await services.store.movies.all();
    const { stars } = await served.predict({
      users: [{ ...user, ratings: { movieIds: new Int32Array(0), stars: new Float32Array(0) } }],
      movies,
      userIndices: new Int32Array(movies.length),
      movieIndices: Int32Array.from(movies, (_, index) => index),
    });
    expect(stars).toHaveLength(30);
    const { evaluation, comparison } = await evaluateModel(services, {});
    expect(evaluation.rmse).toBeCloseTo(report.metrics?.rmse ?? Number.NaN, 6);
    const losses = await services.modelList.losses("first");
    expect([losses?.unit, losses?.points.length]).toEqual(["iteration", 5]);
    for (const [before, { trainRmse }] of losses?.points.slice(1).entries() ?? []) {
      expect(trainRmse).toBeLessThan(losses?.points[before].trainRmse ?? 0);
    }
    for (const { rmse } of comparison?.models.slice(0, 3) ?? []) expect(evaluation.rmse).toBeLessThan(rmse);
    expect(comparison?.models.map(({ name }) => name)).toEqual([
      "mean of all ratings",
      "movie's mean",
      "movie's mean and user's bias",
      "first",
    ]);
  });

  test("of matrix factorization that is interrupted keeps nothing, and the previous model serves", async () => {
    const { signal, progress } = abortAt(({ stage }) => stage === "fit");
    await expect(trainModel(services, { ...mf, name: "second", signal }, progress)).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect(progress.stages()).toEqual(["fit"]);
    expect(await publishedState()).toBe("STOPPED");
    expect(await readdir(services.folders.models.own)).toEqual(["first"]);
    expect((await services.models.get()).manifest.name).toBe("first");
  });

  test("of chains that is interrupted keeps its samples as a partial model, and the previous one serves", async () => {
    const bayes = { ...bayesDefaults, factors: 4, chains: 1, burnIn: 2, sweeps: 5000, samples: 4000 };
    const { signal, progress } = abortAt(({ stage, done }) => stage === "sample" && done > 20);
    const report = await trainModel(services, { model: { kind: "bayes", bayes }, ranker: null, signal }, progress);
    expect(report).toMatchObject({ kind: "bayes", model: "bayes", stopped: "interrupted", serves: false });
    expect(await services.modelList.losses("bayes")).toMatchObject({
      unit: "sweep",
      points: expect.arrayContaining([{ step: 20, trainRmse: null, validationRmse: expect.any(Number) }]),
    });
    expect(await publishedState()).toBe("STOPPED");
    expect((await services.models.get("bayes")).manifest.training?.stopped).toBe("interrupted");
    expect((await services.models.get()).manifest.name).toBe("first");
  });

  test("of the baseline network that is interrupted keeps the best epoch so far, and the previous model serves", async () => {
    const baseline = { ...baselineDefaults, epochs: 100, batchSize: 100 };
    const { signal, progress } = abortAt(({ detail }) => detail?.includes("epoch 2") ?? false);
    const report = await trainModel(services, { model: { kind: "baseline", baseline }, signal }, progress);
    expect(report).toMatchObject({ epochs: 1, maxEpochs: 100, bestEpoch: 1, stopped: "interrupted", serves: false });
    expect(progress.stages()).toEqual(["train", "measure"]);
    expect(progress.notes[1]).toMatch(/^epoch 1 of at most 100: training RMSE [\d.]+, validation RMSE [\d.]+ stars, /);
    expect(await readFile(join(report.folder, "losses.csv"), "utf8")).toMatch(/^epoch,.*\n1,.*\n$/);
    expect((await services.models.get()).manifest.name).toBe("first");
  });
});
