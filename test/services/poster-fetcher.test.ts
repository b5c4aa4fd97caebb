/** Missing posters come in the background: over the whole app, from a server that answers as The Movie Database. */
import { readdir } from "node:fs/promises";
import sharp from "sharp";
import { expect, test } from "vitest";
import { movieId, parseImdbId } from "../../src/ids.js";
import { fetchPosters } from "../../src/jobs/fetch-posters.js";
import { silent } from "../../src/jobs/progress.js";
import { tmdbProvider } from "../../src/posters/providers/tmdb.js";
import { openServices } from "../../src/services/services.js";
import { rawDatabase } from "../support/database.js";
import { dataFolder, fixture, moviesWithPosters, type Started, start } from "../support/fixture.js";
import { describeWithHttps } from "../support/https-server.js";
import { serveTmdb, type TmdbFilms, type TmdbServer } from "../support/tmdb-server.js";

const [film, other] = fixture.movies.filter(({ id }) => !moviesWithPosters().some((movie) => movie.id === id));

const picture = (format: "jpeg" | "png" | "webp" = "jpeg", colour = "#a33") =>
  sharp({ create: { width: 80, height: 120, channels: 3, background: colour } })
    [format]()
    .toBuffer();

const providerFor = ({ url, ca }: TmdbServer) =>
  tmdbProvider({
    key: "0123",
    baseUrl: `${url}3/`,
    ca,
    allowPrivate: true,
    pace: { perSecond: 1000, tries: 2, firstDelayMs: 1 },
    timeoutMs: 2000,
  });

async function startWith(films: TmdbFilms): Promise<{ started: Started; server: TmdbServer }> {
  const server = await serveTmdb(films);
  const dataDir = await dataFolder();
  // Linked before the app opens the folder.
  const services = openServices(dataDir);
  rawDatabase(services).prepare("UPDATE movies SET tmdb_id = ? WHERE id = ?").run(501, film.id);
  rawDatabase(services).prepare("UPDATE movies SET tmdb_id = ? WHERE id = ?").run(502, other.id);
  await services.close();
  return { started: await start({ dataDir, posterProviders: [providerFor(server)] }), server };
}

const stateOf = ({ data }: Started, id = film.id) =>
  data(`{ movie(id: ${id}) { posterState poster { source width url } posterSimilarity(movieId: 1) } }`).then(
    ({ movie }) => movie,
  );

/** Every file of the poster store. */
async function stored({ services }: Started): Promise<string[]> {
  const files = await readdir(services.folders.posters, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map(({ name }) => name);
}

describeWithHttps("a poster that is missing", () => {
  test("is pending in the first answer and there in the next, with its similarity", async () => {
    const { started } = await startWith({ byTmdbId: { 501: "/a.jpg" }, pictures: { "/a.jpg": await picture() } });
    expect(await stateOf(started)).toEqual({ posterState: "PENDING", poster: null, posterSimilarity: null });
    await started.services.posterFetcher.settled();
    const movie = await stateOf(started);
    expect(movie).toMatchObject({ posterState: "READY", poster: { source: "tmdb", width: 80 } });
    expect(movie.posterSimilarity).toBeGreaterThan(-1);
    const response = await started.app.fetch(`http://localhost${movie.poster.url}`);
    expect(response.status).toBe(200);
    // Its embedding was made before anybody asked.
    const embedded = rawDatabase(started.services)
      .prepare("SELECT count(*) FROM posters JOIN poster_embeddings USING (sha256) WHERE movie_id = ?")
      .pluck()
      .get(film.id);
    expect(embedded).toBe(1);
  });

  test("is asked for once, however many ask, and not at all where nothing needs it", async () => {
    const { started, server } = await startWith({
      byTmdbId: { 501: "/a.jpg" },
      pictures: { "/a.jpg": await picture() },
    });
    await started.data(`{ movie(id: ${film.id}) { title predictedRating(userId: 42) } }`);
    expect(server.requests).toEqual([]);
    await Promise.all([stateOf(started), stateOf(started), stateOf(started)]);
    await started.services.posterFetcher.settled();
    expect(server.requests.filter(({ path }) => path.startsWith("/3/movie/501"))).toHaveLength(1);
  });

  test("is asked for by recommendations that would have it", async () => {
    const { started, server } = await startWith({});
    await started.data("{ user(id: 3997) { recommendations(similar: true) { title } } }");
    // None of the candidates but those linked has an id to ask by: what was asked is remembered all the same.
    await started.services.posterFetcher.settled();
    const remembered = rawDatabase(started.services).prepare("SELECT count(*) FROM poster_fetches").pluck().get();
    expect(remembered).toBe(20);
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });

  test("is not asked for again where there is none, until it is asked with --refresh", async () => {
    const { started, server } = await startWith({ byTmdbId: { 501: null } });
    expect((await stateOf(started)).posterState).toBe("PENDING");
    await started.services.posterFetcher.settled();
    expect((await stateOf(started)).posterState).toBe("NONE");
    expect(server.requests).toHaveLength(1);
    const { posterFetcher } = started.services;
    expect((await posterFetcher.fetch(movieId(film.id))).outcome).toBe("waiting");
    expect(server.requests).toHaveLength(1);
    expect(await posterFetcher.fetch(movieId(film.id), { refresh: true })).toEqual({
      outcome: "none",
      detail: "tmdb: TMDB has no poster of it",
    });
    expect(server.requests).toHaveLength(2);
    const { asked_at: askedAt, ask_again_at: again } = rawDatabase(started.services)
      .prepare("SELECT * FROM poster_fetches WHERE movie_id = ?")
      .get(film.id) as { asked_at: number; ask_again_at: number };
    expect(again - askedAt).toBe(30 * 86_400);
    // When its time is over, it is.
    rawDatabase(started.services).prepare("UPDATE poster_fetches SET ask_again_at = 1").run();
    expect((await stateOf(started)).posterState).toBe("PENDING");
  });

  test("none is asked for where no source is set up", async () => {
    const started = await start();
    expect(await stateOf(started)).toEqual({ posterState: "NONE", poster: null, posterSimilarity: null });
  });
});

describeWithHttps("what a host sends for a poster", () => {
  test.each<[string, () => Promise<Buffer>]>([
    [
      "CMYK",
      () =>
        sharp({ create: { width: 40, height: 60, channels: 3, background: "#a33" } })
          .toColourspace("cmyk")
          .jpeg()
          .toBuffer(),
    ],
    [
      "16 bits",
      () =>
        sharp({ create: { width: 40, height: 60, channels: 3, background: "#a33" } })
          .toColourspace("rgb16")
          .png()
          .toBuffer(),
    ],
    [
      "turned by EXIF",
      () =>
        sharp({ create: { width: 60, height: 40, channels: 3, background: "#a33" } })
          .withMetadata({ orientation: 6 })
          .jpeg()
          .toBuffer(),
    ],
  ])("is taken as %s, and served upright in sRGB", async (_what, make) => {
    const { started } = await startWith({ byTmdbId: { 501: "/a.jpg" }, pictures: { "/a.jpg": await make() } });
    await stateOf(started);
    await started.services.posterFetcher.settled();
    expect(await stateOf(started)).toMatchObject({ posterState: "READY", poster: { width: 40 } });
    const response = await started.app.fetch(`http://localhost/posters/${film.id}?w=92&format=png`);
    const { width, height, space, depth, orientation } = await sharp(
      Buffer.from(await response.arrayBuffer()),
    ).metadata();
    expect({ width, height, space, depth, orientation }).toEqual({
      width: 40,
      height: 60,
      space: "srgb",
      depth: "uchar",
      orientation: undefined,
    });
  });

  const halfOf = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);
  const noisy = () =>
    sharp({
      create: {
        width: 200,
        height: 300,
        channels: 3,
        noise: { type: "gaussian", mean: 128, sigma: 30 },
        background: "#000",
      },
    });
  test.each<[string, () => Promise<Buffer>, string]>([
    [
      "a page that says it is a picture",
      async () => Buffer.from("<html>not found</html>"),
      "expected a poster as JPEG, PNG or WebP",
    ],
    ["half a picture", async () => halfOf(await noisy().jpeg().toBuffer()), "expected a poster that decodes in full"],
    [
      "a decompression bomb",
      () =>
        sharp({ create: { width: 12_000, height: 12_000, channels: 3, background: "#000" } })
          .png()
          .toBuffer(),
      "at most 24 megapixels",
    ],
    [
      "an animation",
      async () =>
        sharp([await noisy().png().toBuffer(), await noisy().png().toBuffer()], { join: { animated: true } })
          .webp()
          .toBuffer(),
      "expected a poster of one picture, received an animated webp",
    ],
    [
      "a pixel",
      () =>
        sharp({ create: { width: 1, height: 1, channels: 3, background: "#000" } })
          .png()
          .toBuffer(),
      "at least 16 pixels",
    ],
    [
      "SVG",
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>'),
      "expected a poster as JPEG",
    ],
  ])("is refused as %s: nothing of it is kept, and it is not asked for again at once", async (_what, make, reason) => {
    const bytes = await make();
    const { started, server } = await startWith({ byTmdbId: { 501: "/a.jpg" }, pictures: { "/a.jpg": bytes } });
    const before = await stored(started);
    const result = await started.services.posterFetcher.fetch(movieId(film.id));
    expect(result.outcome).toBe("failed");
    expect(result.detail).toContain(reason);
    expect(await stored(started)).toEqual(before);
    expect((await stateOf(started)).posterState).toBe("NONE");
    const { length } = server.requests;
    await started.services.posterFetcher.settled();
    expect(server.requests).toHaveLength(length);
  });
});

describeWithHttps("marquee posters fetch", () => {
  test("asks for every movie without a poster and counts what came of it", async () => {
    const { started } = await startWith({
      byTmdbId: { 501: "/a.jpg", 502: "/b.jpg" },
      pictures: { "/a.jpg": await picture(), "/b.jpg": Buffer.from("no picture") },
    });
    const progress: [number, number][] = [];
    const missing = fixture.movies.length - moviesWithPosters().length;
    const report = await fetchPosters(
      started.services,
      {},
      { ...silent, update: ({ done, total }) => progress.push([done, total]) },
    );
    expect(report).toMatchObject({
      movies: missing,
      outcomes: { added: 1, changed: 0, unchanged: 0, kept: 0, none: missing - 2, failed: 1, waiting: 0 },
      failed: [{ movieId: other.id, title: other.displayTitle }],
    });
    expect(progress.at(-1)).toEqual([missing, missing]);
    const again = await fetchPosters(started.services);
    expect(again.outcomes).toMatchObject({ added: 0, none: 0, waiting: missing - 1 });
  });

  test("with refresh takes posters that changed, and leaves uploaded ones alone", async () => {
    const films: TmdbFilms = {
      byTmdbId: { 501: "/a.jpg", 502: "/b.jpg" },
      pictures: {
        "/a.jpg": await picture(),
        "/b.jpg": await picture("jpeg", "#3a3"),
        "/c.jpg": await picture("jpeg", "#33a"),
      },
    };
    const { started, server } = await startWith(films);
    const { posterFetcher } = started.services;
    expect((await posterFetcher.fetch(movieId(film.id))).outcome).toBe("added");
    expect((await posterFetcher.fetch(movieId(film.id))).outcome).toBe("unchanged");
    expect((await posterFetcher.fetch(movieId(film.id), { refresh: true })).outcome).toBe("unchanged");
    expect(server.requests.filter(({ path }) => path === "/t/p/w342/a.jpg")).toHaveLength(1);
    films.byTmdbId![501] = "/c.jpg";
    expect((await posterFetcher.fetch(movieId(film.id), { refresh: true })).outcome).toBe("changed");
    rawDatabase(started.services).prepare("UPDATE posters SET source = 'upload' WHERE movie_id = ?").run(film.id);
    expect((await posterFetcher.fetch(movieId(film.id), { refresh: true })).outcome).toBe("kept");
  });

  test("takes a poster found by a wrong link away when the link is corrected, and asks again", async () => {
    const { started, server } = await startWith({
      byTmdbId: { 501: "/a.jpg" },
      byImdbId: { tt0068646: "/b.jpg" },
      pictures: { "/a.jpg": await picture(), "/b.jpg": await picture("jpeg", "#33a") },
    });
    const { posterFetcher } = started.services;
    await posterFetcher.fetch(movieId(film.id));
    expect(parseImdbId("tt0068646")).toBeDefined();
    await started.edit(`mutation { linkImdb(input: { movieId: ${film.id}, imdbId: "tt0068646" }) { __typename } }`);
    expect((await stateOf(started)).posterState).toBe("PENDING");
    await posterFetcher.settled();
    expect((await stateOf(started)).posterState).toBe("READY");
    expect(server.requests.at(-1)?.path).toBe("/t/p/w342/b.jpg");
  });

  test("stops between movies, and is refused where no source is set up", async () => {
    const { started } = await startWith({});
    const controller = new AbortController();
    const report = await fetchPosters(
      started.services,
      { signal: controller.signal },
      { ...silent, update: () => controller.abort() },
    );
    expect(report.movies).toBeLessThan(20);
    await expect(fetchPosters((await start()).services)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  });
});
