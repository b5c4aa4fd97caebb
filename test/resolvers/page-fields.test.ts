/** What pages need of the API: pictures of every movie, addresses of all sizes, one's own rating, genres, and absences that read so. */
import { describe, expect, test } from "vitest";
import { fixture, moviesWithPosters, start } from "../support/fixture.js";

describe("pictures", () => {
  test("every movie has a card: its poster, or a drawn one", async () => {
    const { app, data } = await start();
    const without = fixture.movies.find(({ id }) => !moviesWithPosters().some((movie) => movie.id === id))!;
    for (const [id, drawn] of [
      [1, null],
      [without.id, "drawn"],
    ] as const) {
      const { movie } = await data(`{ movie(id: ${id}) { card(width: 154, format: webp) } }`);
      expect(movie.card).toBe(`/posters/${id}?w=154&format=webp`);
      const response = await app.fetch(`http://localhost${movie.card}`);
      expect([response.status, response.headers.get("content-type"), response.headers.get("x-marquee-poster")]).toEqual(
        [200, "image/webp", drawn],
      );
    }
  });

  test("srcset has every width that the poster has pixels for, each with an address that is served", async () => {
    const { app, data } = await start();
    const { poster } = (await data("{ movie(id: 1) { poster { width srcset(format: webp) url } } }")).movie;
    const sources = poster.srcset.split(", ").map((source: string) => source.split(" "));
    const widths = sources.map(([, width]: string[]) => Number.parseInt(width, 10));
    expect(widths).toEqual([...[92, 154, 185, 342, 500, 780].filter((width) => width < poster.width), poster.width]);
    for (const [address] of sources) expect((await app.fetch(`http://localhost${address}`)).status).toBe(200);
  });

  test("absolute addresses are those that the request was sent to, or below PUBLIC_URL, and are never served to others", async () => {
    const { app, dataDir } = await start();
    const query =
      "{ user(id: 42) { recommendations(first: 1) { movie { card(absolute: true) poster { url(absolute: true) srcset(absolute: true) } } } } movie(id: 1) { card(absolute: true) poster { url(absolute: true) srcset(absolute: true) } } }";
    const from = async (host: string, asked = app) => {
      const response = await asked.fetch(`${host}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query }),
      });
      return (await response.json()).data.movie;
    };
    for (const host of ["http://one.example", "https://other.example:8443", "http://one.example"]) {
      const movie = await from(host);
      expect(movie.card).toBe(`${host}/posters/1`);
      expect(movie.poster.url.startsWith(`${host}/posters/`)).toBe(true);
      for (const source of movie.poster.srcset.split(", ")) expect(source.startsWith(`${host}/posters/`)).toBe(true);
    }
    const proxied = await start({ dataDir, publicUrl: "https://films.example/api/" });
    expect((await from("http://inside", proxied.app)).card).toBe("https://films.example/api/posters/1");
  });

  test("colours of a palette have a value, and shares that add up to one at most", async () => {
    const { palette } = (await (await start()).data("{ movie(id: 1) { poster { palette { name hex share } } } }")).movie
      .poster;
    expect(palette.length).toBeGreaterThan(0);
    for (const { hex } of palette) expect(hex).toMatch(/^#[0-9a-f]{6}$/);
    expect(palette.reduce((sum: number, { share }: { share: number }) => sum + share, 0)).toBeLessThanOrEqual(1);
  });
});

describe("the viewer's own rating", () => {
  test("stands with each movie of a list, and follows what they rate", async () => {
    const started = await start();
    const token = await started.tokenOf("user", 3997);
    const query = "{ movies(first: 100) { edges { node { movieId viewerRating { rating } } } } }";
    const read = async (own?: string) => {
      const { movies } = await started.data(query, { token: own });
      return new Map<number, number | undefined>(
        movies.edges.map(({ node }: { node: { movieId: number; viewerRating: { rating: number } | null } }) => [
          node.movieId,
          node.viewerRating?.rating,
        ]),
      );
    };
    const own = await read(token);
    for (const [id, stars] of own) {
      expect(stars).toBe(fixture.ratings.find(({ userId, movieId }) => userId === 3997 && movieId === id)?.stars);
    }
    expect([...own.values()].some((stars) => stars !== undefined)).toBe(true);
    await started.data('mutation { rateMovie(input: { movieId: "1", rating: 2.5 }) { __typename } }', { token });
    expect((await read(token)).get(1)).toBe(2.5);
    expect([...(await read()).values()].every((stars) => stars === undefined)).toBe(true);
    expect([...(await read(started.token)).values()].every((stars) => stars === undefined)).toBe(true);
  });
});

describe("genres", () => {
  test("of the catalogue are listed by name with the number of their movies", async () => {
    const { genres } = await (await start()).data("{ genres { name movieCount } }");
    const counts = new Map<string, number>();
    for (const { genres: own } of fixture.movies) {
      for (const genre of own.split("|")) counts.set(genre, (counts.get(genre) ?? 0) + 1);
    }
    expect(genres).toEqual(
      [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, movieCount]) => ({ name, movieCount })),
    );
  });
});

describe("nobody", () => {
  test.each(["user(id: 777) { userId }", "movie(id: 99999) { title }", 'movie(imdbId: "tt9999999") { title }'])(
    "%s is null without an error",
    async (field) => {
      const { data, errors } = await (await start()).ask(`{ found: ${field} }`);
      expect([data, errors]).toEqual([{ found: null }, undefined]);
    },
  );

  test.each([
    'user(id: "x") { userId }',
    'movie(id: "x") { title }',
    'movie(imdbId: "x") { title }',
    "movie { title }",
  ])("%s is still an error", async (field) => {
    expect((await (await start()).ask(`{ found: ${field} }`)).errors).toHaveLength(1);
  });
});

describe("the scope of a token", () => {
  test("is told to who sends it", async () => {
    const started = await start();
    const read = async (token?: string) => (await started.data("{ viewerScope }", { token })).viewerScope;
    expect([
      await read(),
      await read(await started.tokenOf("user", 42)),
      await read(await started.tokenOf("editor")),
      await read(started.token),
    ]).toEqual([null, "USER", "EDITOR", "ADMIN"]);
    const open = await start({ dataDir: started.dataDir, auth: "off" });
    expect((await open.data("{ viewerScope }")).viewerScope).toBe("ADMIN");
  });
});

describe("movies to rate", () => {
  test("have the most popularity times entropy, worked out plainly, and unlike genres soon", async () => {
    const { data } = await start();
    const { moviesToRate } = await data("{ moviesToRate(first: 12) { movieId genres ratingCount ratingHistogram } }");
    const information = (counts: number[]) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const shares = counts.filter((count) => count > 0).map((count) => count / total);
      return -shares.reduce((sum, share) => sum + share * Math.log(share), 0);
    };
    const all = fixture.movies.map(({ id }) => {
      const counts = Array.from(
        { length: 10 },
        (_, i) => fixture.ratings.filter(({ movieId, stars }) => movieId === id && stars === (i + 1) / 2).length,
      );
      return { id, score: Math.log1p(counts.reduce((sum, count) => sum + count, 0)) * information(counts) };
    });
    expect(moviesToRate[0].movieId).toBe(all.sort((a, b) => b.score - a.score || a.id - b.id)[0].id);
    expect(new Set(moviesToRate.slice(0, 4).map(({ genres }: { genres: string[] }) => genres.join())).size).toBe(4);
    for (const { ratingCount } of moviesToRate) expect(ratingCount).toBeGreaterThan(0);
  });

  test("leave out those that were asked about already", async () => {
    const { ask, data } = await start();
    const ids = (list: { movieId: number }[]) => list.map(({ movieId }) => movieId);
    const first = ids((await data("{ moviesToRate(first: 5) { movieId } }")).moviesToRate);
    const next = ids((await data(`{ moviesToRate(first: 100, exceptMovieIds: [${first}]) { movieId } }`)).moviesToRate);
    expect(next.filter((id) => first.includes(id))).toEqual([]);
    expect((await ask("{ moviesToRate(first: 101) { movieId } }")).errors?.[0].code).toBe("INVALID_ARGUMENT");
    expect((await ask("{ moviesToRate(exceptMovieIds: [7]) { movieId } }")).errors?.[0].code).toBe("MOVIE_NOT_FOUND");
  });
});
