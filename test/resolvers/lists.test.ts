/** Lists as front ends show them: filtered, ordered, page by page while rows come and go, and counted. */
import { describe, expect, test } from "vitest";
import type { Viewer } from "../../src/access/viewer.js";
import { withSignal } from "../../src/event-loop.js";
import { sortKey } from "../../src/fold-text.js";
import { createRecommendationCache } from "../../src/recommend/cache.js";
import { trending } from "../../src/resolvers/movies/trending.js";
import type { Context } from "../../src/resolvers/request/context.js";
import { createLoaders } from "../../src/resolvers/request/loaders.js";
import { createScheduler } from "../../src/resolvers/request/scheduler.js";
import type { Services } from "../../src/services/services.js";
import { rawDatabase } from "../support/database.js";
import { fixture, type Started, start } from "../support/fixture.js";

interface Node {
  movieId: number;
  title: string;
  year: number;
  genres: string[];
  ratingCount: number;
  meanRating: number | null;
  lastRatedOn: string | null;
  poster: object | null;
}

/** Of somebody who may read everything. */
function createContext(services: Services): Context {
  const viewer: Viewer = { scope: "admin", userId: null, key: null };
  const own = services.forRequest();
  return {
    services: own,
    loaders: createLoaders(own, () => "all", createScheduler(), createRecommendationCache()),
    viewer,
    audience: () => "all",
  } as Context;
}

const shown = "movieId title year genres ratingCount meanRating lastRatedOn poster { width }";

async function movies(started: Started, args: string, from = ""): Promise<Node[]> {
  const all: Node[] = [];
  for (let after = from; ; ) {
    const page = (
      await started.data(
        `{ movies(first: 100 ${args} ${after}) { pageInfo { hasNextPage endCursor } edges { node { ${shown} } } } }`,
      )
    ).movies;
    all.push(...page.edges.map(({ node }: { node: Node }) => node));
    if (!page.pageInfo.hasNextPage) return all;
    after = `after: "${page.pageInfo.endCursor}"`;
  }
}

/** What the fixture says of a movie, in the plainest way. */
function plainly(movieId: number) {
  const own = fixture.ratings.filter((rating) => rating.movieId === movieId);
  const sum = own.reduce((total, { stars }) => total + stars, 0);
  return {
    ratingCount: own.length,
    meanRating: own.length === 0 ? null : sum / own.length,
    sum,
    lastRatedAt: own.length === 0 ? 0 : Math.max(...own.map(({ ratedAt }) => ratedAt)),
  };
}

const given = ({ movieId }: Node) => sortKey(fixture.movies.find(({ id }) => id === movieId)?.title ?? "");

describe("movies", () => {
  test.each<[string, (node: Node) => boolean]>([
    ['genres: ["Comedy", "Romance"]', ({ genres }) => genres.includes("Comedy") && genres.includes("Romance")],
    ['anyGenre: ["Horror", "Romance"]', ({ genres }) => genres.includes("Horror") || genres.includes("Romance")],
    ["anyGenre: []", () => false],
    ['excludeGenres: ["Drama", "Comedy"]', ({ genres }) => !genres.includes("Drama") && !genres.includes("Comedy")],
    ["years: { from: 1960, to: 1970 }", ({ year }) => year >= 1960 && year <= 1970],
    ["years: { to: 1955 }", ({ year }) => year <= 1955],
    ["meanRating: { from: 4 }", ({ meanRating }) => (meanRating ?? 0) >= 4],
    ["meanRating: { to: 2 }", ({ meanRating }) => meanRating !== null && meanRating <= 2],
    ["ratingCount: { from: 4 }", ({ ratingCount }) => ratingCount >= 4],
    ["ratingCount: { to: 0 }", ({ ratingCount }) => ratingCount === 0],
    ["hasPoster: true", ({ poster }) => poster !== null],
    ["hasPoster: false", ({ poster }) => poster === null],
    [
      'anyGenre: ["Horror"], years: { from: 1970 }, hasPoster: false',
      ({ genres, year, poster }) => genres.includes("Horror") && year >= 1970 && poster === null,
    ],
  ])("that match %s are those, and counted", async (args, isWanted) => {
    const started = await start();
    const wanted = (await movies(started, "")).filter(isWanted);
    expect(await movies(started, args)).toEqual(wanted);
    const { totalCount } = (await started.data(`{ movies(${args}) { totalCount } }`)).movies;
    expect(totalCount).toBe(wanted.length);
  });

  test.each<[string, (a: Node, b: Node) => number]>([
    ["NUMBER", (a, b) => a.movieId - b.movieId],
    // As the data set has it: articles last, numbers by their size.
    ["TITLE", (a, b) => (given(a) < given(b) ? -1 : given(a) > given(b) ? 1 : 0)],
    ["YEAR", (a, b) => a.year - b.year],
    ["POPULARITY", (a, b) => a.ratingCount - b.ratingCount],
    ["MEAN_RATING", (a, b) => (a.meanRating ?? 0) - (b.meanRating ?? 0)],
    ["RECENTLY_RATED", (a, b) => Date.parse(a.lastRatedOn ?? "1970") - Date.parse(b.lastRatedOn ?? "1970")],
  ])("come in the order of %s, both ways, equal ones by number, and backward from the end", async (field, compare) => {
    const started = await start();
    const all = await movies(started, "");
    const ascending = [...all].sort((a, b) => compare(a, b) || a.movieId - b.movieId);
    expect(
      (await movies(started, `orderBy: { field: ${field}, direction: ASC }`)).map(({ movieId }) => movieId),
    ).toEqual(ascending.map(({ movieId }) => movieId));
    const descending = [...ascending].reverse().map(({ movieId }) => movieId);
    expect(
      (await movies(started, `orderBy: { field: ${field}, direction: DESC }`)).map(({ movieId }) => movieId),
    ).toEqual(descending);
    const backward: number[] = [];
    for (let before = ""; ; ) {
      const page = (
        await started.data(
          `{ movies(last: 40, orderBy: { field: ${field}, direction: DESC } ${before}) { pageInfo { hasPreviousPage startCursor } edges { node { movieId } } } }`,
        )
      ).movies;
      backward.unshift(...page.edges.map(({ node }: { node: Node }) => node.movieId));
      if (!page.pageInfo.hasPreviousPage) break;
      before = `before: "${page.pageInfo.startCursor}"`;
    }
    expect(backward).toEqual(descending);
  });

  test("a page goes on where it stood when movies were added and rated meanwhile", async () => {
    const started = await start();
    const before = (await movies(started, "orderBy: { field: TITLE }")).map(({ title }) => title);
    const page = (await started.data("{ movies(first: 10, orderBy: { field: TITLE }) { pageInfo { endCursor } } }"))
      .movies;
    await started.edit('mutation { addMovie(input: { title: "1 AAA", year: 2020, genres: [] }) { __typename } }');
    const rest = await movies(started, "orderBy: { field: TITLE }", `after: "${page.pageInfo.endCursor}"`);
    expect(rest.map(({ title }) => title)).toEqual(before.slice(10));
  });

  test.each([
    ["abc", 'expected a cursor that an earlier page gave, received "abc"'],
    ["", 'expected a cursor that an earlier page gave, received ""'],
    [Buffer.from("[1,2]").toString("base64url"), 'expected a cursor that an earlier page gave, received "WzEsMl0"'],
    [Buffer.from('["NUMBER ASC",{},1]').toString("base64url"), "expected a cursor that an earlier page gave"],
    [Buffer.from('["NUMBER ASC",1,1.5]').toString("base64url"), "expected a cursor that an earlier page gave"],
    [
      Buffer.from('["TITLE ASC","a",1]').toString("base64url"),
      'expected a cursor of a list ordered by NUMBER ASC, received one of a list ordered by "TITLE ASC"',
    ],
  ])("a cursor %j is refused by name", async (cursor, message) => {
    const { ask } = await start();
    for (const args of [`first: 1, after: "${cursor}"`, `last: 1, before: "${cursor}"`]) {
      const { errors } = await ask(`{ movies(${args}) { totalCount } }`);
      expect(errors?.[0].code).toBe("INVALID_ARGUMENT");
      expect(errors?.[0].message).toContain(message);
    }
  });

  test.each([
    ["years: { from: 2000, to: 1990 }", "expected years from a number to one not below it, received 2000 to 1990"],
    [`anyGenre: [${'"A" '.repeat(21)}]`, "expected up to 20 anyGenre, received 21"],
    [`excludeGenres: [${'"A" '.repeat(21)}]`, "expected up to 20 excludeGenres, received 21"],
  ])("%s is refused", async (args, message) => {
    const { ask } = await start();
    expect((await ask(`{ movies(${args}) { totalCount } }`)).errors).toMatchObject([
      { code: "INVALID_ARGUMENT", message },
    ]);
  });

  test("have statistics that follow each rating, changed or taken away", async () => {
    const started = await start();
    const query = "{ movie(id: 858) { ratingCount meanRating ratingHistogram lastRatedOn } }";
    const before = plainly(858);
    const histogram = (rows: { stars: number }[]) =>
      Array.from({ length: 10 }, (_, k) => rows.filter(({ stars }) => stars * 2 === k + 1).length);
    const own = fixture.ratings.filter(({ movieId }) => movieId === 858);
    expect(await started.data(query)).toEqual({
      movie: {
        ratingCount: before.ratingCount,
        meanRating: before.meanRating,
        ratingHistogram: histogram(own),
        lastRatedOn: new Date(before.lastRatedAt * 1000).toISOString().slice(0, 10),
      },
    });
    const rate = (rating: number) =>
      started.edit(`mutation { rateMovie(input: { userId: 6040, movieId: 858, rating: ${rating} }) { __typename } }`);
    await rate(1.5);
    await rate(2.5);
    const { movie } = await started.data(query);
    expect(movie.ratingCount).toBe(before.ratingCount + 1);
    expect(movie.meanRating).toBeCloseTo((before.sum + 2.5) / (before.ratingCount + 1), 12);
    expect(movie.ratingHistogram).toEqual(histogram([...own, { stars: 2.5 }]));
    expect(movie.lastRatedOn).toBe(new Date().toISOString().slice(0, 10));
    await started.edit("mutation { removeRating(input: { userId: 6040, movieId: 858 }) { __typename } }");
    expect((await started.data(query)).movie).toMatchObject({
      ratingCount: before.ratingCount,
      ratingHistogram: histogram(own),
      lastRatedOn: new Date(before.lastRatedAt * 1000).toISOString().slice(0, 10),
    });
  });
});

describe("ratings", () => {
  const own = fixture.ratings.filter(({ userId }) => userId === 3997);
  const ratings = async (started: Started, args: string, field = "ratings") =>
    (
      await started.data(
        `{ ${field}(first: 100 ${args}) { totalCount edges { node { rating ratedAt movie { movieId } user { userId } } } } }`,
      )
    )[field];

  test.each<[string, typeof own]>([
    ["userId: 3997, rating: { from: 4 }", own.filter(({ stars }) => stars >= 4)],
    ["userId: 3997, movieId: 1", own.filter(({ movieId }) => movieId === 1)],
    ['userId: 3997, ratedAfter: "2001-01-02T01:46:40Z"', own.filter(({ ratedAt }) => ratedAt >= 978_400_000)],
    ['userId: 3997, ratedAfter: "2001-01-02T01:46:40"', own.filter(({ ratedAt }) => ratedAt >= 978_400_000)],
    ['userId: 3997, ratedAfter: "2001-01-02T03:46:40+02:00"', own.filter(({ ratedAt }) => ratedAt >= 978_400_000)],
    ['userId: 3997, ratedBefore: "2000-12-29"', own.filter(({ ratedAt }) => ratedAt < 978_134_400)],
    ["movieId: 858", fixture.ratings.filter(({ movieId }) => movieId === 858)],
  ])("of %s are those, in the order of import", async (args, expected) => {
    const page = await ratings(await start(), args);
    expect(expected.length).toBeGreaterThan(0);
    expect(page.totalCount).toBe(expected.length);
    expect(
      page.edges.map(({ node }: { node: { rating: number; movie: { movieId: number }; user: { userId: number } } }) => [
        node.user.userId,
        node.movie.movieId,
        node.rating,
      ]),
    ).toEqual(expected.map(({ userId, movieId, stars }) => [userId, movieId, stars]));
  });

  test("come highest or latest first", async () => {
    const started = await start();
    const stars = (await ratings(started, "userId: 3997, orderBy: { field: RATING }")).edges.map(
      ({ node }: { node: { rating: number } }) => node.rating,
    );
    expect(stars).toEqual(own.map(({ stars }) => stars).sort((a, b) => b - a));
    const times = (await ratings(started, "userId: 3997, orderBy: { field: RATED_AT }")).edges.map(
      ({ node }: { node: { ratedAt: string } }) => Date.parse(node.ratedAt) / 1000,
    );
    expect(times).toEqual(own.map(({ ratedAt }) => ratedAt).sort((a, b) => b - a));
  });

  test.each([
    ["", "expected userId or movieId, or both, received neither", "INVALID_ARGUMENT"],
    ["userId: 7", "there is no user 7", "USER_NOT_FOUND"],
    ["movieId: 7", "there is no movie 7", "MOVIE_NOT_FOUND"],
    [
      'userId: 42, ratedAfter: "2001-02-31"',
      'expected a date such as 2003-02-28, or a time such as 2003-02-28T17:49:50Z, for ratedAfter, received "2001-02-31"',
      "INVALID_ARGUMENT",
    ],
    [
      'userId: 42, ratedAfter: "yesterday"',
      'expected a date such as 2003-02-28, or a time such as 2003-02-28T17:49:50Z, for ratedAfter, received "yesterday"',
      "INVALID_ARGUMENT",
    ],
    [
      'userId: 42, ratedBefore: "2003-02-31T99:00Z"',
      'expected a date such as 2003-02-28, or a time such as 2003-02-28T17:49:50Z, for ratedBefore, received "2003-02-31T99:00Z"',
      "INVALID_ARGUMENT",
    ],
  ])("of %j are refused", async (args, message, code) => {
    const { ask } = await start();
    expect((await ask(`{ ratings(first: 1 ${args}) { totalCount } }`)).errors).toMatchObject([{ code, message }]);
  });
});

describe("users", () => {
  test.each([
    ['gender: "F"', (user: (typeof fixture.users)[number]) => user.gender === "F"],
    ["ageGroup: 25", (user: (typeof fixture.users)[number]) => user.ageGroup === 25],
    [
      'gender: "M", occupation: "artist"',
      (user: (typeof fixture.users)[number]) => user.gender === "M" && user.occupation === 2,
    ],
  ])("that match %s are those, by number", async (args, isWanted) => {
    const { data } = await start();
    const { users } = await data(`{ users(first: 100 ${args}) { totalCount edges { node { userId } } } }`);
    const wanted = fixture.users.filter(isWanted).map(({ id }) => id);
    expect(wanted.length).toBeGreaterThan(0);
    expect(users.edges.map(({ node }: { node: { userId: number } }) => node.userId)).toEqual(
      wanted.sort((a, b) => a - b),
    );
    expect(users.totalCount).toBe(wanted.length);
  });
});

describe("what many people like", () => {
  test("popular: most ratings first", async () => {
    const { data } = await start();
    const { popular } = await data("{ popular(first: 100) { movieId ratingCount } }");
    const expected = fixture.movies
      .map(({ id }) => ({ movieId: id, ratingCount: plainly(id).ratingCount }))
      .filter(({ ratingCount }) => ratingCount > 0)
      .sort((a, b) => b.ratingCount - a.ratingCount || b.movieId - a.movieId);
    expect(popular).toEqual(expected.slice(0, 100));
  });

  test("topMovies: by (C·m + Σ stars) / (C + n)", async () => {
    const { data } = await start();
    const mean = fixture.ratings.reduce((sum, { stars }) => sum + stars, 0) / fixture.ratings.length;
    for (const prior of [0, 2, 50]) {
      const { topMovies } = await data(`{ topMovies(first: 20, prior: ${prior}) { score movie { movieId } } }`);
      const expected = fixture.movies
        .map(({ id }) => ({ id, ...plainly(id) }))
        .filter(({ ratingCount }) => ratingCount > 0)
        .map(({ id, sum, ratingCount }) => ({ id, ratingCount, score: (prior * mean + sum) / (prior + ratingCount) }))
        .sort((a, b) => b.score - a.score || b.ratingCount - a.ratingCount || a.id - b.id);
      topMovies.forEach(({ score, movie }: { score: number; movie: { movieId: number } }, i: number) => {
        expect(score).toBeCloseTo(expected[i].score, 9);
        expect(expected.find(({ id }) => id === movie.movieId)?.score).toBeCloseTo(score, 9);
      });
    }
  });

  test("trending: most ratings in the days before the latest rating", async () => {
    const { data } = await start();
    const latest = Math.max(...fixture.ratings.map(({ ratedAt }) => ratedAt));
    for (const days of [1, 4]) {
      const { trending } = await data(`{ trending(first: 5, days: ${days}) { recentRatings movie { movieId } } }`);
      const recent = (id: number) =>
        fixture.ratings.filter((rating) => rating.movieId === id && rating.ratedAt > latest - days * 86_400);
      const expected = fixture.movies
        .map(({ id }) => ({ id, rows: recent(id) }))
        .filter(({ rows }) => rows.length > 0)
        .map(({ id, rows }) => ({ id, count: rows.length, sum: rows.reduce((total, { stars }) => total + stars, 0) }))
        .sort((a, b) => b.count - a.count || b.sum - a.sum || a.id - b.id)
        .slice(0, 5);
      expect(trending).toEqual(expected.map(({ id, count }) => ({ recentRatings: count, movie: { movieId: id } })));
    }
  });

  test("trending counts what is given here from now, beside the data set's own last days", async () => {
    const { edit, data, services } = await start();
    const unrated = fixture.unratedMovies[0].id;
    const list = async (days: number) =>
      (await data(`{ trending(first: 100, days: ${days}) { recentRatings movie { movieId } } }`)).trending;
    const before = await list(6);
    const raters = fixture.users.slice(0, 8);
    for (const { id } of raters) {
      await edit(`mutation { rateMovie(input: { userId: ${id}, movieId: ${unrated}, rating: 1 }) { __typename } }`);
    }
    // Another number of days is counted anew.
    const after = await list(7);
    expect(after).toContainEqual({ recentRatings: raters.length, movie: { movieId: unrated } });
    for (const trend of before.slice(0, 20)) expect(after).toContainEqual(trend);
    const weeksAgo = Math.floor(Date.now() / 1000) - 20 * 86_400;
    rawDatabase(services).prepare("UPDATE ratings SET rated_at = ? WHERE edited").run(weeksAgo);
    expect((await list(10)).some(({ movie }: { movie: Node }) => movie.movieId === unrated)).toBe(false);
    expect(await list(30)).toContainEqual({ recentRatings: raters.length, movie: { movieId: unrated } });
  });

  test("trending is counted for whoever still waits, once for all of them", async () => {
    const log: string[] = [];
    const { services } = await start({ onSql: (sql) => log.push(sql) });
    const context = createContext(services);
    // Twice for each: what was imported, and what was given here.
    const counted = () => log.filter((sql) => /ratings_time\s+WHERE \(rated_at, id\) >/.test(sql)).length / 2;
    const ask = (days: number) => trending(context, days, 5);
    const askAndGo = (days: number) => withSignal(AbortSignal.abort(), () => ask(days));
    const [waiting, gone, mixed, other] = await Promise.allSettled([ask(1), askAndGo(2), askAndGo(3), ask(3)]);
    expect(gone).toMatchObject({ status: "rejected", reason: { code: "TIMEOUT" } });
    for (const { status } of [waiting, mixed, other]) expect(status).toBe("fulfilled");
    expect(counted()).toBe(2);
    expect(await ask(2)).not.toEqual([]);
    expect(counted()).toBe(3);
    await ask(3);
    expect(counted()).toBe(3);
  });

  test("trending of few days does not wait for many, which take longer", async () => {
    const { services } = await start();
    const context = createContext(services);
    const done: number[] = [];
    await Promise.all([3650, 3000, 30, 7].map((days) => trending(context, days, 5).then(() => done.push(days))));
    // The first has begun when the others come.
    expect(done).toEqual([3650, 7, 30, 3000]);
  });

  test("trending is empty where no rating's time is known, topMovies and popular where nobody rated", async () => {
    const { services, data } = await start();
    rawDatabase(services).exec("UPDATE ratings SET rated_at = NULL");
    expect(await data("{ trending { recentRatings } }")).toEqual({ trending: [] });
    rawDatabase(services).exec("DELETE FROM ratings");
    expect(await data("{ topMovies { score } popular { title } dataset { ratingCount meanRating } }")).toEqual({
      topMovies: [],
      popular: [],
      dataset: { ratingCount: 0, meanRating: null },
    });
  });

  test.each([
    ["popular(first: 101) { title }", "expected first from 1 to 100, received 101"],
    ["trending(days: 0) { recentRatings }", "expected days from 1 to 3650, received 0"],
    ["topMovies(prior: -1) { score }", "expected prior from 0 to 100000, received -1"],
  ])("%s is refused", async (query, message) => {
    const { ask } = await start();
    expect((await ask(`{ ${query} }`)).errors).toMatchObject([{ code: "INVALID_ARGUMENT", message }]);
  });
});

test("dataset and encoder say what is loaded", async () => {
  const { data } = await start();
  const { dataset, encoder } = await data(
    "{ dataset { name kind synthetic importedAt userCount movieCount ratingCount meanRating linkedMovieCount posterCount } encoder { name kind dimension } }",
  );
  expect(dataset).toMatchObject({
    name: "ml-1m",
    kind: "1m",
    synthetic: false,
    userCount: fixture.users.length,
    movieCount: fixture.movies.length,
    ratingCount: fixture.ratings.length,
    linkedMovieCount: 0,
  });
  expect(dataset.meanRating).toBeCloseTo(
    fixture.ratings.reduce((sum, { stars }) => sum + stars, 0) / fixture.ratings.length,
    12,
  );
  expect(Date.parse(dataset.importedAt)).toBeGreaterThan(Date.now() - 3_600_000);
  expect(encoder).toEqual({ name: "colour-layout", kind: "builtin", dimension: expect.any(Number) });
});
