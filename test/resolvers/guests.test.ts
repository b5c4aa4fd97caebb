/** Recommendations for guests, filtered, and page by page; and movies that the same people like. */
import { describe, expect, test } from "vitest";
import type { ItemIndex } from "../../src/ids.js";
import { createItemNeighbours } from "../../src/ml/factors/item-neighbours.js";
import { rawDatabase } from "../support/database.js";
import { fixture, rankPlainly, type Started, start } from "../support/fixture.js";

const { seed } = fixture.models.active;
interface Recommended {
  title: string;
  rank: number;
  movie: { movieId: number; genres: string[]; year: number; ratingCount: number };
}
const shown = "title rank movie { movieId genres year ratingCount }";

describe("recommendations with a filter", () => {
  const recommended = async ({ data }: Started, args: string): Promise<Recommended[]> =>
    (await data(`{ user(id: 3997) { recommendations(first: 100, ${args}) { ${shown} } } }`)).user.recommendations;

  test.each<[string, (movie: Recommended["movie"]) => boolean]>([
    ['genres: ["Crime", "Drama"]', ({ genres }) => genres.includes("Crime") && genres.includes("Drama")],
    ['anyGenre: ["Horror", "Romance"]', ({ genres }) => genres.includes("Horror") || genres.includes("Romance")],
    ['genres: ["drama"]', ({ genres }) => genres.includes("Drama")],
    [
      'anyGenre: ["HORROR"], excludeGenres: ["comedy"]',
      ({ genres }) => genres.includes("Horror") && !genres.includes("Comedy"),
    ],
    ['excludeGenres: ["Drama"]', ({ genres }) => !genres.includes("Drama")],
    ["years: { from: 1980, to: 1985 }", ({ year }) => year >= 1980 && year <= 1985],
    ["minRatings: 3", ({ ratingCount }) => ratingCount >= 3],
    ["excludeMovieIds: [1, 858]", ({ movieId }) => movieId !== 1 && movieId !== 858],
  ])("%s are those of the whole list that match, in its order", async (filter, isWanted) => {
    const started = await start();
    const order = rankPlainly(seed, 3997).map(({ movie }) => movie.id);
    const found = await recommended(started, `filter: { ${filter} }`);
    expect(found.every(({ movie }) => isWanted(movie))).toBe(true);
    const counts = new Map<number, number>();
    for (const { movieId } of fixture.ratings) counts.set(movieId, (counts.get(movieId) ?? 0) + 1);
    const wanted = order.filter((id) => {
      const movie = fixture.movies.find((each) => each.id === id)!;
      return isWanted({
        movieId: id,
        genres: movie.genres.split("|"),
        year: movie.year,
        ratingCount: counts.get(id) ?? 0,
      });
    });
    expect(found.map(({ movie }) => movie.movieId)).toEqual(wanted.slice(0, 100));
  });

  test("includeRated takes in what the user has rated", async () => {
    const started = await start();
    const rated = new Set(fixture.ratings.filter(({ userId }) => userId === 3997).map(({ movieId }) => movieId));
    const without = await recommended(started, "filter: { includeRated: false }");
    const found = await recommended(started, "filter: { includeRated: true }");
    expect(without.some(({ movie }) => rated.has(movie.movieId))).toBe(false);
    expect(found.some(({ movie }) => rated.has(movie.movieId))).toBe(true);
  });

  test("of movies that are not there is refused", async () => {
    const { ask } = await start();
    const { errors } = await ask("{ user(id: 42) { recommendations(filter: { excludeMovieIds: [7] }) { title } } }");
    expect(errors).toMatchObject([{ code: "MOVIE_NOT_FOUND" }]);
  });

  test("come page by page, forward and backward, as the list has them", async () => {
    const started = await start();
    const list = (await recommended(started, "")).map(({ title }) => title);
    const page = async (args: string) =>
      (
        await started.data(
          `{ user(id: 3997) { recommendationsConnection(${args}) { pageInfo { hasNextPage hasPreviousPage endCursor startCursor } edges { node { title rank } } } } }`,
        )
      ).user.recommendationsConnection;
    const first = await page("first: 10");
    const second = await page(`first: 10, after: "${first.pageInfo.endCursor}"`);
    const back = await page(`last: 5, before: "${second.pageInfo.startCursor}"`);
    const titles = ({ edges }: { edges: { node: { title: string } }[] }) => edges.map(({ node }) => node.title);
    expect([...titles(first), ...titles(second)]).toEqual(list.slice(0, 20));
    expect(second.edges[0].node.rank).toBe(11);
    expect(titles(back)).toEqual(list.slice(5, 10));
    expect(first.pageInfo.hasNextPage).toBe(true);
    expect(back.pageInfo.hasPreviousPage).toBe(true);
    const end = await page("last: 3");
    const all = rankPlainly(seed, 3997).map(({ movie }) => movie.displayTitle);
    expect(titles(end)).toEqual(all.slice(-3));
    expect(end.pageInfo.hasNextPage).toBe(false);
  });
});

test("recommendationsConnection counts what there is, and refuses a cursor of no rank", async () => {
  const { data, ask } = await start();
  const horror = fixture.movies.filter(({ genres }) => genres === "Horror").map(({ id }) => id);
  const rated = new Set(fixture.ratings.filter(({ userId }) => userId === 3997).map(({ movieId }) => movieId));
  const { user } = await data(
    '{ user(id: 3997) { recommendationsConnection(first: 1, filter: { anyGenre: ["Horror"] }) { totalCount } } }',
  );
  expect(user.recommendationsConnection.totalCount).toBe(horror.filter((id) => !rated.has(id)).length);
  for (const rank of [-50, 0, 1.5]) {
    const cursor = Buffer.from(JSON.stringify(["RANK ASC", rank, 1])).toString("base64url");
    const { errors } = await ask(
      `{ user(id: 42) { recommendationsConnection(first: 1, after: "${cursor}") { totalCount } } }`,
    );
    expect(errors?.[0].code).toBe("INVALID_ARGUMENT");
  }
});

describe("recommendFor", () => {
  const guest = (ratings: string, more = "", fields = "title score movie { movieId }") =>
    `{ recommendFor(ratings: [${ratings}], ${more} first: 10) { ${fields} } }`;

  test("never recommends what the guest has rated, nor what is filtered", async () => {
    const { data } = await start();
    const { recommendFor } = await data(
      guest(
        "{ movieId: 1, rating: 5 }, { movieId: 858, rating: 1 }",
        'filter: { excludeGenres: ["Drama"] },',
        "title movie { movieId genres }",
      ),
    );
    expect(recommendFor).toHaveLength(10);
    for (const { movie } of recommendFor) {
      expect([1, 858]).not.toContain(movie.movieId);
      expect(movie.genres).not.toContain("Drama");
    }
  });

  test("compares posters with the guest's best-rated movies, and leaves nothing in the database", async () => {
    const { data, services } = await start();
    const before = JSON.stringify(
      ["users", "ratings"].map((table) => rawDatabase(services).prepare(`SELECT * FROM ${table}`).all()),
    );
    const query = guest(
      ["Toy Story", "Film 3", "The Godfather"]
        .map((title) => `{ movieId: ${fixture.movieOf(title).id}, rating: 5 }`)
        .join(", "),
      "similar: true, candidates: 100,",
      // Those are the best-rated movies of this user.
      "title similarity movie { posterSimilarity(userId: 3997) } reasons(first: 2) { __typename }",
    );
    const { recommendFor } = await data(query);
    expect(recommendFor.length).toBeGreaterThan(0);
    for (const { similarity, movie, reasons } of recommendFor) {
      expect(similarity).toBeCloseTo(movie.posterSimilarity, 6);
      expect(reasons).toEqual([{ __typename: "PosterReason" }]);
    }
    expect(
      JSON.stringify(
        ["users", "ratings"].map((table) => rawDatabase(services).prepare(`SELECT * FROM ${table}`).all()),
      ),
    ).toBe(before);
  });

  test.each([0, 1, 2])("who has rated %i movies is served by what people like, as a user is", async (rated) => {
    const { data, edit, token } = await start();
    const titles = ["Toy Story", "The Godfather"].slice(0, rated);
    const ratings = titles.map((title) => `{ movieId: ${fixture.movieOf(title).id}, rating: 5 }`).join(", ");
    const { createUser } = await edit(
      'mutation { createUser(input: { externalId: "g", gender: "F", ageGroup: 25 }) { ... on CreateUserPayload { user { userId } } } }',
    );
    const { userId } = createUser.user;
    if (rated > 0) {
      await edit(`mutation { rateMovies(input: { userId: ${userId}, ratings: [${ratings}] }) { __typename } }`);
    }
    const { recommendFor } = await data(
      guest(
        ratings,
        'demographics: { gender: "F", ageGroup: 25 }, similar: true, candidates: 100,',
        `similarity movie { posterSimilarity(userId: ${userId}) } reasons { __typename text ... on TasteReason { basis ratedMovies } }`,
      ),
      { token },
    );
    expect(recommendFor.length).toBeGreaterThan(0);
    for (const { similarity, movie, reasons } of recommendFor) {
      expect(similarity).toBeCloseTo(movie.posterSimilarity, 6);
      // Twelve users: too few of any age for demographics.
      expect(reasons).toContainEqual({
        __typename: "TasteReason",
        text: expect.stringMatching(/^you have rated (?:no movie|one movie|two movies) yet: posters that people like/),
        basis: "EVERYONE",
        ratedMovies: rated,
      });
    }
  });

  test("without ratings is answered too", async () => {
    const { data } = await start();
    expect((await data(guest(""))).recommendFor).toHaveLength(10);
  });

  test.each([
    ["{ movieId: 7, rating: 5 }", "", "MOVIE_NOT_FOUND", "there is no movie 7"],
    ["{ movieId: 1, rating: 6 }", "", "INVALID_RATING", "expected a rating of 0.5 to 5 in half stars, received 6"],
    [
      "{ movieId: 1, rating: 5 }",
      "demographics: { ageGroup: 3 },",
      "INVALID_INPUT",
      "demographics.ageGroup: expected one of 1, 18, 25, 35, 45, 50, 56, received 3",
    ],
  ])("of %s %s is refused", async (ratings, more, code, message) => {
    const { ask } = await start();
    expect((await ask(guest(ratings, more))).errors).toMatchObject([{ code, message }]);
  });
});

describe("item neighbours", () => {
  // Items 0 and 1 point the same way, 2 across, 3 against; item 4 too few people like.
  const factors = Float32Array.of(1, 0, 2, 0, 0, 3, -1, 0, 1, 0);
  const neighbours = createItemNeighbours(factors, 2, Float32Array.of(9, 9, 9, 9, 4));

  test("are ordered by cosine, without the item itself and those that too few like", () => {
    const { items, cosines } = neighbours.find(0 as ItemIndex, 5);
    expect([...items]).toEqual([1, 2, 3]);
    expect([...cosines]).toEqual([1, 0, -1]);
  });

  test("of an item that too few like are none", () => {
    expect(neighbours.find(4 as ItemIndex, 5).items).toHaveLength(0);
  });
});

test("similar is empty where the model has no ranker", async () => {
  const { data } = await start();
  expect(await data("{ movie(id: 1) { similar { similarity } } }")).toEqual({ movie: { similar: [] } });
});
