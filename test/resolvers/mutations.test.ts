/** What can be changed, by whom, and what is refused; and that it counts at once and stays. */
import Sqlite from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { movieId, parseImdbId } from "../../src/ids.js";
import { planLinks } from "../../src/jobs/import/match-links.js";
import { captureConnections, rawDatabase } from "../support/database.js";
import { fixture, globalId, rankPlainly, type Started, start } from "../support/fixture.js";

const { seed } = fixture.models.active;

const rateMovie = `mutation ($userId: ID!, $movieId: ID!, $rating: Float!) {
  rateMovie(input: { userId: $userId, movieId: $movieId, rating: $rating }) {
    __typename
    ... on RateMoviePayload { rating { rating ratedAt movie { title } user { userId topRated } } }
    ... on Error { code message }
  }
}`;
const removeRating = `mutation ($userId: ID!, $movieId: ID!) {
  removeRating(input: { userId: $userId, movieId: $movieId }) {
    __typename
    ... on RemoveRatingPayload { rating { rating movie { title } user { topRated } } }
    ... on Error { code message }
  }
}`;
const linkImdb = `mutation ($movieId: ID!, $imdbId: String!) {
  linkImdb(input: { movieId: $movieId, imdbId: $imdbId }) {
    __typename
    ... on LinkImdbPayload { movie { movieId imdbId tmdbId linkConfidence linkEvidence } }
    ... on ImdbIdTakenError { movie { movieId title } }
    ... on Error { code message }
  }
}`;
const linkImdbBatch = `mutation ($links: [LinkImdbInput!]!) {
  linkImdbBatch(input: { links: $links }) {
    __typename
    results {
      __typename
      ... on LinkImdbPayload { movie { movieId imdbId } }
      ... on Error { code }
    }
  }
}`;
const unlinkImdb = `mutation ($movieId: ID!) {
  unlinkImdb(input: { movieId: $movieId }) {
    __typename
    ... on UnlinkImdbPayload { movie { movieId imdbId tmdbId linkConfidence } }
    ... on Error { code message }
  }
}`;

/** Everything that a mutation could change, as text to compare. */
function contents({ services }: Started): string {
  const all = (table: string) => rawDatabase(services).prepare(`SELECT * FROM ${table} ORDER BY 1`).all();
  return JSON.stringify(["users", "movies", "ratings", "posters", "settings", "dataset"].map(all));
}

async function recommended(started: Started, userId: number, args = "first: 100"): Promise<number[]> {
  const { user } = await started.data(`{ user(id: ${userId}) { recommendations(${args}) { movie { movieId } } } }`);
  return user.recommendations.map(({ movie }: { movie: { movieId: number } }) => movie.movieId);
}

describe("rateMovie", () => {
  test("changes topRated and what is excluded at once, removeRating brings it back", async () => {
    const started = await start();
    const [best, second] = rankPlainly(seed, 3997).map(({ movie }) => movie);
    expect((await recommended(started, 3997)).slice(0, 2)).toEqual([best.id, second.id]);

    const before = Math.floor(Date.now() / 1000) * 1000;
    const { rateMovie: rated } = await started.edit(rateMovie, { userId: 3997, movieId: best.id, rating: 5 });
    expect(rated).toEqual({
      __typename: "RateMoviePayload",
      rating: {
        rating: 5,
        ratedAt: expect.any(String),
        movie: { title: best.displayTitle },
        user: { userId: 3997, topRated: [best.displayTitle, "Toy Story", "Film 3"] },
      },
    });
    expect(Date.parse(rated.rating.ratedAt)).toBeGreaterThanOrEqual(before);
    for (const args of ["first: 100", "first: 100, similar: true, candidates: 1000"]) {
      expect(await recommended(started, 3997, args)).not.toContain(best.id);
    }
    expect((await recommended(started, 3997))[0]).toBe(second.id);

    const { removeRating: removed } = await started.edit(removeRating, { userId: 3997, movieId: best.id });
    expect(removed).toEqual({
      __typename: "RemoveRatingPayload",
      rating: {
        rating: 5,
        movie: { title: best.displayTitle },
        user: { topRated: ["Toy Story", "Film 3", "The Godfather"] },
      },
    });
    expect((await recommended(started, 3997)).slice(0, 2)).toEqual([best.id, second.id]);
  });

  test("changes a rating that stands there, once", async () => {
    const started = await start();
    const variables = { userId: globalId("User", 3997), movieId: globalId("Movie", 1), rating: 0.5 };
    const { rateMovie: rated } = await started.edit(rateMovie, variables);
    expect(rated.rating).toMatchObject({
      rating: 0.5,
      movie: { title: "Toy Story" },
      user: { topRated: ["Film 3", "The Godfather", "Film 4"] },
    });
    const { user } = await started.data("{ user(id: 3997) { ratings { totalCount } } }");
    expect(user.ratings.totalCount).toBe(fixture.ratings.filter(({ userId }) => userId === 3997).length);
  });

  test("gives the user a poster to be like, where others' taste stood in", async () => {
    const started = await start();
    const query = "{ movie(id: 858) { posterSimilarity(userId: 6040) } }";
    const before = (await started.data(query)).movie.posterSimilarity;
    await started.edit(rateMovie, { userId: 6040, movieId: 858, rating: 4.5 });
    expect((await started.data(query)).movie.posterSimilarity).toBeGreaterThan(before);
  });

  test.each([
    [{ rating: 0 }, "InvalidRatingError", "INVALID_RATING", "expected a rating of 0.5 to 5 in half stars, received 0"],
    [
      { rating: 5.5 },
      "InvalidRatingError",
      "INVALID_RATING",
      "expected a rating of 0.5 to 5 in half stars, received 5.5",
    ],
    [
      { rating: 3.3 },
      "InvalidRatingError",
      "INVALID_RATING",
      "expected a rating of 0.5 to 5 in half stars, received 3.3",
    ],
    [{ userId: 7 }, "UserNotFoundError", "USER_NOT_FOUND", "there is no user 7"],
    [{ movieId: 7 }, "MovieNotFoundError", "MOVIE_NOT_FOUND", "there is no movie 7"],
    [
      { movieId: globalId("User", 42) },
      "InvalidIdError",
      "INVALID_ID",
      `expected a movie id, a number such as 1 or the id of a Movie, received "${globalId("User", 42)}"`,
    ],
    [
      { userId: "you" },
      "InvalidIdError",
      "INVALID_ID",
      'expected a user id, a number such as 42 or the id of a User, received "you"',
    ],
  ])("answers %j with a named error and changes nothing", async (wrong, __typename, code, message) => {
    const started = await start();
    const before = contents(started);
    const variables = { userId: 42, movieId: 1, rating: 3, ...wrong };
    expect(await started.edit(rateMovie, variables)).toEqual({ rateMovie: { __typename, code, message } });
    expect(contents(started)).toBe(before);
  });

  test("takes every half star", async () => {
    const started = await start();
    for (let rating = 0.5; rating <= 5; rating += 0.5) {
      const answer = await started.edit(rateMovie, { userId: 42, movieId: 1, rating });
      expect(answer.rateMovie.rating.rating).toBe(rating);
    }
  });
});

describe("removeRating", () => {
  test.each([
    [{ userId: 6040 }, "RatingNotFoundError", "RATING_NOT_FOUND", "user 6040 has not rated movie 858"],
    [
      { movieId: "x" },
      "InvalidIdError",
      "INVALID_ID",
      'expected a movie id, a number such as 1 or the id of a Movie, received "x"',
    ],
  ])("answers %j with a named error", async (wrong, __typename, code, message) => {
    const started = await start();
    const variables = { userId: 3997, movieId: 858, ...wrong };
    expect(await started.edit(removeRating, variables)).toEqual({ removeRating: { __typename, code, message } });
  });
});

describe("linkImdb", () => {
  test.each([
    ["tt0114709", "tt0114709"],
    ["114709", "tt0114709"],
    ["TT114709", "tt0114709"],
    ["https://www.imdb.com/title/tt0114709/", "tt0114709"],
    ["https://m.imdb.com/title/tt0114709/reviews?x=1", "tt0114709"],
    ["imdb.com/title/tt10872600", "tt10872600"],
    ["  tt0114709 ", "tt0114709"],
  ])("accepts %j", async (imdbId, expected) => {
    const started = await start();
    const { linkImdb: linked } = await started.edit(linkImdb, { movieId: 1, imdbId });
    expect(linked).toEqual({
      __typename: "LinkImdbPayload",
      movie: { movieId: 1, imdbId: expected, tmdbId: null, linkConfidence: 1, linkEvidence: null },
    });
    expect(await started.data(`{ movie(imdbId: "${expected}") { title } }`)).toEqual({ movie: { title: "Toy Story" } });
  });

  test.each([
    "",
    "tt",
    "tt0",
    "nm0000158",
    "tt0114709x",
    "0114709 or so",
    "https://example.org/title/tt0114709",
    "tt12345678901",
  ])("refuses %j, which is malformed, and changes nothing", async (imdbId) => {
    const started = await start();
    const before = contents(started);
    expect(await started.edit(linkImdb, { movieId: 1, imdbId })).toEqual({
      linkImdb: {
        __typename: "InvalidImdbIdError",
        code: "INVALID_IMDB_ID",
        message: `expected an IMDb id such as tt0114709 or 114709, or the address of a title on imdb.com, received ${JSON.stringify(imdbId)}`,
      },
    });
    expect(contents(started)).toBe(before);
  });

  test("refuses one that another movie has, naming that movie", async () => {
    const started = await start();
    await started.edit(linkImdb, { movieId: 858, imdbId: "tt0068646" });
    const before = contents(started);
    expect(await started.edit(linkImdb, { movieId: 1, imdbId: "68646" })).toEqual({
      linkImdb: {
        __typename: "ImdbIdTakenError",
        movie: { movieId: 858, title: "The Godfather" },
        code: "IMDB_ID_TAKEN",
        message:
          "expected an IMDb id that no other movie has, received tt0068646, which belongs to movie 858, Godfather, The (1972)",
      },
    });
    expect(contents(started)).toBe(before);
  });

  test("links a movie again to what it is linked to, and to another id", async () => {
    const started = await start();
    for (const imdbId of ["tt0068646", "tt0068646", "tt0068647"]) {
      const { linkImdb: linked } = await started.edit(linkImdb, { movieId: 858, imdbId });
      expect(linked.movie.imdbId).toBe(imdbId);
    }
    expect(await started.data('{ movie(imdbId: "tt0068646") { title } }')).toEqual({ movie: null });
  });

  test("answers an unknown movie with a named error", async () => {
    const started = await start();
    expect(await started.edit(linkImdb, { movieId: 7, imdbId: "tt0114709" })).toEqual({
      linkImdb: {
        __typename: "MovieNotFoundError",
        code: "MOVIE_NOT_FOUND",
        message: "there is no movie 7",
      },
    });
  });

  test("has left what it answers in the file: another connection sees it, and commits wait for the disk", async () => {
    const connections = captureConnections();
    const started = await start();
    const other = new Sqlite(started.services.folders.database, { readonly: true });
    try {
      await started.edit(linkImdb, { movieId: 1, imdbId: "tt0114709" });
      expect(other.prepare("SELECT imdb_id, link_source FROM movies WHERE id = 1").get()).toEqual({
        imdb_id: "tt0114709",
        link_source: "manual",
      });
    } finally {
      other.close();
    }
    const [sqlite] = connections.filter(({ open }) => open);
    // 2 is FULL: after a power cut, too, what was answered is there.
    expect(sqlite.pragma("synchronous", { simple: true })).toBe(2);
    expect(sqlite.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(sqlite.pragma("foreign_keys", { simple: true })).toBe(1);
  });
});

describe("linkImdbBatch", () => {
  test("links what can be linked, and says of each other one why not", async () => {
    const started = await start();
    const links = [
      { movieId: 1, imdbId: "tt0114709" },
      { movieId: "x", imdbId: "tt0068646" },
      { movieId: 858, imdbId: "0114709" },
      { movieId: 7, imdbId: "tt0068646" },
      { movieId: 858, imdbId: "no" },
      { movieId: globalId("Movie", 858), imdbId: "tt0068646" },
    ];
    const { linkImdbBatch: batch } = await started.edit(linkImdbBatch, { links });
    expect(batch.results).toEqual([
      { __typename: "LinkImdbPayload", movie: { movieId: 1, imdbId: "tt0114709" } },
      { __typename: "InvalidIdError", code: "INVALID_ID" },
      { __typename: "ImdbIdTakenError", code: "IMDB_ID_TAKEN" },
      { __typename: "MovieNotFoundError", code: "MOVIE_NOT_FOUND" },
      { __typename: "InvalidImdbIdError", code: "INVALID_IMDB_ID" },
      { __typename: "LinkImdbPayload", movie: { movieId: 858, imdbId: "tt0068646" } },
    ]);
    const all = fixture.movies.length;
    const count = (filter: string) =>
      started.data(`{ movies(${filter}) { totalCount } }`).then(({ movies }) => movies.totalCount);
    expect(await count("linked: true")).toBe(2);
    expect(await count("linked: false")).toBe(all - 2);
    expect(await count("uncertainLink: true")).toBe(0);
    expect(await count("uncertainLink: false")).toBe(all);
  });

  test("refuses a batch that is too large", async () => {
    const started = await start();
    const links = Array.from({ length: 501 }, () => ({ movieId: 1, imdbId: "tt0114709" }));
    const { errors } = await started.ask(linkImdbBatch, { variables: { links }, token: started.token });
    expect(errors).toMatchObject([{ code: "INVALID_ARGUMENT" }]);
    expect(errors?.[0].message).toContain("expected up to 500 links in a batch, received 501");
  });
});

describe("linkCandidates", () => {
  const query = (args: string) => `{ linkCandidates(${args}) { imdbId title confidence takenBy { movieId } } }`;

  test("come from the release that links were taken from, and are none before", async () => {
    const started = await start();
    expect(await started.data(query("movieId: 1"))).toEqual({ linkCandidates: [] });
    const reference = new Map([
      [movieId(1), { title: "Toy Story (1996)", imdbId: parseImdbId("tt0114709")!, tmdbId: 862 }],
    ]);
    const plan = planLinks(reference);
    await started.services.store.links.replaceImported(plan.decide, plan.reference);
    expect(await started.data(query("movieId: 1"))).toEqual({
      linkCandidates: [{ imdbId: "tt0114709", title: "Toy Story (1996)", confidence: 0.9, takenBy: { movieId: 1 } }],
    });
    for (const [args, code] of [
      ["movieId: 7", "MOVIE_NOT_FOUND"],
      ['movieId: "x"', "INVALID_ID"],
      ["movieId: 1, first: 51", "INVALID_ARGUMENT"],
    ]) {
      expect((await started.ask(query(args))).errors).toMatchObject([{ code }]);
    }
  });
});

describe("unlinkImdb", () => {
  test("takes the link away, and the id is free for another movie", async () => {
    const started = await start();
    await started.edit(linkImdb, { movieId: 1, imdbId: "tt0068646" });
    expect(await started.edit(unlinkImdb, { movieId: globalId("Movie", 1) })).toEqual({
      unlinkImdb: {
        __typename: "UnlinkImdbPayload",
        movie: { movieId: 1, imdbId: null, tmdbId: null, linkConfidence: null },
      },
    });
    const { linkImdb: linked } = await started.edit(linkImdb, { movieId: 858, imdbId: "tt0068646" });
    expect(linked.movie).toMatchObject({ movieId: 858, imdbId: "tt0068646" });
  });

  test("of an unknown movie is a named error; of one without a link it is done already", async () => {
    const started = await start();
    expect((await started.edit(unlinkImdb, { movieId: 7 })).unlinkImdb).toMatchObject({ code: "MOVIE_NOT_FOUND" });
    expect((await started.edit(unlinkImdb, { movieId: 1 })).unlinkImdb.movie).toMatchObject({ imdbId: null });
  });
});

describe("mutations need a token", () => {
  const mutations = [
    ["rateMovie", rateMovie, { userId: 42, movieId: 1, rating: 3 }],
    ["removeRating", removeRating, { userId: 3997, movieId: 858 }],
    ["linkImdb", linkImdb, { movieId: 1, imdbId: "tt0114709" }],
    ["linkImdbBatch", linkImdbBatch, { links: [{ movieId: 1, imdbId: "tt0114709" }] }],
    ["unlinkImdb", unlinkImdb, { movieId: 1 }],
    [
      "removePoster",
      "mutation ($movieId: ID!) { removePoster(input: { movieId: $movieId }) { __typename } }",
      { movieId: 858 },
    ],
  ] as const;
  const message = "expected the header Authorization: Bearer <token> with a token of this server";

  test.each(mutations)("%s without one, or with a wrong one, changes nothing", async (name, mutation, variables) => {
    const started = await start();
    const before = contents(started);
    const none = await started.ask(mutation, { variables });
    expect(none.data).toBeNull();
    expect(none.errors).toEqual([{ code: "UNAUTHENTICATED", message, path: [name] }]);
    const wrong: Record<string, string>[] = [
      { authorization: "Bearer" },
      { authorization: "Bearer <token>" },
      { authorization: `Bearer ${started.token}x` },
      { authorization: `Bearer ${started.token.slice(0, -1)}` },
      { authorization: `Basic ${started.token}` },
      { authorization: started.token },
    ];
    for (const headers of wrong) {
      const { status, data, errors } = await started.ask(mutation, { variables, headers });
      expect([status, data]).toEqual([401, undefined]);
      expect(errors).toEqual([
        { code: "UNAUTHENTICATED", message: expect.stringMatching(/received another: leave the header out/) },
      ]);
    }
    expect(contents(started)).toBe(before);
  });

  test.each(mutations)("%s works without one where AUTH is off", async (name, mutation, variables) => {
    const started = await start({ auth: "off" });
    const answer = await started.data(mutation, { variables });
    expect(answer[name].__typename).toMatch(/Payload$/);
  });

  test("queries need none, and are refused with a wrong one", async () => {
    const { ask } = await start();
    const query = "{ user(id: 42) { userId } }";
    expect(await ask(query)).toMatchObject({ status: 200, data: { user: { userId: 42 } } });
    const wrong = await ask(query, { headers: { authorization: "Bearer wrong" } });
    expect(wrong).toMatchObject({ status: 401, errors: [{ code: "UNAUTHENTICATED" }] });
    expect(wrong.headers.get("www-authenticate")).toMatch(/^Bearer error="invalid_token", /);
  });

  test("the file holds only a hash of it", async () => {
    const { services, token } = await start();
    const rows = rawDatabase(services).prepare("SELECT * FROM tokens").all();
    expect(rows).toHaveLength(1);
    expect(rows).toMatchObject([{ name: "of the test", hash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(JSON.stringify(rows)).not.toContain(token.slice(3));
  });
});
