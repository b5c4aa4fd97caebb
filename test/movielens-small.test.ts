/**
 * A real data set of another shape than MovieLens 1M: half stars, no demographics, times. MARQUEE_MOVIELENS_SMALL names
 * the folder of a MovieLens "latest small" data set; CI takes one from a Debian package (.ci/movielens-small.R).
 */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runJson, tempFolder } from "./cli/run.js";

const folder = process.env.MARQUEE_MOVIELENS_SMALL;
if (folder === undefined) console.log("skipped: MovieLens latest small, since MARQUEE_MOVIELENS_SMALL is not set");

const short = ["--factors", "16", "--sweeps", "150", "--samples", "20", "--burn-in", "40"];
interface ProtocolReport {
  mean: { rmse: number; chainRmse: number; biasRmse: number };
}

describe.skipIf(folder === undefined)("MovieLens latest small", () => {
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await tempFolder();
    const report = await runJson<{ users: number; ratings: number }>(["import", folder as string], { dataDir });
    expect(report).toMatchObject({ users: 671, ratings: 100_004 });
  });

  test("trains and serves without a change: recommendations on the half-star scale", async () => {
    const trained = await runJson<{ rmse: number }>(["train", ...short, "--ranker-factors", "16"], { dataDir });
    expect(trained.rmse).toBeLessThan(0.83);
    const manifest = JSON.parse(await readFile(join(dataDir, "models", "bayes", "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({ scale: { least: 0.5, most: 5 }, idMaps: { genders: [], occupations: [] } });
    expect(manifest.times.edges).toHaveLength(9);
    expect(manifest.times.dayPrecisions).toHaveLength(20);
    const { recommendations } = await runJson<{ recommendations: { score: number }[] }>(["recommend", "1"], {
      dataDir,
    });
    expect(recommendations.length).toBeGreaterThan(0);
    for (const { score } of recommendations) {
      expect(score).toBeGreaterThanOrEqual(0.5);
      expect(score).toBeLessThanOrEqual(5);
    }
  });

  test("is predicted better with its times than without", async () => {
    const untimed = await tempFolder();
    const source = join(untimed, "untimed");
    await mkdir(source);
    await copyFile(join(folder as string, "movies.csv"), join(source, "movies.csv"));
    const ratings = await readFile(join(folder as string, "ratings.csv"), "utf8");
    await writeFile(join(source, "ratings.csv"), ratings.replace(/,\d+$/gm, ",0"));
    await runJson(["import", source], { dataDir: untimed });
    const args = ["evaluate", "--protocol", "random-90-10", ...short];
    const without = await runJson<ProtocolReport>(args, { dataDir: untimed });
    const withTimes = await runJson<ProtocolReport>(args, { dataDir });
    console.log(`latest small, RMSE with times ${withTimes.mean.rmse}, without ${without.mean.rmse}`);
    expect(withTimes.mean.rmse).toBeLessThan(without.mean.rmse - 0.003);
    expect(without.mean.rmse).toBeLessThan(without.mean.biasRmse - 0.03);
  });

  test("has the latest ratings predicted from the earlier ones", async () => {
    const { mean } = await runJson<ProtocolReport>(["evaluate", "--protocol", "time-split", ...short], { dataDir });
    expect(mean.rmse).toBeLessThan(mean.biasRmse);
  });
});
