/** Several processes on one data folder: locks are waited for without blocking, and changes are seen at once. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { rawDatabase } from "../support/database.js";
import { fixture, start } from "../support/fixture.js";

// An import, seen from outside: it holds the write lock until it is told to end.
const holder = `
  const Database = require("better-sqlite3");
  const db = new Database(process.argv[1]);
  db.exec("BEGIN IMMEDIATE; INSERT INTO users (id) VALUES (900001)");
  process.stdout.write("held");
  process.stdin.once("data", () => { db.exec("ROLLBACK"); db.close(); process.exit(0); });
`;

/** Another process that holds the file's write lock until `release`. */
async function holdLock(file: string): Promise<{ release(): Promise<void> }> {
  const child = spawn(process.execPath, ["-e", holder, file], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const exited = once(child, "exit");
  const failed = exited.then(([code]) => {
    throw new Error(`expected the other process to hold the lock, but it exited with ${code}`);
  });
  failed.catch(() => {}); // once it holds the lock, its exit is no failure
  await Promise.race([once(child.stdout, "data"), failed]);
  return {
    release: async () => {
      child.stdin.write("\n");
      await exited;
    },
  };
}

const rate = (movieId: number, rating = 5) =>
  `mutation { rateMovie(input: { userId: 6040, movieId: ${movieId}, rating: ${rating} }) {
    ... on RateMoviePayload { rating { rating } } ... on Error { code message } } }`;

describe("while another process writes", () => {
  test("a mutation waits without holding up anything else, and is done when the lock is free", async () => {
    const { services, ask, edit } = await start();
    const lock = await holdLock(services.folders.database);
    let done = false;
    const mutation = edit(rate(858)).finally(() => {
      done = true;
    });
    for (let i = 0; i < 5; i++) {
      const { data } = await ask("{ movie(id: 1) { givenTitle } user(id: 6040) { topRated } }");
      expect(data).toEqual({ movie: { givenTitle: "Toy Story (1995)" }, user: { topRated: [] } });
    }
    expect(done).toBe(false);
    await lock.release();
    expect(await mutation).toEqual({ rateMovie: { rating: { rating: 5 } } });
    const { data } = await ask("{ user(id: 6040) { topRated } }");
    expect(data).toEqual({ user: { topRated: ["The Godfather"] } });
  });

  test("a mutation gives up with DATABASE_BUSY when it takes too long, and nothing has changed", async () => {
    const { services, ask, token } = await start();
    const lock = await holdLock(services.folders.database);
    const { data, errors } = await ask(rate(858), { token });
    expect(data).toBeNull();
    expect(errors).toEqual([
      {
        code: "DATABASE_BUSY",
        message:
          "expected to write within 5000 ms, but another process holds the database (an import?); try again later",
        path: ["rateMovie"],
      },
    ]);
    await lock.release();
    expect((await ask("{ user(id: 6040) { topRated } }")).data).toEqual({ user: { topRated: [] } });
  });

  test("recommendations still get similarities of posters that have no embedding yet", async () => {
    const { services, data } = await start({ cache: false });
    const query = "{ user(id: 3997) { recommendations(similar: true) { title similarity } } }";
    const before = await data(query);
    rawDatabase(services).exec("DELETE FROM poster_embeddings");
    const lock = await holdLock(services.folders.database);
    expect(await data(query)).toEqual(before);
    await lock.release();
    expect(await data(query)).toEqual(before);
    expect(rawDatabase(services).prepare("SELECT count(*) AS n FROM poster_embeddings").get()).not.toEqual({ n: 0 });
  });
});

describe("two servers on one data folder", () => {
  test("each sees at once what the other changed", async () => {
    const one = await start();
    const two = await start({ dataDir: one.dataDir });
    const query = "{ user(id: 6040) { topRated } movie(id: 1) { imdbId } }";
    expect(await two.data(query)).toEqual({ user: { topRated: [] }, movie: { imdbId: null } });
    await one.edit(rate(858));
    await one.edit('mutation { linkImdb(input: { movieId: 1, imdbId: "tt0114709" }) { __typename } }');
    expect(await two.data(query)).toEqual({ user: { topRated: ["The Godfather"] }, movie: { imdbId: "tt0114709" } });
    // A token that one server made is good at the other.
    expect(await two.data(rate(1, 4), { token: one.token })).toEqual({ rateMovie: { rating: { rating: 4 } } });
  });

  test("both take changes at the same time, and none is lost", async () => {
    const one = await start();
    const two = await start({ dataDir: one.dataDir });
    const movies = fixture.movies.slice(0, 40);
    await Promise.all(movies.map(({ id }, i) => (i % 2 === 0 ? one : two).edit(rate(id, 1 + (i % 5)))));
    for (const { data } of [one, two]) {
      const { user } = await data("{ user(id: 6040) { topRatings(first: 100) { rating movie { movieId } } } }");
      expect(
        user.topRatings
          .map(({ rating, movie }: { rating: number; movie: { movieId: number } }) => [movie.movieId, rating])
          .sort(([a]: number[], [b]: number[]) => a - b),
      ).toEqual(movies.map(({ id }, i) => [id, 1 + (i % 5)]).sort(([a], [b]) => a - b));
    }
  });

  test("an id that both link at once goes to one movie, and the other is told", async () => {
    const one = await start();
    const two = await start({ dataDir: one.dataDir });
    const link = (movieId: number) =>
      `mutation { linkImdb(input: { movieId: ${movieId}, imdbId: "tt0068646" }) { __typename } }`;
    const answers = await Promise.all([one.edit(link(858)), two.edit(link(1))]);
    expect(answers.map(({ linkImdb }) => linkImdb.__typename).sort()).toEqual(["ImdbIdTakenError", "LinkImdbPayload"]);
  });
});
