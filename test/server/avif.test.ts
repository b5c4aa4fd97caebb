/** Posters in AVIF, which is shown and never taken. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { posterPath } from "../../src/posters/images/poster-files.js";
import { fixture, start } from "../support/fixture.js";

describe("posters", () => {
  test("come in AVIF, made once and kept beside the others", async () => {
    const { data, app, services } = await start();
    const { poster } = (
      await data("{ movie(id: 858) { poster { url(format: avif) small: url(width: 185, format: avif) } } }")
    ).movie;
    expect(poster.small).toMatch(/^\/posters\/[0-9a-f]{64}\.(?:jpeg|png|webp)\?w=185&format=avif$/);
    const tags = new Set<string | null>();
    for (const path of [poster.url, poster.small, "/posters/858?w=185&format=avif", "/posters/858?w=185&format=webp"]) {
      const response = await app.fetch(`http://marquee.test${path}`);
      const bytes = Buffer.from(await response.arrayBuffer());
      const format = path.slice(-4);
      expect([path, response.status, response.headers.get("content-type")]).toEqual([path, 200, `image/${format}`]);
      expect(bytes.toString("latin1", 4, 12) === "ftypavif").toBe(format === "avif");
      tags.add(response.headers.get("etag"));
    }
    // By content and by number it is one picture with one tag; in another size or format it is another.
    expect(tags.size).toBe(3);
    const kept = await readdir(join(services.folders.posters, "resized"), { recursive: true });
    const files = kept.filter((name) => name.endsWith(".avif")).sort();
    expect(files.map((name) => name.slice(-10))).toEqual([expect.stringMatching(/-full\.avif$/), "-w185.avif"]);
    // What is kept is what is served the next time.
    await writeFile(join(services.folders.posters, "resized", files[1]), "what lies there");
    expect(await (await app.fetch(`http://marquee.test${poster.small}`)).text()).toBe("what lies there");
  });

  test("that cannot be made are a 500, and those that are not there a 404, in AVIF as in the others", async () => {
    const { data, app, services } = await start();
    const { poster } = (await data("{ movie(id: 858) { poster { url } } }")).movie;
    const [sha256, format] = poster.url.split("/")[2].split(".");
    const { path } = posterPath(services.folders.posters, sha256, format);
    await writeFile(path, (await readFile(path)).subarray(0, 200));
    const statuses = async () =>
      Promise.all(
        ["avif", "png"].map(async (wanted) => {
          const response = await app.fetch(`http://marquee.test${poster.url}?w=92&format=${wanted}`);
          return response.status;
        }),
      );
    expect(await statuses()).toEqual([500, 500]);
    await rm(path);
    expect(await statuses()).toEqual([404, 404]);
  });

  test("that stand for a missing one come in AVIF too, as wide as they are asked for", async () => {
    const { app } = await start();
    const { id } = fixture.unratedMovies[0];
    const response = await app.fetch(`http://marquee.test/posters/${id}?w=154&format=avif`);
    expect([response.headers.get("content-type"), response.headers.get("x-marquee-poster")]).toEqual([
      "image/avif",
      "drawn",
    ]);
    const bytes = Buffer.from(await response.arrayBuffer());
    // The box `ispe` says the size: AVIF's reader is blocked here, as for whatever strangers send.
    const at = bytes.indexOf("ispe", 0, "latin1") + 8;
    expect([bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)]).toEqual([154, 231]);
  });
});
