/** What a client reads of an error, and what the log says of it. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { captureConnections, rawDatabase } from "../support/database.js";
import { type Started, start } from "../support/fixture.js";

interface LogLine {
  level: number;
  msg: string;
  err?: { type: string; message: string; stack: string };
}

async function startLogged(): Promise<Started & { log: LogLine[] }> {
  const log: LogLine[] = [];
  const lines = new Writable({
    write: (chunk, _encoding, done) => {
      log.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { ...(await start({ logger: pino({ level: "warn" }, lines) })), log };
}

describe("an unexpected error", () => {
  test("is masked from the client, and logged with its stack", async () => {
    const { ask, services, log } = await startLogged();
    await services.store.close();
    const { data, errors } = await ask("{ user(id: 42) { userId } }");
    expect(data).toEqual({ user: null });
    expect(errors).toEqual([
      {
        code: "INTERNAL_SERVER_ERROR",
        message: "Unexpected error. See the server's log.",
        path: ["user"],
      },
    ]);
    expect(log).toHaveLength(1);
    const [logged] = log;
    expect(logged).toMatchObject({
      level: 50,
      msg: "unexpected error",
      err: { message: "The database connection is not open" },
    });
    expect(logged.err?.stack).toContain("store/sqlite/users");
  });

  test("in finding out who asks is masked too", async () => {
    const { ask, services, token, log } = await startLogged();
    await services.store.close();
    const { data, errors } = await ask("{ user(id: 42) { userId } }", { token });
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([
      { code: "INTERNAL_SERVER_ERROR", message: "Unexpected error. See the server's log." },
    ]);
    expect(log.some(({ err }) => err?.message === "The database connection is not open")).toBe(true);
  });

  test("leaves the rest of the answer as it is", async () => {
    const { ask, services } = await startLogged();
    rawDatabase(services).exec("DROP TABLE poster_embeddings");
    const { data, errors } = await ask("{ movie(id: 858) { title posterSimilarity(movieId: 1) } }");
    expect(data).toEqual({ movie: { title: "The Godfather", posterSimilarity: null } });
    expect(errors).toMatchObject([{ code: "INTERNAL_SERVER_ERROR", path: ["movie", "posterSimilarity"] }]);
    expect(JSON.stringify(errors)).not.toContain("poster_embeddings");
  });
});

test("an error that only the operator can help is shown and logged", async () => {
  const { ask, services, log } = await startLogged();
  rawDatabase(services).exec("UPDATE settings SET value = 'gone' WHERE key = 'activeModel'");
  const { errors } = await ask("{ movie(id: 1) { predictedRating(userId: 42) } }");
  const message = 'expected the name of a model, received "gone": see marquee models list';
  expect(errors).toMatchObject([{ code: "MODEL_NOT_FOUND", message }]);
  expect(log).toMatchObject([{ level: 40, msg: "a query failed", err: { message } }]);
});

describe("a client's own error", () => {
  test("is readable and not logged", async () => {
    const { ask, log } = await startLogged();
    await ask("{ user(id: 7) { userId } }");
    await ask("{ user(id: 42) { nam } }");
    await ask("{");
    expect(log).toEqual([]);
  });

  test("of syntax says where", async () => {
    const { ask } = await start();
    const { status, errors } = await ask("{ user(id: 42 { topRated } }");
    expect(status).toBe(200);
    expect(errors).toMatchObject([
      { code: "GRAPHQL_PARSE_FAILED", message: 'Syntax Error: Expected Name, found "{".' },
    ]);
  });

  test("in a field's name says what was meant", async () => {
    const { ask } = await start();
    const { data, errors } = await ask("{ user(id: 42) { toprated } }");
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      {
        code: "GRAPHQL_VALIDATION_FAILED",
        message: 'Cannot query field "toprated" on type "User". Did you mean "topRated" or "topRatings"?',
      },
    ]);
  });

  test("in a variable says which", async () => {
    const { ask } = await start();
    const { errors } = await ask("query ($first: Int) { movies(first: $first) { totalCount } }", {
      variables: { first: "many" },
    });
    expect(errors).toMatchObject([
      {
        code: "BAD_USER_INPUT",
        message: 'Variable "$first" got invalid value "many"; Int cannot represent non-integer value: "many"',
      },
    ]);
  });
});

test("a poster whose file is gone has no similarity, and its address answers 404", async () => {
  const { data, app, services } = await start();
  const { movie } = await data("{ movie(id: 858) { poster { url } } }");
  rawDatabase(services).exec("DELETE FROM poster_embeddings");
  await rm(services.folders.posters, { recursive: true });
  expect(await data("{ movie(id: 858) { posterSimilarity(movieId: 1) } }")).toEqual({
    movie: { posterSimilarity: null },
  });
  expect((await app.fetch(`http://marquee.test${movie.poster.url}`)).status).toBe(404);
});

describe("a disk that fails", () => {
  const failing = (code: string) => Object.assign(new Error(`${code}: /var/lib/marquee/secret/place`), { code });

  test.each([
    ["ENOSPC", "its disk is full"],
    ["SQLITE_FULL", "its disk is full"],
    ["SQLITE_CORRUPT", "its database is damaged: restore it from a backup"],
    ["SQLITE_READONLY", "its data folder cannot be written"],
    ["SQLITE_IOERR_WRITE", "its disk or system failed"],
  ])("with %s is an error with a code, logged, and names no path", async (code, problem) => {
    const { ask, services, log } = await startLogged();
    services.models.get = async () => {
      throw failing(code);
    };
    const { errors } = await ask("{ movie(id: 1) { predictedRating(userId: 42) } }");
    expect(errors).toMatchObject([
      {
        code: "STORAGE_FAILED",
        message: `expected this server's data folder to be in order, but ${problem} (${code})`,
        path: ["movie", "predictedRating"],
      },
    ]);
    expect(log).toMatchObject([{ level: 40, err: { message: expect.stringContaining(errors?.[0].message ?? "-") } }]);
  });

  test("fails each mutation that the database has no room for, changes nothing, and goes on reading", async () => {
    const connections = captureConnections();
    const { ask, data, token, log } = await startLogged();
    const [sqlite] = connections.filter(({ open }) => open);
    // As on a full disk: SQLite itself says that there is no room.
    sqlite.pragma(`max_page_count = ${sqlite.pragma("page_count", { simple: true })}`);
    const state = "{ dataset { userCount ratingCount movieCount } user(id: 42) { topRated } }";
    const before = await data(state, { token });
    const long = "x".repeat(100);
    const created: number[] = [];
    for (let n = 0; n < 200; n++) {
      const { data: made, errors } = await ask(
        `mutation { createUser(input: { externalId: "${long}${n}" }) { ... on CreateUserPayload { user { userId } } } }`,
        { token },
      );
      if (errors === undefined) created.push(made.createUser.user.userId);
      else
        expect(errors).toMatchObject([
          { code: "STORAGE_FAILED", message: expect.stringContaining("its disk is full (SQLITE_FULL)") },
        ]);
    }
    expect(created.length).toBeLessThan(200);
    expect(log.length).toBe(200 - created.length);
    before.dataset.userCount += created.length;
    expect(await data(state, { token })).toEqual(before);
    // With room again it goes on as if nothing had been.
    sqlite.pragma("max_page_count = 4294967294");
    const again = await ask(`mutation { createUser(input: { externalId: "again" }) { __typename } }`, { token });
    expect(again.data).toEqual({ createUser: { __typename: "CreateUserPayload" } });
  });

  test("shows a poster in a size that it cannot keep", async () => {
    const { app, dataDir } = await startLogged();
    await rm(join(dataDir, "posters", "resized"), { recursive: true, force: true });
    // A file where the folder should be: nothing can be written below it.
    await writeFile(join(dataDir, "posters", "resized"), "");
    const response = await app.fetch("http://localhost/posters/1?w=92&format=webp");
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/webp"]);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
  });
});
