/** Previews of posters are made once for each picture, stored, and served from there. */
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { movieId } from "../../src/ids.js";
import { previewPosters } from "../../src/jobs/preview-posters.js";
import { posterPath } from "../../src/posters/images/poster-files.js";
import { previewVersion } from "../../src/posters/images/preview.js";
import { openServices } from "../../src/services/services.js";
import { dataFolder, moviesWithPosters } from "../support/fixture.js";
import { recordProgress } from "./record-progress.js";

const movies = moviesWithPosters();

async function open(dataDir?: string) {
  const folder = dataDir ?? (await dataFolder());
  const services = openServices(folder);
  onTestFinished(() => services.close());
  const posters = await services.store.posters.byMovieIds(movies.map(({ id }) => movieId(id)));
  return { folder, services, posters };
}

test("those that are stored are served without the pictures, by this process and the next", async () => {
  const { folder, services, posters } = await open();
  expect(await previewPosters(services)).toBe(new Set(posters.map((poster) => poster?.sha256)).size);
  const made = await services.posterPreviews(posters);
  expect(made.every((preview) => preview !== undefined && preview.blurhash.length > 10)).toBe(true);
  for (const name of await readdir(services.folders.posters)) {
    await rm(join(services.folders.posters, name), { recursive: true });
  }
  const next = await open(folder);
  expect(await next.services.posterPreviews(posters)).toEqual(made);
  expect(await previewPosters(next.services)).toBe(0);
});

test("a request stores what it had to make", async () => {
  const { folder, services, posters } = await open();
  const [one] = posters;
  const [made, again, none] = await services.posterPreviews([one, one, undefined]);
  expect([again, none]).toEqual([made, undefined]);
  const { store } = (await open(folder)).services;
  expect([...(await store.previews.byContent(previewVersion, [one?.sha256 as string])).values()]).toEqual([made]);
});

test("a picture that cannot be read has none, holds up no other, and gets one once it is there again", async () => {
  const { services, posters } = await open();
  const one = posters[0] as NonNullable<(typeof posters)[0]>;
  const { path } = posterPath(services.folders.posters, one.sha256, one.format);
  await rename(path, `${path}.away`);
  const [missing, found] = await services.posterPreviews(posters);
  expect([missing, typeof found?.blurhash]).toEqual([undefined, "string"]);
  expect((await services.store.previews.missing(previewVersion)).map(({ sha256 }) => sha256)).toEqual([one.sha256]);
  expect(await previewPosters(services)).toBe(0);
  await rename(`${path}.away`, path);
  expect(await previewPosters(services)).toBe(1);
});

test("shows progress, and goes on where it was stopped", async () => {
  const { services, posters } = await open();
  const stopping = new AbortController();
  const progress = recordProgress(() => stopping.abort());
  const first = await previewPosters(services, { signal: stopping.signal }, progress);
  expect(progress.updates.at(-1)).toMatchObject({ stage: "preview", done: first, unit: "posters" });
  const rest = await previewPosters(services);
  expect(first + rest).toBe(new Set(posters.map((poster) => poster?.sha256)).size);
});
