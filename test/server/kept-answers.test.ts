/**
 * What is kept between requests is never stale: after every change, by this process or another, a server that keeps what it can
 * answers as one that keeps nothing.
 */
import { describe, expect, test } from "vitest";
import { prepareUsers } from "../../src/jobs/prepare-users.js";
import { mulberry32 } from "../../src/random.js";
import { createAppCache } from "../../src/server/kept-results.js";
import { rawDatabase } from "../support/database.js";
import { addFactorModel } from "../support/factor-model.js";
import { fixture, moviesWithPosters, start } from "../support/fixture.js";

const readme =
  "query ($id: ID!) { user(id: $id) { topRated recommendations(similar: true) { title score similarity } } }";
const others = [
  "query ($id: ID!) { user(id: $id) { recommendations(first: 20) { rank title score basis } } }",
  "query ($id: ID!) { user(id: $id) { recommendations(first: 5, rankBy: RATING, filter: { minRatings: 3 }) { title score } } }",
  "query ($id: ID!) { user(id: $id) { recommendations(similar: true, weight: 0.5, diversity: 0.4) { title similarity reasons { text } movie { title imdbId poster { url } } } } }",
  "query ($id: ID!) { user(id: $id) { userId gender recommendations(first: 3, similar: true) { rank movie { movieId title year genres imdbUrl ratingCount meanRating poster { url blurhash palette { name } } } reasons(first: 2) { __typename text movie { title } ... on RatingReason { rating contribution } } } } popular(first: 3) { title ratingCount ratingHistogram lastRatedOn } topMovies(first: 3) { score movie { title linkEvidence poster { width } } } }",
];
const users = [42, 3997, 6040];

/** A server that keeps what it can, and one that keeps nothing, as two processes on one data folder. */
async function startBoth() {
  const cache = createAppCache();
  const kept = await start({ cache });
  const plain = await start({ cache: false, dataDir: kept.dataDir });
  await addFactorModel(kept.services, "ranked", true, 0);
  await addFactorModel(kept.services, "stars", false);
  await kept.services.store.settings.set("activeModel", "ranked");
  const compare = async (queries = [readme, ...others]) => {
    for (const query of queries) {
      for (const id of users) {
        const [one, other] = await Promise.all(
          [kept, plain].map(async ({ ask }) => {
            const { data, errors } = await ask(query, { variables: { id } });
            return { data, errors };
          }),
        );
        expect([id, query, one]).toEqual([id, query, other]);
      }
    }
  };
  return { kept, plain, cache, compare };
}

const rate = (userId: number, movieId: number, rating: number) =>
  `mutation { rateMovie(input: { userId: ${userId}, movieId: ${movieId}, rating: ${rating} }) { __typename } }`;

describe("answers from what is kept", () => {
  test("are those of a server that keeps nothing, whatever changes and wherever", async () => {
    const { kept, plain, cache, compare } = await startBoth();
    await prepareUsers(kept.services);
    const random = mulberry32(5);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
    const { movies } = fixture;
    const changes: (() => Promise<unknown>)[] = [
      () => pick([kept, plain]).edit(rate(pick(users), pick(movies).id, 1 + Math.floor(random() * 5))),
      () =>
        pick([kept, plain]).edit(
          `mutation { removeRating(input: { userId: ${pick(users)}, movieId: ${pick(movies).id} }) { __typename } }`,
        ),
      () =>
        pick([kept, plain]).edit(
          `mutation { linkImdb(input: { movieId: ${pick(movies).id}, imdbId: "tt${1_000_000 + Math.floor(random() * 1e6)}" }) { __typename } }`,
        ),
      () =>
        pick([kept, plain]).edit(
          `mutation { removePoster(input: { movieId: ${pick(moviesWithPosters()).id} }) { __typename } }`,
        ),
      () =>
        pick([kept, plain]).edit(
          `mutation { updateUser(input: { userId: ${pick(users)}, gender: "${pick(["M", "F"])}" }) { __typename } }`,
        ),
      () =>
        pick([kept, plain]).edit(
          `mutation { updateMovie(input: { movieId: ${pick(movies).id}, title: "Another ${Math.floor(random() * 1000)}", year: 1999 }) { __typename } }`,
        ),
      () => pick([kept, plain]).services.store.settings.set("activeModel", pick(["ranked", "stars"])),
    ];
    await compare();
    for (let step = 0; step < 40; step++) {
      const change = changes[step % changes.length];
      // Asked while it changes: either answer is right then, but what is kept of it must not outlive the change.
      await Promise.all([change(), ...users.map((id) => kept.ask(readme, { variables: { id } }))]);
      await compare();
    }
    expect(cache.results.hits).toBeGreaterThan(100);
    expect(cache.lists.hits).toBeGreaterThan(100);
  }, 120_000);
});

describe("a list is made anew", () => {
  /** How many lists are made for the users when they ask again. */
  async function countMade(
    { kept, cache }: Awaited<ReturnType<typeof startBoth>>,
    change: () => Promise<unknown>,
    asked = users,
  ): Promise<number> {
    const askAll = async () => {
      for (const id of asked) await kept.data(others[0], { variables: { id } });
      for (const id of asked) await kept.data(readme, { variables: { id } });
    };
    await askAll();
    await change();
    const { misses } = cache.lists;
    await askAll();
    return cache.lists.misses - misses;
  }

  test("for the user who rated, and for nobody else", async () => {
    const both = await startBoth();
    expect(await countMade(both, async () => {})).toBe(0);
    expect(await countMade(both, () => both.kept.edit(rate(42, fixture.movies[0].id, 4)))).toBe(2);
    expect(await countMade(both, () => both.plain.edit(rate(42, fixture.movies[0].id, 3)))).toBe(2);
  });

  test("where the same rating comes again, for nobody", async () => {
    const both = await startBoth();
    await both.kept.edit(rate(42, fixture.movies[0].id, 4));
    expect(await countMade(both, () => both.kept.edit(rate(42, fixture.movies[0].id, 4)))).toBe(0);
  });

  test("for nobody where a movie is linked", async () => {
    const both = await startBoth();
    const link = `mutation { linkImdb(input: { movieId: ${fixture.movies[0].id}, imdbId: "tt7654321" }) { __typename } }`;
    expect(await countMade(both, () => both.kept.edit(link))).toBe(0);
  });

  test("where a poster changes, for the lists that it was compared in", async () => {
    const both = await startBoth();
    const [{ id }] = moviesWithPosters();
    // Who rated less than three movies depends on the clusters of all posters.
    const raters = [42, 3997];
    const lists = await Promise.all(
      raters.map((user) =>
        both.kept.data(
          `{ user(id: ${user}) { topRatings { movie { movieId } } recommendations(first: 30) { movie { movieId } } } }`,
        ),
      ),
    );
    const touched = lists.filter(({ user }) =>
      [...user.topRatings, ...user.recommendations].some(({ movie }) => movie.movieId === id),
    );
    const remove = `mutation { removePoster(input: { movieId: ${id} }) { __typename } }`;
    const made = await countMade(both, () => both.kept.edit(remove), raters);
    expect(made).toBe(touched.length);
    expect(touched.length).toBeGreaterThan(0);
  });

  test("for everybody with another model, and for nobody once the first serves again", async () => {
    const both = await startBoth();
    const use = (name: string) => () => both.plain.services.store.settings.set("activeModel", name);
    expect(await countMade(both, use("stars"))).toBe(2 * users.length);
    expect(await countMade(both, use("ranked"))).toBe(2 * users.length);
  });
});

test("a user who comes, goes or is unknown is answered as they are", async () => {
  const { kept, plain } = await startBoth();
  const query = "{ user(id: 900001) { userId topRated } }";
  expect(await kept.data(query)).toEqual({ user: null });
  rawDatabase(plain.services).exec("INSERT INTO users (id) VALUES (900001)");
  expect(await kept.data(query)).toEqual({ user: { userId: 900001, topRated: [] } });
  expect(await kept.data(query)).toEqual({ user: { userId: 900001, topRated: [] } });
  await plain.edit("mutation { deleteUser(input: { userId: 900001 }) { __typename } }");
  expect(await kept.data(query)).toEqual({ user: null });
});

test("what one viewer may read is not given to another", async () => {
  const { kept } = await startBoth();
  await kept.edit('mutation { createUser(input: { externalId: "anna" }) { __typename } }');
  const { id } = (await kept.services.store.users.findOrAdd("anna", {})) as { id: number };
  await kept.edit(rate(id, fixture.movies[0].id, 5));
  const query = `{ user(id: ${id}) { userId topRated } }`;
  const own = await kept.tokenOf("user", id);
  for (let i = 0; i < 2; i++) {
    expect((await kept.data(query, { token: own })).user.topRated).toHaveLength(1);
    expect((await kept.ask(query)).errors).toMatchObject([{ code: "UNAUTHENTICATED" }]);
  }
});
