/** The map of all posters: made once, kept, made anew where posters changed, and served. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { mapPosters } from "../../src/jobs/map-posters.js";
import { fixture, moviesWithPosters, start } from "../support/fixture.js";
import { recordProgress } from "./record-progress.js";

const query = "{ posterMap { movieIds x y cluster clusters { name x y size } atlas columns tileWidth tileHeight } }";

describe("the map", () => {
  test("has each poster once, near its cluster, and is null before it was made", async () => {
    const { services, data } = await start();
    expect((await data(query)).posterMap).toBeNull();
    const progress = recordProgress();
    const posters = moviesWithPosters().length;
    expect(await mapPosters(services, {}, progress)).toMatchObject({ posters, isUnchanged: false });
    progress.check();
    expect(progress.updates.at(-1)).toMatchObject({ stage: "atlas", done: posters, total: posters });
    const { posterMap } = await data(query);
    expect(posterMap.movieIds.toSorted()).toEqual(
      moviesWithPosters()
        .map(({ id }) => id)
        .toSorted(),
    );
    expect([posterMap.x.length, posterMap.y.length, posterMap.cluster.length]).toEqual([posters, posters, posters]);
    expect(posterMap.clusters.reduce((sum: number, { size }: { size: number }) => sum + size, 0)).toBe(posters);
    for (const cluster of posterMap.cluster) expect(posterMap.clusters[cluster].name).toMatch(/^[a-z]/);
  });

  test("is drawn as one picture, which may be cached forever", async () => {
    const { app, services, data } = await start();
    await mapPosters(services);
    const { atlas, columns, tileWidth, tileHeight, movieIds } = (await data(query)).posterMap;
    const response = await app.fetch(`http://localhost${atlas}`);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/webp"]);
    expect(response.headers.get("cache-control")).toContain("immutable");
    const { width, height } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
    expect([width, height]).toEqual([columns * tileWidth, Math.ceil(movieIds.length / columns) * tileHeight]);
    for (const other of [atlas.replace(/[0-9a-f]{4}\./, "0000."), "/posters/map-x.webp"]) {
      expect((await app.fetch(`http://localhost${other}`)).status).toBe(404);
    }
  });

  test("is made once, and anew where a poster changed or its picture is gone", async () => {
    const { services, data, edit, dataDir } = await start();
    await mapPosters(services);
    expect(await mapPosters(services)).toMatchObject({ isUnchanged: true });
    const { atlas } = (await data(query)).posterMap;
    await edit("mutation { removePoster(input: { movieId: 1 }) { __typename } }");
    expect(await mapPosters(services)).toMatchObject({ isUnchanged: false, posters: moviesWithPosters().length - 1 });
    const after = (await data(query)).posterMap;
    expect(after.atlas).not.toBe(atlas);
    expect(after.movieIds).not.toContain(1);
    await rm(join(dataDir, "posters", "resized"), { recursive: true });
    expect(await mapPosters(services)).toMatchObject({ isUnchanged: false });
  });

  test("stays as it was where making another one is interrupted", async () => {
    const { services, data, edit } = await start();
    await mapPosters(services);
    const before = (await data(query)).posterMap;
    await edit("mutation { removePoster(input: { movieId: 1 }) { __typename } }");
    await expect(mapPosters(services, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect((await data(query)).posterMap).toEqual(before);
  });

  test("of a catalogue without posters is empty", async () => {
    const { services, data, edit } = await start();
    for (const { id } of moviesWithPosters())
      await edit(`mutation { removePoster(input: { movieId: ${id} }) { __typename } }`);
    expect(await mapPosters(services)).toMatchObject({ posters: 0 });
    expect((await data(query)).posterMap.movieIds).toEqual([]);
    expect(fixture.movies.length).toBeGreaterThan(0);
  });
});
