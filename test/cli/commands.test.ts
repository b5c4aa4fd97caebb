/** Runs every command as a separate process on small or embedded data; `real-data.test.ts` uses MovieLens 1M. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Sqlite from "better-sqlite3";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { embeddedFilms } from "../../src/datasets/embedded/films.js";
import { classifier } from "../support/tiny-classifier.js";
import { complaints, copyFolder, failure, run, runJson, start, tempFolder } from "./run.js";

const film = (movieId: number) => embeddedFilms[movieId - 1];

interface TrainReport {
  model: string;
  epochs: number;
  bestEpoch: number;
  stopped: string;
  serves: boolean;
  rmse: number;
}
interface RecommendReport {
  userId: number;
  model: string;
  encoder: string | null;
  topRated: { movieId: number; title: string; rating: number }[];
  recommendations: { rank: number; movieId: number; title: string; score: number; similarity: number | null }[];
}
interface PredictReport {
  userId: number;
  model: string;
  predictions: { movieId: number; score: number; basis: string }[];
}

/** The embedded data set, served by a model named `trained`, trained for one epoch. Tests that change it work on a copy. */
let data: string;
let trained: TrainReport;

beforeAll(async () => {
  data = await tempFolder();
  await runJson(["setup"], { dataDir: data });
  trained = await runJson<TrainReport>(["train", "--model", "baseline", "--epochs", "1", "--name", "trained"], {
    dataDir: data,
  });
});

describe("marquee", () => {
  test.each([
    [["recomend", "1"], "marquee: unknown command 'recomend'"],
    [["models", "remove", "x"], "marquee: unknown command 'remove'"],
    [["recommend", "1", "--similiar"], "marquee: unknown option '--similiar'"],
    [["recommend"], "marquee: missing required argument 'userId'"],
    [["models", "import", "x.safetensors"], "marquee: required option '--kind <kind>' not specified"],
    [["sample", "-n"], "marquee: option '-n, --count <n>' argument missing"],
  ])("says in one line what it does not understand, then where help is: %j", async (args, message) => {
    const { code, stdout, stderr } = await run(args, { dataDir: data });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.split("\n").filter((line) => line !== "" && !line.startsWith("("))).toHaveLength(1);
    expect(stderr.startsWith(message)).toBe(true);
    expect(stderr).toContain("(marquee --help lists the commands)");
  });

  test.each([
    [["sample", "-n", "0"], 'expected a whole number from 1 to 10000 for --count, received "0"'],
    [["recommend", "1", "--first", "many"], 'expected a whole number from 1 to 100 for --first, received "many"'],
    [["train", "--dropout", "1.5"], 'expected a number from 0 to 0.9 for --dropout, received "1.5"'],
    [["train", "--model", "oracle"], 'expected bayes, mf or baseline for --model, received "oracle"'],
    [["models", "import", "x", "--kind", "oracle"], 'expected baseline for --kind, received "oracle"'],
  ])("names the option that is out of range: %j", async (args, message) => {
    expect(await failure(args, { dataDir: data }, 2)).toBe(message);
  });

  test.each([
    [{ PORT: "http" }, [], 'expected a port from 0 to 65535 for PORT, received "http"'],
    [{ PORT: "80" }, ["--port", "65536"], 'expected a port from 0 to 65535 for --port, received "65536"'],
  ])("stops at a malformed setting and names it: %j %j", async (env, flags, message) => {
    expect(await failure(["serve", ...flags], { dataDir: data, env })).toBe(message);
  });

  test("takes settings before and after the command", async () => {
    const elsewhere = await tempFolder();
    const before = await run(["--data-dir", data, "sample", "--json"], { dataDir: elsewhere });
    const after = await run(["sample", "--json", "--data-dir", data], { dataDir: elsewhere });
    expect([before.code, after.code]).toEqual([0, 0]);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  test("says in one line that its data folder cannot be opened", async () => {
    const file = join(await tempFolder(), "data");
    await writeFile(file, "a file");
    expect(await failure(["sample"], { dataDir: file })).toMatch(
      /^expected a Marquee database in \S+: E(EXIST|NOTDIR)/,
    );
  });

  test("ends quietly when the reader of its output closes it early", async () => {
    const child = start(["predict", "42", "--json"], { dataDir: data });
    child.closeStdout();
    expect(await child.finished).toMatchObject({ signal: null, stderr: "" });
  });
});

describe("an empty data folder", () => {
  test.each([
    [["predict", "1"]],
    [["recommend", "1"]],
    [["recommend", "random", "--similar"]],
    [["sample"]],
    [["evaluate"]],
    [["train", "--model", "baseline", "--epochs", "1"]],
    [["models", "import", "weights.safetensors", "--kind", "baseline"]],
    [["link", "--from", "LINKS"]],
    [["posters", "add", "LINKS"]],
  ])("has %j say in one line that there is no data, and how to get some", async (args) => {
    const links = await tempFolder();
    await writeFile(join(links, "links.csv"), "movieId,imdbId,tmdbId\n1,0114709,862\n");
    const dataDir = await tempFolder();
    const message = await failure(
      args.map((word) => (word === "LINKS" ? links : word)),
      { dataDir },
    );
    expect(message).toMatch(/: run marquee import\b/);
    expect(message).not.toContain('"none"');
  });

  test("that does not exist is named, and not created: it is most likely mistyped", async () => {
    const dataDir = join(await tempFolder(), "dta");
    expect(await failure(["sample", "--data-dir", dataDir], { dataDir: data })).toBe(
      `the data folder ${JSON.stringify(dataDir)} does not exist: ` +
        "check --data-dir (DATA_DIR), or create it with marquee import or marquee serve",
    );
    expect(existsSync(dataDir)).toBe(false);
  });

  test("has no model, no encoder but the built-in one, and no poster to embed", async () => {
    const dataDir = await tempFolder();
    expect(await failure(["models", "use", "mine"], { dataDir })).toEqual(
      expect.stringMatching(/^there is no model "mine"; the models are embedded-/),
    );
    expect(await failure(["encoders", "use", "mine"], { dataDir })).toBe(
      'there is no encoder "mine"; the only encoder is colour-layout',
    );
    expect(await runJson(["encoders", "list"], { dataDir })).toMatchObject([{ name: "colour-layout", inUse: true }]);
    expect(await runJson(["posters", "embed"], { dataDir })).toEqual({
      encoder: "colour-layout",
      embedded: 0,
      failed: [],
      previewed: 0,
    });
  });
});

describe("marquee import", () => {
  const createFolder = async (ratings: string) => {
    const folder = join(await tempFolder(), "ml-tiny");
    await mkdir(folder);
    await writeFile(
      join(folder, "movies.csv"),
      "movieId,title,genres\n1,Toy Story (1995),Animation\n2,Heat (1995),Crime\n",
    );
    await writeFile(join(folder, "links.csv"), "movieId,imdbId,tmdbId\n1,0114709,862\n");
    await writeFile(join(folder, "ratings.csv"), `userId,movieId,rating\n${ratings}`);
    return folder;
  };

  test("prints its report as JSON only, and the same again except for what changed", async () => {
    const dataDir = await tempFolder();
    const folder = await createFolder("1,1,4.5\n1,2,3\n2,2,0.5\n");
    const report = { dataset: "ml-tiny", users: 2, movies: 2, ratings: 3, linked: 1, skipped: 0 };
    expect(await runJson(["import", folder], { dataDir })).toMatchObject({ ...report, changed: { ratings: 3 } });
    expect(await runJson(["import", folder], { dataDir })).toMatchObject({
      ...report,
      changed: { users: 0, movies: 0, ratings: 0, links: 0 },
    });
    const again = await run(["import", folder], { dataDir });
    expect(again.stdout).toMatch(
      /^ml-tiny: 2 users, 2 movies \(1 linked to IMDb, 1 not: marquee link says why\), 3 ratings; nothing had changed, in /,
    );
  });

  test("stops at a bad line, and skips it with --skip-bad", async () => {
    const dataDir = await tempFolder();
    const folder = await createFolder("1,1,4.5\n1,2,3.7\n");
    const stopped = await run(["import", folder], { dataDir });
    expect(stopped).toMatchObject({ code: 1, stdout: "" });
    const message = 'ratings.csv line 3: expected a rating in half stars from 0.5 to 5, received "3.7"';
    expect(complaints(stopped)).toEqual([`marquee: ${message}`]);
    expect(await failure(["sample"], { dataDir })).toContain("there are no ratings yet");

    const skipped = await run(["import", folder, "--skip-bad", "--json"], { dataDir });
    expect(JSON.parse(skipped.stdout)).toMatchObject({ ratings: 1, skipped: 1 });
    expect(skipped.stderr).toContain(`skipped: ${message}\n`);
  });

  test.each([
    ["/nowhere/ml-1m.zip", /^cannot read \/nowhere\/ml-1m\.zip: ENOENT/],
    ["ml-9m", /^expected a zip, a folder, or the name of a data set \(ml-1m, .*, ml-32m\), received "ml-9m"$/],
    [
      fileURLToPath(import.meta.url),
      /^expected a folder or a zip file, received \S+commands\.test\.ts, a file of text$/,
    ],
    [
      fileURLToPath(new URL("../../bin", import.meta.url)),
      /^\S+bin: expected a MovieLens data set .*, received bundle\.mjs, marquee\.js$/,
    ],
  ])("says what is wrong with a source: %s", async (source, message) => {
    expect(await failure(["import", source], { dataDir: await tempFolder() })).toMatch(message);
  });

  test("replaces the embedded data, whose model then refuses to predict for other users", async () => {
    const dataDir = await copyFolder(data);
    const replaced = await run(["import", await createFolder("1,1,5\n"), "--json"], { dataDir });
    expect(JSON.parse(replaced.stdout)).toMatchObject({ replaced: "embedded", movies: 2 });
    expect(replaced.stderr).toContain("replaced the data set embedded with ml-tiny\n");
    expect(await failure(["recommend", "1"], { dataDir })).toBe(
      'no model was chosen for the data set "ml-tiny": run marquee train or marquee models import',
    );
    expect(await failure(["models", "use", "trained"], { dataDir })).toBe(
      'expected a model of the data set "ml-tiny", received "trained" of "embedded": its users and movies are others',
    );
  });

  test("restores the database when it is interrupted", async () => {
    const dataDir = await tempFolder();
    const ratings = Array.from({ length: 400_000 }, (_, i) => `${(i >> 1) + 1},${(i % 2) + 1},3\n`).join("");
    const folder = await createFolder(ratings);
    const child = start(["import", folder], { dataDir });
    await child.waitFor(/import \[/);
    child.kill("SIGINT");
    const result = await child.finished;
    expect(result).toMatchObject({ code: 130, stdout: "" });
    expect(complaints(result)).toEqual(["marquee: interrupted: nothing was imported, the database is as before"]);
    expect(await failure(["sample"], { dataDir })).toContain("there are no ratings yet");
    expect(await runJson(["import", folder], { dataDir })).toMatchObject({ users: 200_000, ratings: 400_000 });
  });

  test("links later, from another release, and says which movies it cannot link", async () => {
    const dataDir = await tempFolder();
    await runJson(["import", await createFolder("1,1,5\n")], { dataDir });
    const newer = await tempFolder();
    await writeFile(join(newer, "movies.csv"), "movieId,title,genres\n1,Toy Story (1995),Animation\n");
    await writeFile(join(newer, "links.csv"), "movieId,imdbId,tmdbId\n1,0114709,863\n");
    expect(await runJson(["link", "--from", newer], { dataDir })).toMatchObject({
      movies: 2,
      linked: 1,
      changed: 1,
      unlinked: [{ movieId: 2, title: "Heat (1995)" }],
    });
    const { stdout } = await run(["link", "--from", newer], { dataDir });
    expect(stdout).toContain(
      "1 of 2 movies are linked to IMDb, 0 of them uncertain, 1 without a link for the reason shown; nothing had changed\n",
    );
    expect(stdout).toMatch(/^not linked: 2 Heat \(1995\): /);
    const state = { movies: 2, linked: 1, unlinkable: 1, uncertain: [], unlinked: [{ movieId: 2 }] };
    expect(await runJson(["link", "--report"], { dataDir })).toMatchObject(state);
    const both = await run(["link", "--report", "--from", newer], { dataDir });
    expect(both).toMatchObject({
      code: 2,
      stderr: "marquee: expected either --from <source> to link, or --report, received both\n",
    });
  });
});

describe("marquee predict", () => {
  test("prints stars for the movies named, in their order", async () => {
    const report = await runJson<PredictReport>(["predict", "42", "3", "1"], { dataDir: data });
    expect(report).toMatchObject({ userId: 42, model: "trained" });
    expect(report.predictions.map(({ movieId, basis }) => [movieId, basis])).toEqual([
      [3, "MODEL"],
      [1, "MODEL"],
    ]);
    for (const { score } of report.predictions) expect(score).toBeTypeOf("number");
  });

  test("prints all movies of the data set when none is named, the best first, or as many as --first says", async () => {
    const { predictions } = await runJson<PredictReport>(["predict", "42"], { dataDir: data });
    const ids = predictions.map(({ movieId }) => movieId).sort((a, b) => a - b);
    expect(ids).toEqual(embeddedFilms.map((_, i) => i + 1));
    const scores = predictions.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    const few = await runJson<PredictReport>(["predict", "42", "--first", "7"], { dataDir: data });
    expect(few.predictions).toEqual(predictions.slice(0, 7));
  });

  test("prints a table with titles for people", async () => {
    const { stdout } = await run(["predict", "42", "2"], { dataDir: data });
    expect(stdout).toContain(film(2).title);
    expect(stdout).toMatch(/\d\.\d\d ★/);
  });

  test.each([
    [["predict", "601"], "there is no user 601; the data set has users 1 to 600"],
    [["predict", "42", "1", "301"], "there is no movie 301; the data set has movies 1 to 300"],
    [["predict", "somebody"], 'expected a user\'s number in the data set, such as 42, received "somebody"'],
    [["predict", "42", "tt0010323"], 'expected a movie\'s number in the data set, such as 42, received "tt0010323"'],
    [
      ["predict", "42", "--model", "other"],
      expect.stringMatching(/^there is no model "other"; the models are .*\btrained\b/),
    ],
    [["recommend", "601"], "there is no user 601; the data set has users 1 to 600"],
  ])("says what does not exist, and what does: %j", async (args, message) => {
    expect(await failure(args, { dataDir: data })).toEqual(message);
  });
});

describe("marquee recommend", () => {
  test("prints the three best-rated, then 15 by predicted stars, as JSON alone", async () => {
    const report = await runJson<RecommendReport>(["recommend", "42"], { dataDir: data });
    expect(report).toMatchObject({ userId: 42, model: "trained", encoder: null });
    expect(report.topRated).toHaveLength(3);
    expect(report.recommendations.map(({ rank }) => rank)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    for (const { movieId, title, rating } of report.topRated) {
      expect(title).toBe(film(movieId).title);
      expect(rating).toBeGreaterThanOrEqual(4);
    }
    const { predictions } = await runJson<PredictReport>(["predict", "42"], { dataDir: data });
    const db = new Sqlite(join(data, "marquee.db"), { readonly: true });
    const rated = new Set(db.prepare("SELECT movie_id FROM ratings WHERE user_id = 42").pluck().all());
    db.close();
    expect(rated.size).toBeGreaterThan(3);
    const best = report.recommendations.map(({ movieId }) => movieId);
    expect(best.filter((movieId) => rated.has(movieId))).toEqual([]);
    const scoreByMovie = new Map(predictions.map(({ movieId, score }) => [movieId, score]));
    const scores = best.map((movieId) => scoreByMovie.get(movieId) as number);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    for (const { score, similarity } of report.recommendations) {
      expect(score).toBeGreaterThanOrEqual(0.5);
      expect(score).toBeLessThanOrEqual(5);
      expect(similarity).toBeNull();
    }
  });

  test("re-ranks the 30 best by the similarity of posters with --similar", async () => {
    const thirty = await runJson<RecommendReport>(["recommend", "42", "--first", "30"], { dataDir: data });
    const report = await runJson<RecommendReport>(["recommend", "42", "--similar"], { dataDir: data });
    expect(report.encoder).toBe("colour-layout");
    expect(report.recommendations).toHaveLength(5);
    const similarities = report.recommendations.map(({ similarity }) => similarity as number);
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
    const candidates = new Set(thirty.recommendations.map(({ movieId }) => movieId));
    expect(report.recommendations.filter(({ movieId }) => !candidates.has(movieId))).toEqual([]);
  });

  test("takes a random user", async () => {
    const report = await runJson<RecommendReport>(["recommend", "random", "--first", "2"], { dataDir: data });
    expect(report.userId).toBeGreaterThanOrEqual(1);
    expect(report.userId).toBeLessThanOrEqual(600);
    expect(report.recommendations).toHaveLength(2);
  });

  test("recommends by posters to a user without ratings too, and draws no empty row", async () => {
    const dataDir = await copyFolder(data);
    const db = new Sqlite(join(dataDir, "marquee.db"));
    db.prepare("INSERT INTO users (id) VALUES (9001)").run();
    db.close();
    const file = join(dataDir, "new.png");
    const { code, stdout } = await run(["recommend", "9001", "--similar", "--picture", file], { dataDir });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^User 9001 has rated nothing yet: these are movies that others like\n/);
    expect(stdout).not.toContain("no poster");
    const other = join(dataDir, "known.png");
    await run(["recommend", "42", "--similar", "--picture", other], { dataDir });
    const getHeight = async (picture: string) => (await sharp(await readFile(picture)).metadata()).height as number;
    // One row less than for a user with favourites.
    expect(await getHeight(file)).toBeLessThan(0.65 * (await getHeight(other)));
  });

  test("prints tables for people, and draws a picture", async () => {
    const file = join(await tempFolder(), "out.png");
    const { code, stdout, stderr } = await run(["recommend", "42", "--similar", "--picture", file], { dataDir: data });
    expect({ code, stderr }).toEqual({ code: 0, stderr: `drew ${file}\n` });
    expect(stdout).toMatch(/^User 42: rated highest\n/);
    expect(stdout).toContain(
      "Recommended by poster similarity (colour-layout), from the first 30 by predicted stars\n",
    );
    expect(await sharp(await readFile(file)).metadata()).toMatchObject({ format: "png" });
  });

  test("says where it could not write the picture", async () => {
    expect(await failure(["recommend", "42", "--picture", "/nowhere/out.png"], { dataDir: data })).toMatch(
      /^expected to write .*\/nowhere\/out\.png.*ENOENT/,
    );
  });
});

describe("marquee sample", () => {
  test("prints as many random ratings as asked for", async () => {
    const rows = await runJson<{ movieId: number; title: string; rating: number }[]>(["sample", "-n", "3"], {
      dataDir: data,
    });
    expect(rows).toHaveLength(3);
    for (const { movieId, title, rating } of rows) {
      expect(title).toBe(film(movieId).title);
      expect([1, 2, 3, 4, 5]).toContain(rating);
    }
    const { stdout } = await run(["sample"], { dataDir: data });
    expect(stdout.match(/^│ +\d+ │/gm)).toHaveLength(10);
  });
});

describe("marquee models", () => {
  test("lists models, marks the one that serves, and shows those that cannot be read", async () => {
    const dataDir = await copyFolder(data);
    await mkdir(join(dataDir, "models", "broken"));
    await writeFile(join(dataDir, "models", "broken", "manifest.json"), "{");
    const rows = await runJson<{ name: string; serves: boolean; error?: string }[]>(["models", "list"], { dataDir });
    expect(rows.find(({ name }) => name === "trained")).toMatchObject({
      serves: true,
      kind: "baseline",
      origin: "trained",
      dataset: "embedded",
      rmse: trained.rmse,
    });
    expect(rows.find(({ name }) => name === "broken")).toEqual({
      name: "broken",
      serves: false,
      error: expect.stringMatching(
        /^expected JSON in \S+broken\/manifest\.json: rebuild it with: marquee train or marquee models import <file> --kind baseline$/,
      ),
    });
    expect((await run(["models", "list"], { dataDir })).stdout).toContain("serves │ trained");
    expect(await failure(["models", "use", "broken"], { dataDir })).toMatch(/^expected JSON in /);
  });

  test("refuses to serve a model whose graph file is damaged", async () => {
    const dataDir = await copyFolder(data);
    const graph = join(dataDir, "models", "trained", "model.onnx");
    await writeFile(graph, (await readFile(graph)).subarray(0, -1));
    for (const args of [
      ["models", "use", "trained"],
      ["recommend", "42"],
    ]) {
      expect(await failure(args, { dataDir })).toMatch(
        /^expected model\.onnx in \S+ to be as its manifest says \(.*\), received .*: rebuild it with: marquee train$/,
      );
    }
  });

  test("imports weights with the ids of their rows, which then predict as they did where they were trained", async () => {
    const dataDir = await copyFolder(data);
    const folder = join(dataDir, "models", "trained");
    const idMaps = join(dataDir, "id-maps.json");
    await writeFile(idMaps, JSON.stringify(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")).idMaps));
    const before = await runJson<PredictReport>(["predict", "42"], { dataDir });
    const weights = join(folder, "weights.safetensors");
    const imported = await run(
      ["models", "import", weights, "--kind", "baseline", "--id-maps", idMaps, "--name", "copied", "--json"],
      { dataDir },
    );
    expect(JSON.parse(imported.stdout)).toEqual({
      model: "copied",
      kind: "baseline",
      dataset: "embedded",
      serves: true,
    });
    const after = await runJson<PredictReport>(["predict", "42"], { dataDir });
    expect(after.model).toBe("copied");
    after.predictions.forEach(({ score }, i) => {
      expect(score).toBeCloseTo(before.predictions[i].score, 5);
    });
    await run(["models", "use", "trained"], { dataDir });
    expect((await runJson<PredictReport>(["predict", "42", "1"], { dataDir })).model).toBe("trained");
  });

  test("says what is wrong with weights, and changes nothing", async () => {
    const dataDir = await copyFolder(data);
    const folder = await tempFolder();
    const weights = await readFile(join(dataDir, "models", "trained", "weights.safetensors"));
    const cut = join(folder, "cut.safetensors");
    const noise = join(folder, "noise.safetensors");
    await writeFile(cut, weights.subarray(0, weights.length - 100));
    await writeFile(noise, "no tensors in here, nor a header");
    const importing = (file: string, ...more: string[]) =>
      failure(["models", "import", file, "--kind", "baseline", ...more], { dataDir });
    expect(await importing(cut)).toMatch(/received offsets .* in cut\.safetensors$/);
    expect(await importing(noise)).toMatch(/^expected .*noise\.safetensors/);
    expect(await importing(join(folder, "none.safetensors"))).toMatch(
      /^expected a file that can be read in "\S+none\.safetensors", received ENOENT$/,
    );
    // Trained here, so the rows do not follow MovieLens 1M's convention.
    expect(await importing(join(dataDir, "models", "trained", "weights.safetensors"))).toMatch(
      /^expected \S+ of shape \[.*\] in weights\.safetensors for the users of the loaded data set, received \[600, 50\]: import the data set it was trained on, or say which row is whose with --id-maps$/,
    );
    expect(await importing(noise, "--id-maps", noise)).toMatch(/^expected /);
    expect(
      (await runJson<{ name: string }[]>(["models", "list"], { dataDir }))
        .filter(({ name }) => !name.startsWith("embedded-"))
        .map(({ name }) => name),
    ).toEqual(["trained"]);
  });

  test("rebuilds a model with damaged files when its weights are imported again", async () => {
    const dataDir = await copyFolder(data);
    const idMaps = join(dataDir, "id-maps.json");
    const manifest = JSON.parse(await readFile(join(dataDir, "models", "trained", "manifest.json"), "utf8"));
    await writeFile(idMaps, JSON.stringify(manifest.idMaps));
    const weights = join(dataDir, "models", "trained", "weights.safetensors");
    const args = ["models", "import", weights, "--kind", "baseline", "--id-maps", idMaps, "--name", "copied"];
    expect((await run(args, { dataDir })).code).toBe(0);
    await rm(join(dataDir, "models", "copied", "model.onnx"));
    expect(await failure(["predict", "42", "1"], { dataDir })).toMatch(
      /rebuild it with: marquee models import <file> --kind baseline$/,
    );
    expect((await run(args, { dataDir })).code).toBe(0);
    expect(await runJson<PredictReport>(["predict", "42", "1"], { dataDir })).toMatchObject({ model: "copied-2" });
  });
});

describe("marquee train", () => {
  const listFiles = async (dataDir: string, model: string) => (await readdir(join(dataDir, "models", model))).sort();

  test("writes the model, its graph and its report, and lets it serve", async () => {
    expect(trained).toMatchObject({ model: "trained", epochs: 1, bestEpoch: 1, stopped: "epochs", serves: true });
    expect(trained.rmse).toBeGreaterThan(0.5);
    expect(trained.rmse).toBeLessThan(2);
    const folder = join(data, "models", "trained");
    expect(await listFiles(data, "trained")).toEqual([
      "confusion.png",
      "losses.csv",
      "losses.png",
      "manifest.json",
      "model.onnx",
      "ratings.png",
      "weights.safetensors",
    ]);
    expect(await readFile(join(folder, "losses.csv"), "utf8")).toMatch(
      /^epoch,train_rmse,validation_rmse,seconds\n1,[\d.]+,[\d.]+,[\d.]+\n$/,
    );
    for (const name of ["confusion.png", "losses.png", "ratings.png"]) {
      const { format, width, height } = await sharp(await readFile(join(folder, name))).metadata();
      expect(format).toBe("png");
      expect(Math.min(width, height)).toBeGreaterThan(200);
    }
    const manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
    expect(manifest).toMatchObject({
      kind: "baseline",
      origin: "trained",
      dataset: { name: "embedded" },
      training: { batchSize: 1000, learningRate: 1e-4, dropout: 0.2, validationShare: 0.2, epochs: 1, bestEpoch: 1 },
      metrics: { rmse: trained.rmse, protocol: "random 20% held out, seed 0" },
    });
  });

  test("leaves the model that serves with --no-use, and gives a taken name a number", async () => {
    const dataDir = await copyFolder(data);
    const args = ["train", "--model", "baseline", "--epochs", "1", "--name", "trained", "--no-use"];
    const report = await runJson<TrainReport>(args, { dataDir });
    expect(report).toMatchObject({ model: "trained-2", serves: false, rmse: trained.rmse });
    expect((await runJson<PredictReport>(["predict", "42", "1"], { dataDir })).model).toBe("trained");
  });

  test("refuses an invalid name before it trains", async () => {
    expect(await failure(["train", "--name", "My Model"], { dataDir: data })).toMatch(
      /^expected a model name of up to 64 lower-case letters.*, received "My Model"$/,
    );
  });

  test("keeps the previous model when it is interrupted in its first epoch", async () => {
    const dataDir = await copyFolder(data);
    // One rating a step: no machine finishes the epoch before the signal.
    const child = start(["train", "--model", "baseline", "--epochs", "1", "--batch-size", "1"], { dataDir });
    await child.waitFor(/train +\[/);
    child.kill("SIGINT");
    const result = await child.finished;
    expect(result).toMatchObject({ code: 130, stdout: "" });
    expect(complaints(result)).toEqual([
      "marquee: interrupted before the first epoch was done: no model was written, the previous one serves on",
    ]);
    expect(await readdir(join(dataDir, "models"))).toEqual(["trained"]);
    expect((await runJson<PredictReport>(["predict", "42", "1"], { dataDir })).model).toBe("trained");
  });

  test("keeps the best epoch so far when it is interrupted later", async () => {
    const dataDir = await copyFolder(data);
    const args = [
      "train",
      "--model",
      "baseline",
      "--epochs",
      "1000",
      "--patience",
      "1000",
      "--name",
      "stopped",
      "--json",
    ];
    const child = start(args, { dataDir });
    await child.waitFor(/epoch 2 of at most 1000: training RMSE/);
    child.kill("SIGINT");
    const result = await child.finished;
    expect(result.code).toBe(130);
    expect(result.stderr).toContain("Interrupted: keeping the best epoch so far");
    const report = JSON.parse(result.stdout) as TrainReport;
    expect(report).toMatchObject({ model: "stopped", stopped: "interrupted", serves: false });
    expect(complaints(result)).toEqual([
      `marquee: interrupted: stopped is partial (${report.epochs} of at most 1000 epochs) and does not serve: ` +
        "to let it serve, run marquee models use stopped; to train a whole one, run marquee train again",
    ]);
    expect(report.epochs).toBeGreaterThanOrEqual(2);
    expect(report.epochs).toBeLessThan(1000);
    expect((await readFile(join(dataDir, "models", "stopped", "losses.csv"), "utf8")).split("\n")).toHaveLength(
      report.epochs + 2,
    );
    expect((await runJson<PredictReport>(["predict", "42", "1"], { dataDir })).model).toBe("trained");
  });
});

describe("marquee evaluate", () => {
  interface Report {
    model: string;
    protocol: string;
    count: number;
    rmse: number;
    mae: number;
    confusionMatrix: number[][];
  }

  test("measures the model on what was held out from its training", async () => {
    const { stdout, code } = await run(["evaluate", "--json"], { dataDir: data });
    const report = JSON.parse(stdout) as Report;
    expect({ code, ...report }).toMatchObject({ code: 0, model: "trained", protocol: "random 20% held out, seed 0" });
    expect(report.rmse).toBeCloseTo(trained.rmse, 6);
    expect(report.mae).toBeLessThan(report.rmse);
    expect(report.confusionMatrix).toHaveLength(5);
    for (const row of report.confusionMatrix) {
      expect(row).toHaveLength(5);
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    }
  });

  test("measures it on all ratings with --all, and draws the confusion matrix", async () => {
    const picture = join(await tempFolder(), "confusion.png");
    const all = await run(["evaluate", "--all", "--picture", picture, "--json"], { dataDir: data });
    const report = JSON.parse(all.stdout) as Report;
    expect(report).toMatchObject({ model: "trained", protocol: "all ratings" });
    const held = JSON.parse((await run(["evaluate", "--json"], { dataDir: data })).stdout) as Report;
    expect(Math.round(report.count / held.count)).toBe(5);
    expect(await sharp(await readFile(picture)).metadata()).toMatchObject({ format: "png" });
  });

  test("says in one line that there is no such model, or that it cannot write the picture", async () => {
    expect(await failure(["evaluate", "--model", "other"], { dataDir: data })).toEqual(
      expect.stringMatching(/^there is no model "other"; the models are .*\btrained\b/),
    );
    const result = await run(["evaluate", "--picture", "/nowhere/out.png"], { dataDir: data });
    expect(result.code).toBe(1);
    expect(complaints(result)).toEqual([
      expect.stringMatching(/^marquee: expected to write .*\/nowhere\/out\.png.*ENOENT/),
    ]);
  });
});

describe("marquee posters", () => {
  test("are fetched from a folder that is set up, with a summary by outcome, once", async () => {
    const dataDir = await copyFolder(data);
    const folder = await tempFolder();
    const db = new Sqlite(join(dataDir, "marquee.db"));
    db.prepare("DELETE FROM posters WHERE movie_id <= 3").run();
    db.close();
    const picture = await sharp({ create: { width: 40, height: 60, channels: 3, background: "#345" } })
      .jpeg()
      .toBuffer();
    await writeFile(join(folder, "1.jpg"), picture);
    await writeFile(join(folder, "2.jpg"), "no picture");
    const env = { POSTER_FOLDER: folder };
    const { code, stdout, stderr } = await run(["posters", "fetch", "--json"], { dataDir, env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      movies: 3,
      outcomes: { added: 1, none: 1, failed: 1 },
      failed: [{ movieId: 2 }],
      posters: embeddedFilms.length - 2,
    });
    expect(stderr).toContain("failed 2 ");
    const again = await run(["posters", "fetch"], { dataDir, env });
    expect(again.stdout).toMatch(/^2 movies asked for in [\d.]+ s: 2 waiting; /);
    expect(await failure(["posters", "fetch"], { dataDir })).toBe(
      "expected a poster provider, but none is set up: set POSTER_FOLDER or TMDB_API_KEY (docs/posters.md)",
    );
  });

  const picture = (colour: string, format: "jpeg" | "png" | "webp") =>
    sharp({ create: { width: 60, height: 90, channels: 3, background: colour } })
      [format]()
      .toBuffer();

  test("adds posters of movies, refuses the rest with reasons, and adds nothing the second time", async () => {
    const dataDir = await copyFolder(data);
    const folder = await tempFolder();
    const jpeg = await picture("teal", "jpeg");
    const files: Record<string, Buffer | string> = {
      "1.jpg": jpeg,
      [`${film(2).imdbId}.png`]: await picture("plum", "png"),
      "3.webp": await picture("gold", "webp"),
      "4.jpg": "a text file with the wrong ending",
      "5.jpg": jpeg.subarray(0, jpeg.length - 60),
      "999.jpg": jpeg,
      "tt9999999.jpg": jpeg,
      "cover.jpg": jpeg,
      "notes.txt": "nothing",
    };
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    await symlink(join(folder, "gone.jpg"), join(folder, "6.jpg"));
    await mkdir(join(folder, "7.jpg"));

    const first = await run(["posters", "add", folder, "--json"], { dataDir });
    const report = JSON.parse(first.stdout);
    expect(first.code).toBe(0);
    expect(report).toMatchObject({ files: 10, added: 3, unchanged: 0, posters: embeddedFilms.length });
    const reasons = new Map<string, string>(
      report.refused.map((row: { file: string; reason: string }) => [row.file, row.reason]),
    );
    expect([...reasons.keys()].sort()).toEqual(
      ["4.jpg", "5.jpg", "6.jpg", "999.jpg", "cover.jpg", "notes.txt", "tt9999999.jpg"].sort(),
    );
    expect(reasons.get("4.jpg")).toBe(
      "expected a poster as JPEG, PNG or WebP, received 33 bytes starting 6120746578742066",
    );
    expect(reasons.get("5.jpg")).toMatch(/^expected a poster that decodes in full .*received a jpeg of \d+ bytes/);
    expect(reasons.get("6.jpg")).toMatch(/^expected a file that can be read in 6.jpg, received ENOENT$/);
    expect(reasons.get("999.jpg")).toBe("there is no movie 999");
    expect(reasons.get("tt9999999.jpg")).toBe("there is no movie with the IMDb id tt9999999");
    expect(reasons.get("cover.jpg")).toBe('expected a name of <movieId> or tt<imdbId>, received "cover"');
    expect(reasons.get("notes.txt")).toBe(
      'expected <movieId> or tt<imdbId> with .jpg, .png or .webp, received "notes.txt"',
    );
    for (const [file, reason] of reasons) expect(first.stderr).toContain(`refused ${file}: ${reason}\n`);

    const second = await run(["posters", "add", folder, "--json"], { dataDir });
    expect(JSON.parse(second.stdout)).toMatchObject({ added: 0, unchanged: 3, posters: embeddedFilms.length });

    // Only the three new ones had no embedding yet.
    const embedded = await run(["posters", "embed", "--json"], { dataDir });
    const { previewed, ...embedding } = JSON.parse(embedded.stdout);
    expect(embedding).toEqual({ encoder: "colour-layout", embedded: 3, failed: [] });
    // The three, and those that no request has shown yet.
    expect(previewed).toBeGreaterThanOrEqual(3);
    const again = await run(["posters", "embed"], { dataDir });
    expect(again.stdout).toMatch(/^0 posters embedded by colour-layout, 0 failed, 0 previews made, in /);
  });

  test("takes one poster per movie: a second file is refused each time", async () => {
    const dataDir = await copyFolder(data);
    const folder = await tempFolder();
    await writeFile(join(folder, "1.jpg"), await picture("teal", "jpeg"));
    await writeFile(join(folder, `${film(1).imdbId}.png`), await picture("plum", "png"));
    const add = async () => JSON.parse((await run(["posters", "add", folder, "--json"], { dataDir })).stdout);
    const refused = [
      { file: `${film(1).imdbId}.png`, reason: "expected one poster for movie 1, which 1.jpg is already" },
    ];
    expect(await add()).toMatchObject({ added: 1, unchanged: 0, refused });
    expect(await add()).toMatchObject({ added: 0, unchanged: 1, refused });
  });

  test("refuses a pipe and a device, which never end, and takes the rest", async () => {
    const dataDir = await copyFolder(data);
    const folder = await tempFolder();
    execFileSync("mkfifo", [join(folder, "1.jpg")]);
    await symlink("/dev/zero", join(folder, "2.jpg"));
    await writeFile(join(folder, "3.jpg"), await picture("teal", "jpeg"));
    const { stdout } = await run(["posters", "add", folder, "--json"], { dataDir });
    expect(JSON.parse(stdout)).toMatchObject({
      added: 1,
      refused: ["1.jpg", "2.jpg"].map((file) => ({
        file,
        reason: `expected a regular file in ${file}, received something else`,
      })),
    });
  });

  test("says that there is no such folder", async () => {
    expect(await failure(["posters", "add", "/nowhere/posters"], { dataDir: data })).toBe(
      'expected a folder of posters, received "/nowhere/posters": ENOENT',
    );
  });
});

describe("marquee encoders", () => {
  test("are made from a classifier, chosen, and used from then on", async () => {
    const dataDir = await copyFolder(data);
    const file = join(await tempFolder(), "Tiny Net.onnx");
    await writeFile(file, classifier(1));
    const added = { name: "tiny-net", kind: "onnx", dimension: 3, added: true, inUse: false };
    expect(await runJson(["encoders", "add", file], { dataDir })).toMatchObject(added);
    expect(await runJson(["encoders", "add", file], { dataDir })).toMatchObject({ ...added, added: false });
    expect((await run(["encoders", "use", "tiny-net"], { dataDir })).stdout).toBe("tiny-net is now in use\n");
    expect(await runJson(["encoders", "list"], { dataDir })).toMatchObject([
      { name: "colour-layout", kind: "builtin", inUse: false },
      { name: "tiny-net", kind: "onnx", dimension: 3, inUse: true },
    ]);
    const report = await runJson<RecommendReport>(["recommend", "42", "--similar"], { dataDir });
    expect(report.encoder).toBe("tiny-net");
    // All were embedded before it came into use.
    expect(await runJson(["posters", "embed"], { dataDir })).toMatchObject({ embedded: 0, failed: [] });
  });

  test("are used at once with --lazily: embeddings appear on demand, and then for all", async () => {
    const dataDir = await copyFolder(data);
    const file = join(await tempFolder(), "Tiny Net.onnx");
    await writeFile(file, classifier(1));
    await runJson(["encoders", "add", file], { dataDir });
    await run(["encoders", "use", "tiny-net", "--lazily"], { dataDir });
    await runJson(["recommend", "42", "--similar"], { dataDir });
    const embedded = await runJson<{ embedded: number }>(["posters", "embed"], { dataDir });
    expect(embedded.embedded).toBeLessThan(embeddedFilms.length);
    expect(embedded.embedded).toBeGreaterThan(embeddedFilms.length - 40);
  });

  test("are trained on genres and audiences, measured on held-out films, and used like any other", async () => {
    const dataDir = await copyFolder(data);
    const report = await runJson<{
      dimension: number;
      training: { posters: number };
      quality: Record<"heldOut" | "base" | "random", { genreJaccard: number }>;
    }>(["encoders", "train", "--folds", "3", "--use"], { dataDir });
    expect(report).toMatchObject({
      name: "colour-layout-taste",
      kind: "head",
      base: { name: "colour-layout" },
      training: { dataset: "embedded", posters: embeddedFilms.length },
      inUse: true,
    });
    // Drawn posters show their genres plainly.
    expect(report.quality.heldOut.genreJaccard).toBeGreaterThan(report.quality.random.genreJaccard);
    expect(await runJson(["encoders", "list"], { dataDir })).toMatchObject([
      { name: "colour-layout", inUse: false },
      { name: "colour-layout-taste", kind: "head", dimension: report.dimension, inUse: true },
    ]);
    const recommended = await runJson<RecommendReport>(["recommend", "42", "--similar"], { dataDir });
    expect(recommended.encoder).toBe("colour-layout-taste");
    expect(recommended.recommendations).toHaveLength(5);
    // Training again gives the same head; a head cannot be the base of another.
    const again = await run(["encoders", "train", "--folds", "0"], { dataDir });
    expect(again.stdout).toMatch(/^trained colour-layout-taste in [\d.]+ s\nUse it with: /);
    expect(await failure(["encoders", "train", "--base", "colour-layout-taste"], { dataDir })).toBe(
      'expected an encoder that is no head to train one on, received "colour-layout-taste", a head on colour-layout',
    );
    expect(await failure(["encoders", "train", "--name", "Bad!"], { dataDir })).toContain(
      "expected a name of lower-case",
    );
    // No other encoder is overwritten.
    const file = join(await tempFolder(), "Tiny Net.onnx");
    await writeFile(file, classifier(1));
    await runJson(["encoders", "add", file], { dataDir });
    for (const taken of ["tiny-net", "colour-layout"]) {
      expect(await failure(["encoders", "train", "--base", "colour-layout", "--name", taken], { dataDir })).toContain(
        `that no encoder but a head has, received "${taken}"`,
      );
    }
    expect(await run(["encoders", "train", "--folds", "1"], { dataDir })).toMatchObject({
      code: 2,
      stderr: "marquee: expected --folds 0 or from 2 to 20, received 1\n",
    });
  });

  test("that can be pulled are named when another one is requested", async () => {
    expect(await failure(["encoders", "pull", "vgg16"], { dataDir: data })).toBe(
      'there is no published encoder "vgg16"; the published encoders are resnet18, mobilenetv2-int8',
    );
  });

  test("are refused if the file is not an ONNX classifier, or the name is invalid", async () => {
    const folder = await tempFolder();
    const text = join(folder, "text.onnx");
    await writeFile(text, "this is no graph");
    expect(await failure(["encoders", "add", text], { dataDir: data })).toMatch(/^expected .*text\.onnx/);
    expect(await failure(["encoders", "add", join(folder, "none.onnx")], { dataDir: data })).toMatch(
      /^expected a file that can be read in "\S+none\.onnx", received ENOENT$/,
    );
    const tiny = join(folder, "tiny.onnx");
    await writeFile(tiny, classifier(1));
    expect(await failure(["encoders", "add", tiny, "--name", "Tiny!"], { dataDir: data })).toMatch(
      /^expected an encoder name of lower-case letters, digits and hyphens .*, received "Tiny!"$/,
    );
    expect(await failure(["encoders", "use", "resnet18"], { dataDir: data })).toBe(
      'there is no encoder "resnet18"; the only encoder is colour-layout',
    );
  });
});

describe("at a terminal", () => {
  test("an empty poster folder is refused with how files should be named", async () => {
    const folder = await tempFolder();
    expect(await failure(["posters", "add", folder], { dataDir: data })).toBe(
      `expected pictures named <movieId> or tt<imdbId> with .jpg, .png or .webp in ${JSON.stringify(folder)}, but it holds no files`,
    );
  });

  test("a protocol prints tables of its figures and of popularity bias", async () => {
    const { code, stdout } = await run(
      ["evaluate", "--protocol", "ranking-80-20", "--kind", "mf", "--ranker-factors", "8"],
      { dataDir: data },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^│ +│ +seed 0 │ +mean │$/m);
    expect(stdout).toMatch(/^│ ndcgAt20 +│ +0\.\d{4} │ +0\.\d{4} │$/m);
    expect(stdout).toMatch(/^│ +│ +-1 │ +-0\.5 │ +0 │ +0\.5 │ +1 │$/m);
  });

  test("predict prints as many as requested, best first", async () => {
    const { stdout } = await run(["predict", "3", "--first", "4"], { dataDir: data });
    const stars = [...stdout.matchAll(/(\d\.\d\d) ★/g)].map(([, text]) => Number(text));
    expect(stars).toHaveLength(4);
    expect(stars).toEqual([...stars].sort((a, b) => b - a));
  });
});

describe("marquee setup and token", () => {
  test("has nothing to do the second time", async () => {
    expect(await runJson(["setup"], { dataDir: data })).toEqual({ loaded: "embedded" });
    expect(await run(["setup"], { dataDir: data })).toMatchObject({
      stdout: "nothing to do: the data set embedded is loaded\n",
      stderr: "",
    });
  });

  test("prints a new token each time, and stores none of them readable", async () => {
    const dataDir = await tempFolder();
    const tokens = [];
    for (const name of ["front end", "script"]) {
      const { code, stdout } = await run(["token", "create", name], { dataDir });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^mq_[\w-]{43}\n$/);
      tokens.push(stdout.trim());
    }
    expect(tokens[0]).not.toBe(tokens[1]);
    for (const file of await readdir(dataDir)) {
      expect((await readFile(join(dataDir, file))).includes(tokens[0])).toBe(false);
    }
  });
});

describe("marquee schema", () => {
  const committed = fileURLToPath(new URL("../../schema.graphql", import.meta.url));
  if (!existsSync(committed)) console.log("skipped: the comparison with schema.graphql, which is not there");

  test.skipIf(!existsSync(committed))("prints what schema.graphql holds", async () => {
    const { code, stdout, stderr } = await run(["schema"], { dataDir: await tempFolder() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toBe(await readFile(committed, "utf8"));
  });

  test("writes it to a file, or says why it cannot", async () => {
    const file = join(await tempFolder(), "schema.graphql");
    expect(await run(["schema", "--out", file], { dataDir: data })).toMatchObject({ code: 0, stdout: "" });
    expect(await readFile(file, "utf8")).toMatch(/^type User implements Node\b/m);
    expect(await failure(["schema", "--out", "/nowhere/schema.graphql"], { dataDir: data })).toMatch(
      /^expected to write .*\/nowhere\/schema\.graphql.*ENOENT/,
    );
  });
});
