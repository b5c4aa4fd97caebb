/** Recommendations of a trained factor model with its ranker, over GraphQL, on the fixture's data. */

import { describe, expect, test } from "vitest";
import type { MovieId } from "../../src/ids.js";
import { addFactorModel } from "../support/factor-model.js";
import { countModelCalls, fixture, type Started, type StartOptions, start, unknownUser } from "../support/fixture.js";

async function startWith(options: StartOptions = {}, withRanker = true): Promise<Started> {
  const started = await start(options);
  await addFactorModel(started.services, "factors", withRanker);
  return started;
}

interface Recommended {
  title: string;
  score: number;
  basis: string;
  movie: { movieId: number; ratingCount: number };
  reasons: { text: string; contribution: number; rating: number; movie: { movieId: number; title: string } }[];
}

const fields = "title score basis movie { movieId ratingCount }";

async function recommended({ data }: Started, userId: number, args = ""): Promise<Recommended[]> {
  const { user } = await data(`{ user(id: ${userId}) { recommendations(first: 100${args}) { ${fields} } } }`);
  return user.recommendations;
}

const seenBy = (userId: number) =>
  new Set(fixture.ratings.filter((rating) => rating.userId === userId).map(({ movieId }) => movieId));

describe("recommendations of a model with a ranker", () => {
  test("are by preference unless asked for by rating, and never what the user rated", async () => {
    const started = await startWith();
    const [byDefault, preferred, rated] = [
      await recommended(started, 42),
      await recommended(started, 42, ", rankBy: PREFERENCE"),
      await recommended(started, 42, ", rankBy: RATING"),
    ];
    expect(byDefault).toEqual(preferred);
    expect(rated).not.toEqual(preferred);
    for (const list of [preferred, rated]) {
      expect(list).toHaveLength(100);
      expect(list.filter(({ movie }) => seenBy(42).has(movie.movieId))).toEqual([]);
    }
    const scores = rated.filter(({ basis }) => basis === "MODEL").map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  test("put movies that nobody rated last", async () => {
    const started = await startWith();
    for (const order of ["PREFERENCE", "RATING"]) {
      const list = await recommended(started, 42, `, rankBy: ${order}`);
      const unrated = list.map(({ movie }) => movie.ratingCount === 0);
      expect(unrated).toEqual(unrated.toSorted((a, b) => Number(a) - Number(b)));
      expect(unrated[0]).toBe(false);
    }
  });

  test("move from niche to mainstream with the dial", async () => {
    const started = await startWith();
    const popularityAt = async (dial: number) => {
      const { user } = await started.data(
        `{ user(id: 42) { recommendations(first: 10, popularity: ${dial}) { movie { ratingCount } } } }`,
      );
      return user.recommendations.reduce((sum: number, { movie }: Recommended) => sum + movie.ratingCount, 0);
    };
    const [niche, neutral, mainstream] = [await popularityAt(-1), await popularityAt(0), await popularityAt(1)];
    expect(niche).toBeLessThanOrEqual(neutral);
    expect(mainstream).toBeGreaterThan(neutral);
  });

  test("are there for a user without any rating, the most liked first", async () => {
    const started = await startWith();
    const list = await recommended(started, unknownUser);
    const likes = (id: number) => fixture.ratings.filter(({ movieId, stars }) => movieId === id && stars >= 4).length;
    const top = list.slice(0, 10).reduce((sum, { movie }) => sum + likes(movie.movieId), 0);
    const last = list.slice(-10).reduce((sum, { movie }) => sum + likes(movie.movieId), 0);
    expect(top).toBeGreaterThan(last);
    expect(new Set(list.map(({ basis }) => basis))).toEqual(new Set(["FALLBACK"]));
  });

  test("follow a rating at once, and its removal", async () => {
    const started = await startWith();
    const before = await recommended(started, 42);
    const [first] = before;
    const rate = (rating: number) =>
      started.edit(
        `mutation { rateMovie(input: { userId: 42, movieId: ${first.movie.movieId}, rating: ${rating} }) { __typename } }`,
      );
    expect(await rate(5)).toEqual({ rateMovie: { __typename: "RateMoviePayload" } });
    const after = await recommended(started, 42);
    expect(after.map(({ title }) => title)).not.toContain(first.title);
    const scoreOf = (list: Recommended[], title: string) => list.find((each) => each.title === title)?.score;
    const moved = before.slice(1, 40).filter(({ title, score }) => scoreOf(after, title) !== score);
    expect(moved.length).toBeGreaterThan(20);
    await started.edit(
      `mutation { removeRating(input: { userId: 42, movieId: ${first.movie.movieId} }) { __typename } }`,
    );
    expect(await recommended(started, 42)).toEqual(before);
  });

  test("include a movie that came after the training once somebody rated it", async () => {
    const started = await startWith();
    const [unrated] = fixture.unratedMovies;
    const scoreOf = async () =>
      (await started.data(`{ movie(id: ${unrated.id}) { predictedRating(userId: 42) } }`)).movie.predictedRating;
    const cold = await scoreOf();
    const raters = fixture.users.map(({ id }) => id).filter((id) => id !== 42 && id !== unknownUser);
    for (const userId of raters) {
      await started.edit(
        `mutation { rateMovie(input: { userId: ${userId}, movieId: ${unrated.id}, rating: 1 }) { __typename } }`,
      );
    }
    expect(await started.services.store.ratings.count({ movieId: unrated.id as MovieId })).toBe(raters.length);
    const warm = await scoreOf();
    expect(warm).toBeLessThan(cold);
    const { user } = await started.data(
      `{ user(id: 42) { recommendations(first: 100, rankBy: RATING) { basis movie { movieId ratingCount } } } }`,
    );
    const rated = (user.recommendations as Recommended[]).filter(({ movie }) => movie.ratingCount > 0);
    expect(new Set(rated.map(({ basis }) => basis))).toEqual(new Set(["MODEL"]));
  });

  test("refuse a dial out of range, or with an order that has none", async () => {
    const started = await startWith();
    const refusal = async (args: string) =>
      (await started.ask(`{ user(id: 42) { recommendations(${args}) { title } } }`)).errors?.[0];
    expect(await refusal("popularity: 1.5")).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "expected popularity from -1 (niche) to 1 (mainstream), received 1.5",
    });
    expect(await refusal("popularity: 0.5, rankBy: RATING")).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "expected popularity together with rankBy: PREFERENCE, received it with RATING",
    });
  });
});

describe("reasons", () => {
  test("are the user's own ratings that raise the prediction most, ready to show", async () => {
    const started = await startWith();
    const { user } = await started.data(
      `{ user(id: 3997) { recommendations(first: 5) { title reasons(first: 20) { text movie { movieId title } ... on RatingReason { contribution rating } } } } }`,
    );
    const own = new Map(fixture.ratings.filter(({ userId }) => userId === 3997).map((r) => [r.movieId, r.stars]));
    for (const { reasons } of user.recommendations as Recommended[]) {
      expect(reasons.length).toBeGreaterThan(0);
      const contributions = reasons.map(({ contribution }) => contribution);
      expect(contributions).toEqual(contributions.toSorted((a, b) => b - a));
      expect(Math.min(...contributions)).toBeGreaterThan(0);
      for (const { text, rating, movie } of reasons) {
        expect(own.get(movie.movieId)).toBe(rating);
        expect(text).toBe(`because you gave ${movie.title} ${rating}★`);
      }
    }
  });

  test("are three unless said otherwise, at most twenty", async () => {
    const started = await startWith();
    const { user } = await started.data(`{ user(id: 42) { recommendations(first: 1) { reasons { text } } } }`);
    expect(user.recommendations[0].reasons).toHaveLength(3);
    const { errors } = await started.ask(
      `{ user(id: 42) { recommendations(first: 1) { reasons(first: 21) { text } } } }`,
    );
    expect(errors?.[0]).toMatchObject({
      code: "INVALID_ARGUMENT",
      message: "expected first from 1 to 20, received 21",
    });
  });

  test("are empty where the model cannot say", async () => {
    const started = await start();
    const { user } = await started.data(`{ user(id: 42) { recommendations(first: 2) { reasons { text } } } }`);
    expect(user.recommendations).toEqual([{ reasons: [] }, { reasons: [] }]);
  });

  test("of many movies read each user's ratings once", async () => {
    const log: string[] = [];
    const started = await startWith({ onSql: (sql) => log.push(sql), cache: false });
    const query = (first: number) =>
      `{ user(id: 42) { recommendations(first: ${first}) { reasons { text movie { title } } } } }`;
    await started.data(query(2));
    const counts: number[] = [];
    for (const first of [2, 40]) {
      log.length = 0;
      await started.data(query(first));
      counts.push(log.length);
    }
    expect(counts[1]).toBe(counts[0]);
  });
});

describe("a model without a ranker", () => {
  test("recommends by rating, and says so where preference is asked for", async () => {
    const started = await startWith({}, false);
    const list = await recommended(started, 42);
    expect(list).toEqual(await recommended(started, 42, ", rankBy: RATING"));
    const message =
      'expected a model with a ranker to rank by preference or popularity, but "factors" has none: rank by RATING, or train another with marquee train';
    for (const args of ["rankBy: PREFERENCE", "popularity: -0.5"]) {
      const { errors } = await started.ask(`{ user(id: 42) { recommendations(${args}) { title } } }`);
      expect(errors?.[0]).toMatchObject({ code: "INVALID_ARGUMENT", message });
    }
  });
});

test("the model tells its kind, its ranker, and that nothing was held out", async () => {
  const started = await startWith();
  const { model } = await started.data("{ model { name kind ranker metrics { rmse } } }");
  expect(model).toEqual({ name: "factors", kind: "mf", ranker: "ials+ease", metrics: null });
});

test("predicted ratings of many movies and users are one call of the model", async () => {
  const started = await startWith();
  const counted = countModelCalls(started.services);
  await started.data(`{
    a: movies(first: 50) { nodes: edges { node { predictedRating(userId: 42) } } }
    b: movies(first: 50) { nodes: edges { node { predictedRating(userId: 17) } } }
  }`);
  expect(counted.calls).toEqual([100]);
});

test("a switch of models takes effect at the next request, and those under way finish with theirs", async () => {
  const started = await startWith();
  const asked = "{ user(id: 42) { recommendations(first: 3) { title score } } model { name } }";
  const old = await started.data(asked);
  const underWay = Array.from({ length: 10 }, () => started.data(asked));
  await addFactorModel(started.services, "newer", false);
  const now = await started.data(asked);
  expect(now.model.name).toBe("newer");
  for (const answer of await Promise.all(underWay)) {
    // One model a request, whichever: never the name of one with the predictions of the other.
    expect([old, now]).toContainEqual(answer);
  }
});
