/** Every source of posters, asked as the program asks it. */
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { movieId, parseImdbId } from "../../../src/ids.js";
import { folderProvider } from "../../../src/posters/providers/folder.js";
import { tmdbProvider } from "../../../src/posters/providers/tmdb.js";
import { emptyFolder } from "../../support/fixture.js";
import { describeWithHttps } from "../../support/https-server.js";
import { serveTmdb, type TmdbFilms } from "../../support/tmdb-server.js";

const subject = (tmdbId: number | null, imdbId: string | null = null) => ({
  id: movieId(1),
  tmdbId,
  imdbId: imdbId === null ? null : parseImdbId(imdbId)!,
});

async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  const { code, message } = error as AppError;
  return `${code}: ${message.replace(/localhost:\d+/g, "HOST")}`;
}

describe("a folder of posters", () => {
  test("has what is named after the movie's number or its IMDb id, and says when it changed", async () => {
    const folder = await emptyFolder();
    const provider = folderProvider(folder);
    expect(await provider.find(subject(null), null)).toEqual({
      outcome: "none",
      detail: "the folder has no file for it",
    });
    await writeFile(join(folder, "tt0114709.png"), "one");
    const film = subject(null, "tt0114709");
    const first = await provider.find(film, null);
    expect(first).toMatchObject({ outcome: "found", bytes: Buffer.from("one") });
    const etag = (first as { etag: string }).etag;
    expect(await provider.find(film, etag)).toEqual({ outcome: "unchanged" });
    await utimes(join(folder, "tt0114709.png"), 1, 1);
    expect(await provider.find(film, etag)).toMatchObject({ outcome: "found" });
    await writeFile(join(folder, "1.webp"), "its number goes first");
    expect(await provider.find(film, etag)).toMatchObject({ bytes: Buffer.from("its number goes first") });
  });

  test("has nothing where it does not exist, or a folder has the name of a picture", async () => {
    const folder = await emptyFolder();
    expect((await folderProvider(join(folder, "gone")).find(subject(null), null)).outcome).toBe("none");
    await mkdir(join(folder, "1.jpg"));
    expect((await folderProvider(folder).find(subject(null), null)).outcome).toBe("none");
  });

  test("refuses a file that is too large, before it is read", async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, "1.jpg"), Buffer.alloc(10 * 2 ** 20 + 1));
    expect(await failure(folderProvider(folder).find(subject(null), null))).toBe(
      "FILE_UNREADABLE: expected a file of at most 10485760 bytes in 1.jpg, received 10485761",
    );
  });
});

describeWithHttps("The Movie Database", () => {
  const picture = Buffer.from("a picture");
  const pace = { perSecond: 1000, tries: 2, firstDelayMs: 1 };

  async function tmdb(films: TmdbFilms, key = "0123abcd") {
    const server = await serveTmdb(films);
    const provider = tmdbProvider({ key, baseUrl: `${server.url}3/`, ca: server.ca, allowPrivate: true, pace });
    return { provider, paths: () => server.requests.map(({ path }) => path), requests: server.requests };
  }

  test("is asked by its own number, for the size that is wide enough, with the key of the user", async () => {
    const { provider, paths } = await tmdb({ byTmdbId: { 862: "/abc.jpg" }, pictures: { "/abc.jpg": picture } });
    const found = await provider.find(subject(862, "tt0114709"), null);
    expect(found).toEqual({ outcome: "found", bytes: picture, etag: "/abc.jpg" });
    expect(paths()).toEqual([
      "/3/movie/862?api_key=0123abcd",
      "/3/configuration?api_key=0123abcd",
      "/t/p/w342/abc.jpg",
    ]);
  });

  test("is asked by the IMDb id where it has no number, or the number is gone; its configuration once", async () => {
    const { provider, paths } = await tmdb({ byImdbId: { tt0114709: "/abc.jpg" }, pictures: { "/abc.jpg": picture } });
    expect(await provider.find(subject(null, "tt0114709"), null)).toMatchObject({ outcome: "found" });
    expect(await provider.find(subject(99, "tt0114709"), null)).toMatchObject({ outcome: "found" });
    expect(paths()).toEqual([
      "/3/find/tt0114709?external_source=imdb_id&api_key=0123abcd",
      "/3/configuration?api_key=0123abcd",
      "/t/p/w342/abc.jpg",
      "/3/movie/99?api_key=0123abcd",
      "/3/find/tt0114709?external_source=imdb_id&api_key=0123abcd",
      "/t/p/w342/abc.jpg",
    ]);
  });

  test("gets a token in a header, which the host of the pictures never sees", async () => {
    const { provider, requests } = await tmdb(
      { byTmdbId: { 862: "/abc.jpg" }, pictures: { "/abc.jpg": picture } },
      "a.b.c",
    );
    await provider.find(subject(862), null);
    expect(requests.map(({ path, authorization }) => [path, authorization])).toEqual([
      ["/3/movie/862", "Bearer a.b.c"],
      ["/3/configuration", "Bearer a.b.c"],
      ["/t/p/w342/abc.jpg", undefined],
    ]);
  });

  test("is not asked for a picture again that is still the same", async () => {
    const { provider, paths } = await tmdb({ byTmdbId: { 862: "/abc.jpg" } });
    expect(await provider.find(subject(862), "/abc.jpg")).toEqual({ outcome: "unchanged" });
    expect(paths()).toHaveLength(1);
  });

  test.each([
    ["a film without ids", subject(null), "the movie has no TMDB or IMDb id to ask by"],
    ["an unknown film", subject(7, "tt0000007"), "TMDB does not know it"],
    ["a number that is gone", subject(7), "TMDB does not know it"],
    ["a film without a poster", subject(5), "TMDB has no poster of it"],
    ["a picture that is gone", subject(6), "TMDB names a picture that is not there"],
  ])("has none of %s", async (_what, film, detail) => {
    const { provider } = await tmdb({ byTmdbId: { 5: null, 6: "/gone.jpg" } });
    expect(await provider.find(film, null)).toEqual({ outcome: "none", detail });
  });

  test("says so, without showing the key, where it is not accepted", async () => {
    const { provider } = await tmdb({
      intercept: (_path, response) => {
        response.writeHead(401).end();
        return true;
      },
    });
    expect(await failure(provider.find(subject(862), null))).toBe(
      "FETCH_FAILED: cannot fetch https://HOST/3/movie/862: expected a key that TMDB accepts: it answers 401",
    );
  });

  test.each([
    ["no JSON", "{"],
    ["another shape", "[]"],
    ["a path that leads elsewhere", '{ "poster_path": "/../../admin.jpg" }'],
    ["a path to another host", '{ "poster_path": "@evil.example/x.jpg" }'],
  ])("is not believed where it answers with %s", async (_what, body) => {
    const { provider, paths } = await tmdb({
      intercept: (_path, response) => {
        response.writeHead(200, { "content-type": "application/json" }).end(body);
        return true;
      },
    });
    expect(await failure(provider.find(subject(862), null))).toContain("expected an answer as TMDB documents it");
    expect(paths()).toHaveLength(1);
  });

  test("is not followed to pictures of another host", async () => {
    const { provider } = await tmdb({
      byTmdbId: { 862: "/abc.jpg" },
      intercept: (path, response) => {
        if (!path.startsWith("/3/configuration")) return false;
        const images = { secure_base_url: "https://evil.example/t/p/", poster_sizes: ["w342"] };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ images }));
        return true;
      },
    });
    expect(await failure(provider.find(subject(862), null))).toBe(
      'FETCH_FAILED: cannot fetch https://evil.example/t/p/w342/abc.jpg: expected a host of HOST, image.tmdb.org, received "evil.example"',
    );
  });

  test("is asked again after 429, when it says so", async () => {
    let refusals = 1;
    const { provider, paths } = await tmdb({
      byTmdbId: { 862: "/abc.jpg" },
      pictures: { "/abc.jpg": picture },
      intercept: (_path, response) => {
        if (refusals-- <= 0) return false;
        response.writeHead(429, { "retry-after": "0" }).end();
        return true;
      },
    });
    expect(await provider.find(subject(862), null)).toMatchObject({ outcome: "found" });
    expect(paths().filter((path) => path.startsWith("/3/movie"))).toHaveLength(2);
  });

  test("finds by the IMDb id what was made for television", async () => {
    const { provider } = await tmdb({
      pictures: { "/tv.jpg": picture },
      intercept: (path, response) => {
        if (!path.startsWith("/3/find/")) return false;
        const body = { movie_results: [], tv_results: [{ poster_path: "/tv.jpg" }] };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
        return true;
      },
    });
    expect(await provider.find(subject(null, "tt0185906"), null)).toMatchObject({ outcome: "found", etag: "/tv.jpg" });
  });

  test.each([{ "content-type": "image/jpg" }, { "content-type": "application/octet-stream" }, {}])(
    "is believed that a picture is one whatever it calls it (%j): its bytes tell",
    async (headers) => {
      const { provider } = await tmdb({
        byTmdbId: { 862: "/abc.jpg" },
        intercept: (path, response) => {
          if (!path.startsWith("/t/p/")) return false;
          response.writeHead(200, headers).end(picture);
          return true;
        },
      });
      expect(await provider.find(subject(862), null)).toMatchObject({ outcome: "found", bytes: picture });
    },
  );
});
