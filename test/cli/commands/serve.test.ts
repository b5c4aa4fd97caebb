/** The server as its users start, query and stop it: processes of their own, real HTTP, no network but loopback. */
import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { beforeAll, describe, expect, test } from "vitest";
import { embeddedFilms } from "../../../src/datasets/embedded/films.js";
import { complaints, copyFolder, failure, type Running, run, runJson, start, tempFolder } from "../run.js";

const titles = new Set(embeddedFilms.map(({ title }) => title));

interface Started {
  server: Running;
  address: string;
}

async function serve(dataDir: string, args: string[] = [], env: Record<string, string> = {}): Promise<Started> {
  const server = start(["serve", "--port", "0", ...args], { dataDir, env });
  const [, address] = await server.waitFor(/GraphiQL and API: (http:\S+)\/graphql\n/);
  // The query stands below the address, and the token, if there is one, below the query.
  await server.waitFor(/similarity \} \} \}\n\n/);
  return { server, address };
}

async function stop({ server }: Started) {
  server.kill("SIGTERM");
  return server.finished;
}

async function ask<T>(
  { address }: Started,
  query: string,
  token?: string,
): Promise<{ data: T; errors?: { extensions: { code: string } }[] }> {
  const response = await fetch(`${address}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data: T; errors?: { extensions: { code: string } }[] };
}

interface Answer {
  user: { topRated: string[]; recommendations: { title: string; score: number; similarity: number }[] };
}

const printedQuery = (server: Running) => /^ {2}(query \{ user\(id: \d+\) .*\})$/m.exec(server.stdout)?.[1] ?? "";
const printedToken = (server: Running) => /Authorization: Bearer (mq_\S+)/.exec(server.stdout)?.[1];

function expectRealAnswer({ data, errors }: { data: Answer; errors?: unknown }): void {
  expect(errors).toBeUndefined();
  const { topRated, recommendations } = data.user;
  expect([topRated.length, recommendations.length]).toEqual([3, 5]);
  for (const title of [...topRated, ...recommendations.map((movie) => movie.title)]) expect(titles).toContain(title);
  for (const { score, similarity } of recommendations) {
    expect(score).toBeGreaterThan(2);
    expect(score).toBeLessThanOrEqual(5);
    expect(similarity).toBeGreaterThan(-1);
    expect(similarity).toBeLessThan(1);
  }
}

const rate = (user: number, movie: number, stars: number) =>
  `mutation { rateMovie(input: { userId: ${user}, movieId: ${movie}, rating: ${stars} }) {
    __typename ... on RateMoviePayload { rating { rating } } } }`;

/** What the first start made; its server runs no more. */
let data: string;
let token: string;
let first: { started: Started; answer: { data: Answer; errors?: unknown }; stopped: Awaited<ReturnType<typeof stop>> };

beforeAll(async () => {
  data = await tempFolder();
  const started = await serve(data);
  const answer = await ask<Answer>(started, printedQuery(started.server));
  await started.server.waitFor(/Bearer mq_\S+\n/);
  first = { started, answer, stopped: await stop(started) };
  token = printedToken(started.server) as string;
});

describe("the first start on an empty folder", () => {
  test("sets up the embedded data, says that its users are synthetic, and prints address, query and token", () => {
    const { stdout, stderr } = first.started.server;
    expect(stderr).toMatch(/^Setting up\. .*every user and every rating is synthetic\.\n/);
    expect(stderr).toMatch(/^Set up 300 films, 600 synthetic users and \d+ synthetic ratings in [\d.]+ s\.$/m);
    expect(stdout).toMatch(/^Marquee serves embedded: 600 users, 300 movies, \d+ ratings\.\n.*synthetic\.\n/);
    expect(first.started.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(printedQuery(first.started.server)).toBe(
      "query { user(id: 42) { topRated recommendations(similar: true) { title score similarity } } }",
    );
    expect(stdout.match(/mq_[\w-]{43}/g)).toHaveLength(1);
  });

  test("answers the printed query with real titles, scores and similarities", () => {
    expectRealAnswer(first.answer);
  });

  test("has every poster embedded before it serves", async () => {
    expect(await runJson(["posters", "embed"], { dataDir: data })).toMatchObject({ embedded: 0, failed: [] });
  });

  test("gives the command line the same answer", async () => {
    const report = await runJson<{ recommendations: { title: string; score: number; similarity: number }[] }>(
      ["recommend", "42", "--similar"],
      { dataDir: data },
    );
    expect(report.recommendations.map(({ title, score, similarity }) => ({ title, score, similarity }))).toEqual(
      first.answer.data.user.recommendations,
    );
  });

  test("stops with success when it is asked to", () => {
    expect(first.stopped).toMatchObject({ code: 0, signal: null });
    expect(first.stopped.stderr).toMatch(/\nStopping …\n$/);
  });
});

describe("a later start", () => {
  test("sets nothing up and shows no token, but the first one still works", async () => {
    const started = await serve(await copyFolder(data));
    expect(await ask(started, rate(42, 1, 4.5), token)).toEqual({
      data: { rateMovie: { __typename: "RateMoviePayload", rating: { rating: 4.5 } } },
    });
    const refused = await ask(started, rate(42, 1, 1));
    expect(refused.errors?.[0].extensions.code).toBe("UNAUTHENTICATED");
    expect((await ask(started, rate(42, 1, 1), `${token}x`)).errors?.[0].extensions.code).toBe("UNAUTHENTICATED");
    const { stdout, stderr } = await stop(started);
    expect(stdout).not.toContain("mq_");
    expect(stderr).toBe("Stopping …\n");
  });

  test("takes a token that the command line makes while it runs", async () => {
    const dataDir = await copyFolder(data);
    const started = await serve(dataDir);
    const { stdout } = await run(["token", "create", "front end", "--scope", "user", "--user", "42"], { dataDir });
    expect((await ask(started, rate(42, 2, 3), stdout.trim())).errors).toBeUndefined();
    const [, { id }] = await runJson<{ id: number }[]>(["token", "list"], { dataDir });
    await run(["token", "revoke", String(id)], { dataDir });
    expect((await ask(started, rate(42, 2, 3), stdout.trim())).errors).toMatchObject([
      { extensions: { code: "UNAUTHENTICATED" } },
    ]);
    await stop(started);
  });

  test("needs no token with AUTH=off, and prints none", async () => {
    const started = await serve(await copyFolder(data), [], { AUTH: "off" });
    expect((await ask(started, rate(42, 2, 3))).errors).toBeUndefined();
    expect((await stop(started)).stdout).not.toContain("mq_");
  });

  test("without tokens listens to this machine alone", async () => {
    expect(await failure(["serve", "--host", "0.0.0.0", "--auth", "off"], { dataDir: data })).toBe(
      'expected AUTH=on with HOST "0.0.0.0": without tokens only a loopback address such as 127.0.0.1 is allowed',
    );
  });

  test("notices a model and an encoder that the command line chooses", async () => {
    const dataDir = await copyFolder(data);
    await runJson(["train", "--model", "mf", "--name", "mine", "--no-use"], { dataDir });
    const started = await serve(dataDir);
    const served = async () => (await ask<{ model: { name: string } }>(started, "{ model { name } }")).data.model.name;
    expect(await served()).toBe("embedded-mf");
    await run(["models", "use", "mine"], { dataDir });
    expect(await served()).toBe("mine");
    await stop(started);
  });

  test("stops on Ctrl-C too, and answers what is under way", async () => {
    const started = await serve(await copyFolder(data));
    const answer = ask<Answer>(started, printedQuery(started.server));
    await fetch(started.address, { redirect: "manual" });
    started.server.kill("SIGINT");
    expectRealAnswer(await answer);
    expect(await started.server.finished).toMatchObject({ code: 0 });
  });
});

describe("a port that is taken", () => {
  const takenPort = async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    return { other, port: (other.address() as { port: number }).port };
  };

  test("stops the start with one line that says what to do", async () => {
    const { other, port } = await takenPort();
    expect(await failure(["serve", "--port", String(port)], { dataDir: data })).toBe(
      `expected to listen on 127.0.0.1:${port}, but another program listens there: stop it, or choose another --port`,
    );
    other.close();
  });

  test("does not use up the one time that the token is shown", async () => {
    const { other, port } = await takenPort();
    const dataDir = await copyFolder(data);
    const db = new Sqlite(join(dataDir, "marquee.db"));
    db.exec("DELETE FROM tokens");
    db.close();
    await failure(["serve", "--port", String(port)], { dataDir });
    other.close();
    const started = await serve(dataDir);
    await started.server.waitFor(/Bearer mq_/);
    await stop(started);
  });
});

describe("two servers on one data folder", () => {
  test("both answer, and each sees at once what the other changed", async () => {
    const dataDir = await copyFolder(data);
    const one = await serve(dataDir);
    const two = await serve(dataDir);
    const query = printedQuery(one.server);
    const before = await ask<Answer>(two, query);
    expectRealAnswer(before);
    expect(await ask<Answer>(one, query)).toEqual(before);

    const recommended = before.data.user.recommendations[0].title;
    const movie = embeddedFilms.findIndex(({ title }) => title === recommended) + 1;
    await ask(one, rate(42, movie, 5), token);
    const after = await ask<Answer>(two, query);
    expect(after.data.user.recommendations.map(({ title }) => title)).not.toContain(recommended);
    // Rated five stars, and later than all others.
    expect(after.data.user.topRated[0]).toBe(recommended);
    expect(await ask<Answer>(one, query)).toEqual(after);
    await stop(one);
    expect(await ask<Answer>(two, query)).toEqual(after);
    await stop(two);
  });

  test("end up with one data set and one token when they are started together on an empty folder", async () => {
    const dataDir = await tempFolder();
    const both = await Promise.all([serve(dataDir), serve(dataDir)]);
    for (const started of both) expectRealAnswer(await ask<Answer>(started, printedQuery(started.server)));
    expect((await Promise.all(both.map(stop))).map(({ code }) => code)).toEqual([0, 0]);
    expect(both.map(({ server }) => printedToken(server)).filter((shown) => shown !== undefined)).toHaveLength(1);
    for (const { server } of both) expect(server.stdout).toContain("600 users, 300 movies");
  });
});

describe("a set-up that does not come to its end", () => {
  test.each(["SIGKILL", "SIGINT"] as const)(
    "leaves nothing behind that the next start stumbles over (%s)",
    async (signal) => {
      const dataDir = await tempFolder();
      const server = start(["serve", "--port", "0"], { dataDir });
      // Some posters are drawn, none is recorded.
      await server.waitFor(/draw +\[.*\] [1-9]\d?% /);
      server.kill(signal);
      const ended = await server.finished;
      expect(ended).toMatchObject({ stdout: "" });
      expect(ended.code).not.toBe(0);
      expect(await readdir(join(dataDir, "posters"))).not.toEqual([]);

      const started = await serve(dataDir);
      expect(started.server.stderr).toMatch(/^Setting up\. /);
      expectRealAnswer(await ask<Answer>(started, printedQuery(started.server)));
      expect(printedToken(started.server)).toMatch(/^mq_/);
      const { code, stderr } = await stop(started);
      expect(code).toBe(0);
      expect(complaints({ code, stderr, signal: null, stdout: "" })).toEqual([]);
    },
  );
});

describe("a promise that nobody waits for", () => {
  test("is logged, and the server goes on answering", async () => {
    const dataDir = await copyFolder(data);
    // A stray rejection of no request, as a fault of a library would make one.
    const stray = "process.on('SIGUSR2',()=>{Promise.reject(new Error('stray'))})";
    const started = await serve(dataDir, [], {
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(stray)}`,
    });
    started.server.kill("SIGUSR2");
    await started.server.waitFor(/unexpected error: a rejected promise that nobody waits for/);
    expect(started.server.stderr).toContain("stray");
    expect((await ask<{ __typename: string }>(started, "{ __typename }")).data).toEqual({ __typename: "Query" });
    expect((await stop(started)).code).toBe(0);
  });
});
