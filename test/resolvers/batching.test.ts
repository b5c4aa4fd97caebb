/** How often the model is called and the database is read: not once for each object of a list. */
import { describe, expect, test } from "vitest";
import { rawDatabase } from "../support/database.js";
import { countModelCalls, fixture, moviesWithPosters, predictPlainly, start } from "../support/fixture.js";

const { seed } = fixture.models.active;

/** The app, and every statement that a query runs. */
async function startLogged() {
  const log: string[] = [];
  const started = await start({ onSql: (sql) => log.push(sql), cache: false });
  const statementsOf = async (query: string): Promise<string[]> => {
    log.length = 0;
    await started.data(query);
    return [...log];
  };
  return { ...started, statementsOf };
}

/** The statements that read or write the pictures' tables. */
const aboutPosters = (statements: string[]) => statements.filter((sql) => /poster/i.test(sql));

describe("predictedRating", () => {
  test("of 100 movies × 3 users is one call of the model", async () => {
    const { services, data } = await start();
    const counted = countModelCalls(services);
    const { movies } = await data(`{ movies(first: 100) { edges { node {
      movieId a: predictedRating(userId: 42) b: predictedRating(userId: 3997) c: predictedRating(userId: 6040)
    } } } }`);
    expect(counted.calls).toEqual([300]);
    expect(movies.edges).toHaveLength(100);
    for (const { node } of movies.edges) {
      for (const [field, userId] of [
        ["a", 42],
        ["b", 3997],
        ["c", 6040],
      ] as const) {
        const stars = Math.min(5, Math.max(0.5, predictPlainly(seed, userId, node.movieId)));
        expect(node[field]).toBeCloseTo(stars, 4);
      }
    }
  });

  test("is one call of the model for a whole query, however deep each is asked for", async () => {
    const { services, data } = await start();
    const counted = countModelCalls(services);
    await data(`{
      movies(first: 10) { edges { node { predictedRating(userId: 42) } } }
      movie(id: 858) { predictedRating(userId: 5) }
      user(id: 3997) { topRatings(first: 3) { movie { predictedRating(userId: 17) } } }
    }`);
    expect(counted.calls).toEqual([14]);
  });

  test("is one call of the model through pages of ratings too", async () => {
    const { services, data } = await start();
    const counted = countModelCalls(services);
    await data(`{
      movies(first: 10) { edges { node { predictedRating(userId: 42) } } }
      user(id: 3997) { topRatings(first: 2) { user { ratings(first: 2) { totalCount edges { node { movie { predictedRating(userId: 17) } } } } } } }
    }`);
    expect(counted.calls).toHaveLength(1);
  });

  test("asks the model once for a pair that a query asks for often", async () => {
    const { services, data } = await start();
    const counted = countModelCalls(services);
    await data(
      "{ a: movie(id: 1) { x: predictedRating(userId: 42) y: predictedRating(userId: 42) } b: movie(id: 1) { predictedRating(userId: 42) } }",
    );
    expect(counted.calls).toEqual([1]);
  });

  test("does not call the model where no prediction is asked for", async () => {
    const { services, data } = await start();
    const counted = countModelCalls(services);
    await data("{ movies { edges { node { title poster { url } } } } user(id: 42) { topRated } model { name } }");
    expect(counted.calls).toEqual([]);
  });

  test("is computed anew for each request", async () => {
    const { services, data } = await start();
    const counted = countModelCalls(services);
    for (let i = 0; i < 2; i++) await data("{ movie(id: 1) { predictedRating(userId: 42) } }");
    expect(counted.calls).toEqual([1, 1]);
  });
});

describe("posters are touched only where a query needs them", () => {
  test.each([
    "{ movies(first: 50) { edges { node { title ratingCount predictedRating(userId: 42) } } } }",
    "{ user(id: 3997) { topRated recommendations { rank title score basis movie { title } } } }",
    "{ user(id: 3997) { recommendations(similar: false, first: 30) { title score } } }",
  ])("not by %s", async (query) => {
    const { statementsOf } = await startLogged();
    const statements = await statementsOf(query);
    // The log is not empty: it would have shown a read.
    expect(statements.length).toBeGreaterThan(1);
    expect(aboutPosters(statements)).toEqual([]);
  });

  test("poster { url } reads no embedding", async () => {
    const { statementsOf } = await startLogged();
    const statements = await statementsOf("{ movies(first: 50) { edges { node { poster { url } } } } }");
    expect(aboutPosters(statements)).toHaveLength(1);
    expect(statements.join()).not.toContain("poster_embeddings");
  });

  test("posterSimilarity of many movies with one user reads posters once and embeddings once", async () => {
    const { statementsOf } = await startLogged();
    const statements = await statementsOf(
      "{ movies(first: 100) { edges { node { posterSimilarity(userId: 3997) } } } }",
    );
    const read = aboutPosters(statements);
    expect(read).toHaveLength(2);
    expect(read[0]).toContain("FROM posters");
    expect(read[1]).toContain("FROM poster_embeddings");
  });

  test("recommendations with similarity, or similar: true, read embeddings once", async () => {
    const { statementsOf } = await startLogged();
    for (const query of [
      "{ user(id: 3997) { recommendations { similarity } } }",
      "{ user(id: 3997) { recommendations(similar: true) { title similarity } } }",
      "{ user(id: 3997) { recommendations(similar: true) { title } } }",
    ]) {
      const statements = await statementsOf(query);
      expect(statements.filter((sql) => sql.includes("poster_embeddings"))).toHaveLength(1);
    }
  });
});

describe("no statement for each object of a list", () => {
  test.each([
    "{ movies(first: N) { edges { node { title poster { url width } ratingCount meanRating } } } }",
    "{ movies(first: N) { totalCount edges { node { predictedRating(userId: 42) posterSimilarity(userId: 42) } } } }",
    "{ user(id: 3997) { topRated(first: N) topRatings(first: N) { movie { title poster { url } meanRating } user { gender } } } }",
    "{ user(id: 3997) { ratings(first: N) { edges { node { movie { title } user { userId } } } } } }",
    "{ user(id: 42) { recommendations(first: N) { similarity movie { title poster { url } ratingCount } } } }",
  ])("%s", async (query) => {
    const { statementsOf } = await startLogged();
    // The first one also loads the model, and the catalogue into memory.
    await statementsOf(query.replaceAll("N", "2"));
    const few = await statementsOf(query.replaceAll("N", "2"));
    const many = await statementsOf(query.replaceAll("N", "30"));
    expect(many).toHaveLength(few.length);
    // One of them says which data set is loaded, by which ratings are public or private.
    expect(few.length).toBeLessThan(15);
  });
});

describe("an embedding that is not there yet", () => {
  test("is made when a query first needs it, and kept", async () => {
    const log: string[] = [];
    const { services, data } = await start({ onSql: (sql) => log.push(sql), cache: false });
    const [, , , candidate] = moviesWithPosters();
    const query = `{ movie(id: ${candidate.id}) { posterSimilarity(movieId: 858) } }`;
    const before = await data(query);
    rawDatabase(services).exec("DELETE FROM poster_embeddings");
    expect(await data(query)).toEqual(before);
    expect(rawDatabase(services).prepare("SELECT count(*) AS n FROM poster_embeddings").get()).toEqual({ n: 2 });
    log.length = 0;
    expect(await data(query)).toEqual(before);
    expect(log.filter((sql) => /^insert/i.test(sql))).toEqual([]);
  });
});
