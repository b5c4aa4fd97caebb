/** Sums of ratings must not give away what lists of ratings keep back. */
import { describe, expect, test } from "vitest";
import { rawDatabase } from "../support/database.js";
import { type AskOptions, fixture, type Started, type StartOptions, start } from "../support/fixture.js";

const sums = "ratingCount meanRating ratingHistogram lastRatedOn";
const latest = Math.max(...fixture.ratings.map(({ ratedAt }) => ratedAt));
/** The last to be rated, so that it is among the trends without anybody's help. */
const movieId = fixture.ratings.find(({ ratedAt }) => ratedAt === latest)?.movieId as number;
const rated = fixture.ratings.filter((rating) => rating.movieId === movieId);

/** People who are in no data set, who all give the movie five stars; an admin makes them. */
async function addRaters(started: Started, count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let n = 0; n < count; n++) {
    const { createUser } = await started.edit(
      `mutation { createUser(input: { externalId: "person-${Date.now()}-${n}" }) { ... on CreateUserPayload { user { userId } } } }`,
    );
    const { userId } = createUser.user;
    await started.edit(
      `mutation { rateMovie(input: { userId: ${userId}, movieId: ${movieId}, rating: 5 }) { __typename } }`,
    );
    ids.push(userId);
  }
  return ids;
}

/** Everything that adds ratings up, for one reader. */
async function everySum(started: Started, options: AskOptions = {}) {
  return started.data(
    `{
      movie(id: ${movieId}) { ${sums} }
      dataset { ratingCount meanRating }
      popular(first: 100) { movieId ratingCount }
      topMovies(first: 100) { score movie { movieId } }
      byCount: movies(first: 100, orderBy: { field: POPULARITY }) { totalCount edges { cursor node { movieId ${sums} } } }
      byMean: movies(first: 100, orderBy: { field: MEAN_RATING }) { edges { cursor node { movieId } } }
      byDay: movies(first: 100, orderBy: { field: RECENTLY_RATED }) { edges { cursor node { movieId } } }
      counted: movies(ratingCount: { from: ${rated.length + 1} }) { totalCount edges { node { movieId } } }
      found: movies(search: "a", first: 50) { edges { cursor node { movieId } } }
      user(id: 42) { recommendations(first: 50, filter: { minRatings: ${rated.length + 1}, includeRated: true }) { movie { movieId } } }
    }`,
    options,
  );
}

const trendsOf = async (started: Started, days: number, options: AskOptions = {}) =>
  (await started.data(`{ trending(first: 100, days: ${days}) { recentRatings movie { movieId } } }`, options)).trending;
const trendOf = async (...args: Parameters<typeof trendsOf>) =>
  (await trendsOf(...args)).find(({ movie }: { movie: { movieId: number } }) => movie.movieId === movieId)
    ?.recentRatings ?? 0;

describe("of a published data set", () => {
  test("nobody but an admin sees in any sum that somebody private has rated, or how", async () => {
    const started = await start();
    const reader = { token: await started.tokenOf("user", 5) };
    const [before, readersBefore] = [await everySum(started), await everySum(started, reader)];
    const [own] = await addRaters(started, 9);
    expect(await everySum(started)).toEqual(before);
    expect(await everySum(started, reader)).toEqual(readersBefore);
    expect(await everySum(started, { token: await started.tokenOf("editor") })).toEqual(before);
    // What the list shows to everybody is what is counted.
    const listed = await started.data(`{ ratings(movieId: ${movieId}) { totalCount } }`);
    expect(listed.ratings.totalCount).toBe(before.movie.ratingCount);
    // Theirs is not counted either: what they could tell from a difference would be the others'.
    expect(await everySum(started, { token: await started.tokenOf("user", own) })).toEqual(before);
    const { movie, dataset } = await everySum(started, { token: started.token });
    expect(movie.ratingCount).toBe(rated.length + 9);
    expect(movie.ratingHistogram[9]).toBe(before.movie.ratingHistogram[9] + 9);
    expect(dataset.ratingCount).toBe(before.dataset.ratingCount + 9);
  });

  test("ten of them are counted, and the next ones wait until they are ten", async () => {
    const started = await start();
    const before = await everySum(started);
    await addRaters(started, 10);
    const ten = await everySum(started);
    expect(ten.movie.ratingCount).toBe(rated.length + 10);
    expect(ten.movie.ratingHistogram[9]).toBe(before.movie.ratingHistogram[9] + 10);
    expect(ten.dataset.ratingCount).toBe(before.dataset.ratingCount + 10);
    await addRaters(started, 9);
    expect(await everySum(started)).toEqual(ten);
    await addRaters(started, 1);
    expect((await everySum(started)).movie.ratingCount).toBe(rated.length + 20);
  });

  test("trends count them ten at a time", async () => {
    const started = await start();
    const untouched = await start();
    for (const [days, added, shown] of [
      [1, 9, 0],
      // Another number of days is counted anew.
      [2, 3, 10],
    ] as const) {
      await addRaters(started, added);
      const before = await trendOf(untouched, days);
      expect(before).toBeGreaterThan(0);
      expect(await trendOf(started, days)).toBe(before + shown);
      expect(await trendOf(started, days, { token: started.token })).toBe(before + (days === 1 ? 9 : 12));
    }
  });

  test.each([
    ["all", 9],
    ["published", 0],
  ] as const)("PUBLIC_USERS=%s counts %i of nine", async (publicUsers, counted) => {
    const started = await start({ publicUsers } satisfies StartOptions);
    await addRaters(started, 9);
    const { movie } = await everySum(started);
    expect(movie.ratingCount).toBe(rated.length + counted);
  });
});

describe("of a data set that is nobody's to read", () => {
  test.each(["of a company", "with PUBLIC_USERS=none"])(
    "movies that ten have rated are counted, others are not: %s",
    async (whose) => {
      const started = await start({ publicUsers: whose === "of a company" ? "published" : "none" });
      if (whose === "of a company") {
        rawDatabase(started.services).exec("UPDATE dataset SET name = 'our-films', kind = 'csv'");
      }
      const list = async (token?: string) =>
        (
          await started.data("{ movies(first: 100) { edges { node { movieId ratingCount meanRating } } } }", { token })
        ).movies.edges.map(
          ({ node }: { node: { movieId: number; ratingCount: number; meanRating: number | null } }) => node,
        );
      const whole = await list(started.token);
      const few = whole.filter(({ ratingCount }: { ratingCount: number }) => ratingCount > 0 && ratingCount < 10);
      expect(few.length).toBeGreaterThan(0);
      expect(few.length).toBeLessThan(whole.length);
      expect(await list()).toEqual(
        whole.map((movie: { ratingCount: number }) =>
          movie.ratingCount < 10 ? { ...movie, ratingCount: 0, meanRating: null } : movie,
        ),
      );
    },
  );
});
