/** Imports run as jobs, without the command line: what they report, and what the database holds then. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { importMovieLens } from "../../../src/jobs/import/import-movielens.js";
import { linkMovies } from "../../../src/jobs/import/link-movies.js";
import { openServices, type Services } from "../../../src/services/services.js";
import { type Files, folderWith, inside, ml1m, zipWith } from "../../datasets/movielens/fixtures.js";
import { recordProgress } from "../record-progress.js";

async function openEmpty(): Promise<Services> {
  const folder = await mkdtemp(join(tmpdir(), "marquee-import-"));
  const services = openServices(folder);
  onTestFinished(async () => {
    await services.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  });
  return services;
}

/** A newer release, which knows two of the three movies. */
const release: Files = {
  "movies.csv": 'movieId,title,genres\n1,Toy Story (1995),Animation\n661,"Misérables, Les (1995)",Drama\n',
  "links.csv": "movieId,imdbId,tmdbId\n1,0114709,862\n661,0113828,48750\n",
};

const imdbIds = async ({ store }: Services) => (await store.movies.all()).map(({ imdbId }) => imdbId);

describe("an import", () => {
  test("reads the files up to their last byte, and stores users, movies, ratings and links", async () => {
    const services = await openEmpty();
    const from = await zipWith(inside("ml-tiny", ml1m));
    const progress = recordProgress();
    const report = await importMovieLens(services, { from, links: await folderWith(release) }, progress);
    expect(report).toMatchObject({ dataset: "ml-tiny", users: 2, movies: 3, ratings: 3, linked: 2, skipped: 0 });
    expect(report.unlinked).toMatchObject([
      { movieId: 914, reason: expect.stringContaining("the reference has no movie 914") },
    ]);
    expect(progress.stages()).toEqual(["import"]);
    progress.check();
    const bytes = Object.values(ml1m).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
    expect(progress.updates.at(-1)).toMatchObject({
      done: bytes,
      total: bytes,
      unit: "MB",
      detail: "ml-tiny/ratings.dat",
    });
    expect([progress.notes, progress.warnings]).toEqual([[], []]);
    expect((await services.serving()).dataset?.name).toBe("ml-tiny");
    expect([await services.store.users.count(), await services.store.ratings.count()]).toEqual([2, 3]);
    expect(await imdbIds(services)).toEqual(["tt0114709", "tt0113828", null]);
  });

  test("notes the first bad lines of each kind, and reports how many there were", async () => {
    const services = await openEmpty();
    const bad = Array.from({ length: 5 }, (_, i) => `1::${i + 2}::3::0\n`).join("");
    const good = Array.from({ length: 5 }, (_, i) => `1::${[1, 661, 914][i % 3]}::${(i % 5) + 1}::${i}\n`).join("");
    const from = await folderWith(inside("ml-tiny", { ...ml1m, "ratings.dat": good + bad }));
    const progress = recordProgress();
    const { skipped, skippedKinds } = await importMovieLens(services, { from, skipBad: true }, progress);
    expect(skipped).toBe(5);
    expect(skippedKinds).toMatchObject([{ file: "ml-tiny/ratings.dat", count: 5 }]);
    expect(progress.notes).toHaveLength(3);
    for (const note of progress.notes) expect(note).toMatch(/^skipped: ml-tiny\/ratings\.dat line \d+: /);
  });

  test("that is interrupted leaves the database as it was", async () => {
    const services = await openEmpty();
    const from = await folderWith(inside("ml-tiny", ml1m));
    const controller = new AbortController();
    const progress = recordProgress(() => controller.abort());
    await expect(importMovieLens(services, { from, signal: controller.signal }, progress)).rejects.toMatchObject({
      code: "INTERRUPTED",
      message: "interrupted: nothing was imported, the database is as before",
    });
    expect((await services.serving()).dataset).toBeUndefined();
    expect(await services.store.movies.all()).toEqual([]);
  });
});

describe("linking", () => {
  test("takes ids from a newer release, once, and reports on what is linked without one", async () => {
    const services = await openEmpty();
    await expect(linkMovies(services)).rejects.toMatchObject({ code: "DATA_EMPTY" });
    await importMovieLens(services, { from: await folderWith(inside("ml-tiny", ml1m)) });
    expect(await linkMovies(services)).toMatchObject({ state: { movies: 3, linked: 0 }, skippedKinds: [] });
    const from = await folderWith(release);
    expect(await linkMovies(services, { from })).toMatchObject({ state: { movies: 3, linked: 2 }, changed: 2 });
    expect((await linkMovies(services, { from })).changed).toBe(0);
    expect(await imdbIds(services)).toEqual(["tt0114709", "tt0113828", null]);
  });
});
