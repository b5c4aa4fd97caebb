/** Training, measuring and keeping factor models from the command line, on the embedded data set. */
import { cp, mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadTrainingSet } from "../../src/jobs/load-training-set.js";
import { openServices } from "../../src/services/services.js";
import { openDatabase } from "../../src/store/sqlite/database.js";
import { complaints, copyFolder, failure, run, runJson, start, tempFolder } from "./run.js";

interface Report {
  model: string;
  kind: string;
  stopped: string;
  sweeps: number[];
  samples: number;
  serves: boolean;
  rmse: number;
  count: number;
  protocol: string;
  ranker: { positiveFrom: number; ease: object | null } | null;
}

/** The embedded data set. Copied before it is changed. */
let data: string;
const short = ["--sweeps", "16", "--samples", "4", "--factors", "8", "--ranker-factors", "8"];

beforeAll(async () => {
  data = await tempFolder();
  await runJson(["setup"], { dataDir: data });
});

describe("marquee train", () => {
  test("trains bayes with a ranker unless told otherwise, measures it as it serves, and lets it serve", async () => {
    const dataDir = await copyFolder(data);
    const report = await runJson<Report>(["train", ...short], { dataDir });
    expect(report).toMatchObject({
      model: "bayes",
      kind: "bayes",
      stopped: "finished",
      sweeps: [16, 16],
      samples: 4,
      serves: true,
      protocol: "random 10% held out, seed 0",
    });
    expect(report.ranker).toMatchObject({ positiveFrom: 4, ease: {} });
    expect(report.rmse).toBeLessThan(0.98);
    const folder = await readdir(join(dataDir, "models", "bayes"));
    expect(folder).toEqual(expect.arrayContaining(["confusion.png", "ratings.png", "sample-003.safetensors"]));
    const evaluated = await runJson<Report>(["evaluate"], { dataDir });
    expect(evaluated.model).toBe("bayes");
    // Half precision costs less than a thousandth of a star.
    expect(Math.abs(evaluated.rmse - report.rmse)).toBeLessThan(5e-4);
  });

  test("trains mf without a ranker and with all ratings, where asked", async () => {
    const dataDir = await copyFolder(data);
    const args = ["train", "--model", "mf", "--ranker", "none", "--validation", "0", "--no-use"];
    const report = await runJson<Report>(args, { dataDir });
    expect(report).toMatchObject({ model: "mf", kind: "mf", serves: false, ranker: null });
    expect(report.rmse).toBeUndefined();
  });

  test("learns from posters, so that a movie that came later is predicted by its own", async () => {
    const dataDir = await copyFolder(data);
    await runJson(["posters", "embed"], { dataDir });
    await runJson(["train", ...short, "--ranker", "none"], { dataDir });
    const db = openDatabase(join(dataDir, "marquee.db"));
    const add = db.sqlite.prepare(
      "INSERT INTO movies (id, position, title, display_title, year, genres) VALUES (?, ?, ?, ?, ?, ?)",
    );
    for (const id of [900_001, 900_002]) add.run(id, id, "New (2001)", "New", 2001, "Drama");
    const poster = db.sqlite.prepare(
      "INSERT INTO posters SELECT ?, sha256, format, width, height, bytes, source, added_at FROM posters LIMIT 1",
    );
    poster.run(900_001);
    db.close();
    const { predictions } = await runJson<{ predictions: { score: number; basis: string }[] }>(
      ["predict", "42", "900001", "900002"],
      { dataDir },
    );
    const [shown, unseen] = predictions;
    expect([shown.basis, unseen.basis]).toEqual(["FALLBACK", "FALLBACK"]);
    expect(Math.abs(shown.score - unseen.score)).toBeGreaterThan(1e-4);
    const protocol = ["evaluate", "--protocol", "held-out-movies", ...short];
    const { mean } = await runJson<{ mean: Record<string, number> }>(protocol, { dataDir });
    expect(mean.rmseFromLabels).toBeLessThan(mean.rmseFromNothing);
    expect(mean.rmseFromBoth).not.toBe(mean.rmseFromLabels);
    expect(mean.rmseFromPoster).not.toBe(mean.rmseFromNothing);
  });

  test.each([
    [["--model", "mf", "--sweeps", "5"], 'expected --sweeps with --model bayes only, received it with --model "mf"'],
    [["--epochs", "5"], 'expected --epochs with --model baseline only, received it with --model "bayes"'],
    [["--factors", "6"], "expected a multiple of 4 for --factors of bayes, received 6"],
    [["--sweeps", "5", "--burn-in", "5"], "expected fewer --burn-in sweeps than --sweeps (5), received 5"],
    [["--chains", "3", "--samples", "2"], "expected at least as many --samples as --chains (3), received 2"],
    [
      ["--model", "baseline", "--validation", "0"],
      "expected --validation above 0 for --model baseline, which stops by it, received 0",
    ],
    [["--ranker", "magic"], 'expected ials+ease, ials or none for --ranker, received "magic"'],
  ])("says what is wrong with %j before it reads anything", async (args, message) => {
    expect(await failure(["train", ...args], { dataDir: await tempFolder() }, 2)).toBe(message);
  });

  test("keeps the previous model when it is interrupted before the burn-in is over", async () => {
    const dataDir = await copyFolder(data);
    const child = start(["train", "--sweeps", "100000", "--burn-in", "50000"], { dataDir });
    await child.waitFor(/sample \[/);
    child.kill("SIGINT");
    const result = await child.finished;
    expect(result.code).toBe(130);
    expect(complaints(result)).toEqual([
      "marquee: interrupted before the first sample was kept, after 50000 sweeps of burn-in: nothing was changed",
    ]);
    expect(await readdir(dataDir)).not.toContain("models");
    expect((await runJson<{ model: string }>(["predict", "42", "1"], { dataDir })).model).toBe("embedded-mf");
  });

  test("keeps what is sampled so far when it is interrupted later", async () => {
    const dataDir = await copyFolder(data);
    const args = ["train", ...short, "--sweeps", "100000", "--burn-in", "2", "--samples", "1000", "--json"];
    const child = start(args, { dataDir });
    await child.waitFor(/validation RMSE/);
    child.kill("SIGINT");
    const result = await child.finished;
    expect(result.code).toBe(130);
    const report = JSON.parse(result.stdout) as Report;
    expect(report).toMatchObject({ model: "bayes", stopped: "interrupted", serves: false });
    expect(report.samples).toBeGreaterThan(0);
    expect(complaints(result)).toEqual([
      `marquee: interrupted: bayes is partial (${report.samples} of 1000 samples) and does not serve: ` +
        "to let it serve, run marquee models use bayes; to train a whole one, run marquee train again",
    ]);
    expect((await runJson<{ model: string }>(["predict", "42", "1"], { dataDir })).model).toBe("embedded-mf");
    const models = await runJson<{ name: string; partial: boolean }[]>(["models", "list"], { dataDir });
    expect(models).toContainEqual(expect.objectContaining({ name: "bayes", partial: true }));
    expect(models).toContainEqual(expect.objectContaining({ name: "embedded-mf", partial: false }));
    await run(["models", "use", "bayes"], { dataDir });
    expect((await runJson<{ model: string }>(["predict", "42", "1"], { dataDir })).model).toBe("bayes");
  });

  test("stops matrix factorization when it is interrupted, keeps nothing of it and says so", async () => {
    const dataDir = await copyFolder(data);
    const child = start(["train", "--model", "mf", "--factors", "64", "--iterations", "1000"], { dataDir });
    await child.waitFor(/fit {4}\[/);
    child.kill("SIGINT");
    const result = await child.finished;
    expect(result).toMatchObject({ code: 130, stdout: "" });
    expect(result.stderr).toContain("Interrupted: stopping, nothing is kept");
    expect(complaints(result)).toEqual([
      "marquee: interrupted before the factorization was done: nothing was kept or changed",
    ]);
    expect(await readdir(dataDir)).not.toContain("models");
  });

  test.each([["bayes"], ["mf"]])("says before it trains %s that nothing can be ranked", async (model) => {
    const dataDir = await copyFolder(data);
    const lowered = openDatabase(join(dataDir, "marquee.db"));
    lowered.sqlite.exec("UPDATE ratings SET rating = 3 WHERE rating > 3");
    lowered.close();
    const result = await run(["train", "--model", model], { dataDir });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(complaints(result)).toEqual([
      "marquee: expected ratings of 4 stars or more to learn a ranking from, received none: " +
        "say --positive-from with a lower number of stars, or --ranker none",
    ]);
    // Neither sampled nor fitted.
    expect(result.stderr).not.toMatch(/(?:sample|fit) +\[/);
    const lower = await runJson<Report>(["train", "--model", "mf", "--positive-from", "3"], { dataDir });
    expect(lower.serves).toBe(true);
  });
});

describe("marquee evaluate, when ratings came, went and moved after the training", () => {
  interface Report {
    protocol: string;
    rmse: number;
    count: number;
    comparison: { count: number; models: { name: string; rmse: number }[] };
  }

  test("measures each model on what it really held out, and leaves out one whose held-out ratings are not known", async () => {
    const dataDir = await copyFolder(data);
    const args = ["train", "--model", "mf", "--ranker", "none", "--factors"];
    // Fits its own training ratings far better than others, so that a leak shows.
    const over = await runJson<{ rmse: number; count: number }>([...args, "64", "--name", "over"], { dataDir });
    const before = await runJson<Report>(["evaluate", "--model", "over"], { dataDir });
    expect(before.rmse).toBeCloseTo(over.rmse, 6);
    const changed = openDatabase(join(dataDir, "marquee.db"));
    changed.sqlite.exec(`
      INSERT INTO users (id, source) VALUES (2000000001, 'api');
      INSERT INTO ratings (user_id, movie_id, rating, edited) VALUES (2000000001, 1, 5, 1), (2000000001, 2, 4, 1);
      DELETE FROM ratings WHERE id % 1000 = 0;
      UPDATE ratings SET id = 1000000 + id WHERE user_id = 1`);
    changed.close();
    // A model that kept rows, as all did before: of another state of the data, nothing can be said.
    const rows = join(dataDir, "models", "by-row");
    await cp(join(dataDir, "models", "over"), rows, { recursive: true });
    const manifest = JSON.parse(await readFile(join(rows, "manifest.json"), "utf8"));
    delete manifest.training.heldOutBy;
    await writeFile(join(rows, "manifest.json"), JSON.stringify({ ...manifest, name: "by-row" }));
    await runJson([...args, "4", "--name", "after"], { dataDir });

    const result = await run(["evaluate", "--model", "over", "--json"], { dataDir });
    const report = JSON.parse(result.stdout) as Report;
    expect(report.protocol).toBe("random 10% held out, seed 0");
    expect(Math.abs(report.count - over.count)).toBeLessThan(25);
    // Still what was measured when it was trained; trained ratings would be some 0.3 stars nearer.
    expect(Math.abs(report.rmse - over.rmse)).toBeLessThan(0.01);
    const all = await runJson<{ rmse: number }>(["evaluate", "--model", "over", "--all"], { dataDir });
    expect(all.rmse).toBeLessThan(over.rmse - 0.1);
    const compared = new Map(report.comparison.models.map(({ name, rmse }) => [name, rmse]));
    expect(Math.abs((compared.get("over") as number) - over.rmse)).toBeLessThan(0.02);
    expect(compared.has("after")).toBe(true);
    expect(compared.has("by-row")).toBe(false);
    expect(complaints(result)).toContain(
      "marquee: by-row is not compared: it kept its held-out ratings by row, and the ratings changed since it was trained: train it again",
    );
    const alone = await run(["evaluate", "--model", "by-row", "--json"], { dataDir });
    expect((JSON.parse(alone.stdout) as Report).protocol).toBe(
      "random 20% of the ratings, some or all of which it was trained on",
    );
    expect(alone.stderr).toContain("says how well it fits, not how well it predicts");
  });

  test("refuses a mean over nobody", async () => {
    const dataDir = await copyFolder(data);
    const lowered = openDatabase(join(dataDir, "marquee.db"));
    lowered.sqlite.exec("UPDATE ratings SET rating = 3 WHERE rating > 3");
    lowered.close();
    for (const protocol of ["ranking-80-20", "ncf-leave-one-out"]) {
      const result = await run(["evaluate", "--protocol", protocol, "--kind", "mf", "--json"], { dataDir });
      expect(result).toMatchObject({ code: 1, stdout: "" });
      expect(complaints(result)).toEqual([
        "marquee: expected held-out ratings of 4 stars or more to rank, received none: say --positive-from with a lower " +
          "number of stars, or import more ratings",
      ]);
    }
  });
});

describe("marquee evaluate", () => {
  test("sets all models beside the mean and the biases, on ratings that none was trained on, and says where they err", async () => {
    const report = await runJson<{
      comparison: { count: number; models: { name: string; kind: string; rmse: number; recallByStars: number[] }[] };
      byRatingCount: { count: number }[];
      byGenre: { group: string }[];
      byPopularity: { count: number }[];
      byStars: { stars: number }[];
      calibration: { meanPredicted: number; meanTrue: number }[];
      histogramMatched: { rmse: number; byStars: { recall: number }[] };
      count: number;
      rmse: number;
    }>(["evaluate"], { dataDir: data });
    const { models } = report.comparison;
    expect(models.map(({ name }) => name)).toEqual([
      "mean of all ratings",
      "movie's mean",
      "movie's mean and user's bias",
      "embedded-baseline",
      "embedded-mf",
    ]);
    const rmseByModel = Object.fromEntries(models.map(({ name, rmse }) => [name, rmse]));
    expect(rmseByModel["embedded-mf"]).toBeLessThan(rmseByModel["embedded-baseline"]);
    expect(rmseByModel["movie's mean"]).toBeLessThan(rmseByModel["mean of all ratings"]);
    expect(models.every(({ recallByStars }) => recallByStars.length === 5)).toBe(true);
    expect(report.byRatingCount.reduce((sum, { count }) => sum + count, 0)).toBe(report.count);
    expect(report.byPopularity.reduce((sum, { count }) => sum + count, 0)).toBe(report.count);
    expect(report.byGenre.length).toBeGreaterThan(5);
    expect(report.byStars.map(({ stars }) => stars)).toEqual([1, 2, 3, 4, 5]);
    expect(report.calibration.length).toBeGreaterThan(3);
    // More of the rare ratings are found, at the cost of the error.
    expect(report.histogramMatched.byStars[0].recall).toBeGreaterThan(models[4].recallByStars[0]);
    expect(report.histogramMatched.rmse).toBeGreaterThan(report.rmse);
  });

  test("prints the comparison and the details as tables", async () => {
    const { code, stdout } = await run(["evaluate", "--details"], { dataDir: data });
    expect(code).toBe(0);
    for (const text of ["embedded-baseline", "movie's mean", "histogram matched", "mean predicted", "genre"]) {
      expect(stdout).toContain(text);
    }
  });

  interface ProtocolReport {
    protocol: string;
    description: string;
    dataset: string;
    runs: Record<string, number>[];
    mean: Record<string, number>;
  }
  const protocol = (name: string, ...more: string[]) =>
    runJson<ProtocolReport>(["evaluate", "--protocol", name, "--kind", "mf", ...more], { dataDir: data });

  test("runs random-90-10 for each seed, the same each time, and gives the mean", async () => {
    const report = await protocol("random-90-10", "--seeds", "0,1");
    expect(report).toMatchObject({ protocol: "random-90-10", dataset: "embedded" });
    expect(report.runs.map(({ seed }) => seed)).toEqual([0, 1]);
    expect(report.mean.rmse).toBeCloseTo((report.runs[0].rmse + report.runs[1].rmse) / 2, 10);
    expect(report.mean.rmse).toBeLessThan(0.95);
    const again = await protocol("random-90-10", "--seeds", "1");
    expect(again.runs[0].rmse).toBe(report.runs[1].rmse);
  });

  test("runs random-90-10 for bayes, with the chains' own error beside the served one", async () => {
    const report = await runJson<ProtocolReport>(["evaluate", "--protocol", "random-90-10", ...short], {
      dataDir: data,
    });
    expect(Math.abs(report.mean.chainRmse - report.mean.rmse)).toBeLessThan(0.05);
  });

  test("runs held-out-users: the more is known of a stranger, the better", async () => {
    const { mean } = await protocol("held-out-users");
    expect(mean.users).toBe(60);
    expect(mean.rmseAt80Percent).toBeLessThan(mean.rmseAt5);
    expect(mean.rmseAt5).toBeLessThan(mean.rmseAt0);
    expect(mean.rmseAt80Percent).toBeLessThan(mean.biasRmseAt80Percent);
  });

  test("runs time-split where there are times", async () => {
    const { mean } = await protocol("time-split");
    expect(mean.count).toBe(4491);
    // Newer than all that was learned from, so harder than ratings of any time.
    expect(mean.rmse).toBeLessThan(1.1);
  });

  test("runs ranking-80-20, with its denominators in words and the popularity dial", async () => {
    const { mean, description } = await protocol("ranking-80-20", "--ranker-factors", "8");
    expect(description).toContain("recallAt20 = hits / min(20, held out)");
    for (const name of ["hrAt10", "recallAt20", "ndcgAt20", "mapAt20", "coverageAt20", "giniAt20"]) {
      expect(mean[name]).toBeGreaterThan(0);
      expect(mean[name]).toBeLessThanOrEqual(1);
    }
    expect(mean["meanPopularityAt20~-1"]).toBeLessThan(mean.meanPopularityAt20);
    expect(mean["meanPopularityAt20~1"]).toBeGreaterThan(mean.meanPopularityAt20);
  });

  test("runs ncf-leave-one-out on a split that it draws, and on files as He et al. published", async () => {
    const drawn = await protocol("ncf-leave-one-out", "--ranker-factors", "8");
    // Ten of a hundred would be found by chance.
    expect(drawn.mean.hrAt10).toBeGreaterThan(0.2);
    expect(drawn.description).toContain("not comparable with figures on He et al.'s own files");
    const folder = await heSplit();
    const report = await protocol(
      "ncf-leave-one-out",
      "--split",
      folder,
      "--ranker-factors",
      "8",
      "--positive-from",
      "0.5",
    );
    expect(report.mean.users).toBe(600);
    expect(report.mean.hrAt10).toBeGreaterThan(0.2);
  });

  test("says which line of He et al.'s files is not as expected, and which file is missing", async () => {
    const empty = await tempFolder();
    const args = ["evaluate", "--protocol", "ncf-leave-one-out", "--kind", "mf", "--split"];
    expect(await failure([...args, empty], { dataDir: data })).toBe(
      `expected a file *.train.rating in ${empty}, but there is none`,
    );
    expect(await failure([...args, "/nowhere"], { dataDir: data })).toBe(
      'expected a folder for --split, received "/nowhere": ENOENT',
    );
    const folder = await heSplit();
    await writeFile(join(folder, "tiny.test.negative"), "(0,1)\t2\n(0;1)\t3\n");
    expect(await failure([...args, folder], { dataDir: data })).toMatch(
      /^\S+tiny\.test\.negative, line \d: expected .*, received "\(0/,
    );
  });

  test("refuses a protocol that is none, and seeds that are none", async () => {
    const dataDir = data;
    expect(await failure(["evaluate", "--protocol", "guess"], { dataDir }, 2)).toMatch(
      /^expected random-90-10, held-out-users, .* or ncf-leave-one-out for --protocol, received "guess"$/,
    );
    expect(await failure(["evaluate", "--protocol", "random-90-10", "--seeds", "1,x"], { dataDir }, 2)).toBe(
      'expected a whole number from 0 to 2147483647 for each of --seeds, received "x"',
    );
  });
});

/** The embedded ratings split as He et al. split theirs: each user's last rating left out, among the first other movies. */
async function heSplit(): Promise<string> {
  const services = openServices(data);
  const { ratings } = (await loadTrainingSet(services.store)).data;
  await services.close();
  const users = [...new Set(ratings.userIds)];
  const items = [...new Set(ratings.movieIds)];
  const lastRow = new Map<number, number>();
  const seen = new Map<number, Set<number>>(users.map((id) => [id, new Set()]));
  ratings.userIds.forEach((id, row) => {
    lastRow.set(id, row);
    seen.get(id)?.add(ratings.movieIds[row]);
  });
  const left = new Set(lastRow.values());
  const line = (row: number) =>
    `${users.indexOf(ratings.userIds[row])}\t${items.indexOf(ratings.movieIds[row])}\t${ratings.stars[row]}\t0`;
  const train = [...ratings.userIds.keys()].filter((row) => !left.has(row)).map(line);
  const test = [...lastRow].map(([id, row], user) => {
    const others = items.flatMap((movie, item) => (seen.get(id)?.has(movie) ? [] : [item])).slice(0, 99);
    return [`(${user},${items.indexOf(ratings.movieIds[row])})`, ...others].join("\t");
  });
  const folder = await tempFolder();
  await writeFile(join(folder, "tiny.train.rating"), `${train.join("\n")}\n`);
  await writeFile(join(folder, "tiny.test.negative"), `${test.join("\n")}\n`);
  return folder;
}

describe("marquee models prune", () => {
  test("removes all but the one that serves and the newest of each kind, after saying so", async () => {
    const dataDir = await copyFolder(data);
    for (const name of ["a", "b", "c"]) {
      await runJson(
        ["train", "--model", "mf", "--ranker", "none", "--name", name, ...(name === "a" ? [] : ["--no-use"])],
        {
          dataDir,
        },
      );
    }
    const models = join(dataDir, "models");
    await mkdir(join(models, ".writing-0123456789ab"));
    await utimes(join(models, ".writing-0123456789ab"), 0, 0);
    const dry = await runJson<{ removed: string[] }>(["models", "prune", "--dry-run"], { dataDir });
    expect(dry.removed).toEqual(["b", ".writing-0123456789ab"]);
    expect(await readdir(models)).toHaveLength(4);
    expect(await runJson(["models", "prune"], { dataDir })).toMatchObject({ removed: dry.removed, dryRun: false });
    expect((await readdir(models)).sort()).toEqual(["a", "c"]);
    expect((await runJson<{ model: string }>(["predict", "42", "1"], { dataDir })).model).toBe("a");
    expect(await runJson(["models", "prune"], { dataDir })).toMatchObject({ removed: [] });
  });
});
