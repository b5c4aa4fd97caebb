/** `marquee serve --workers`: several processes that share the port, the limits and what clients change, one of which may die. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { copyFolder, type Running, run, start, tempFolder } from "./run.js";

let prepared: string;

beforeAll(async () => {
  prepared = await tempFolder();
  expect((await run(["setup"], { dataDir: prepared })).code).toBe(0);
}, 60_000);

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the shape of each query's data
  data?: any;
}

interface Pool {
  server: Running;
  url: string;
  token: string;
  /** Process ids of workers that have listened so far. */
  pids(): number[];
  /** Over a connection of its own, which the next worker accepts. */
  ask(query: string, isTokenSent?: boolean): Promise<Answer>;
}

async function serve(...args: string[]): Promise<Pool> {
  const dataDir = await copyFolder(prepared);
  const server = start(["serve", "--workers", "2", "--port", "0", ...args], { dataDir, env: { LOG_LEVEL: "info" } });
  onTestFinished(async () => {
    server.kill("SIGTERM");
    await server.finished;
  });
  const [, url] = await server.waitFor(/(http:\/\/\S+\/graphql)/);
  const [, token] = await server.waitFor(/Authorization: Bearer (\S+)/);
  const pids = () =>
    [...server.stderr.matchAll(/\{.*"a worker listens"\}/g)].map(([line]) => JSON.parse(line).workerPid as number);
  const ask = async (query: string, isTokenSent = false) => {
    const headers: Record<string, string> = { "content-type": "application/json", connection: "close" };
    if (isTokenSent) headers.authorization = `Bearer ${token}`;
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
    return { status: response.status, ...((await response.json()) as object) };
  };
  return { server, url, token, pids, ask };
}

const rate = (movieId: number, rating: number) =>
  `mutation { rateMovie(input: { userId: 42, movieId: ${movieId}, rating: ${rating} }) { __typename } }`;
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const times = (n: number) => Array.from({ length: n });

test("a rating through one worker shows in the next answer of every other", async () => {
  const { ask, pids } = await serve();
  expect(new Set(pids()).size).toBe(2);
  const query = "{ user(id: 42) { recommendations(first: 1) { movie { movieId } } } }";
  for (let round = 0; round < 3; round++) {
    const [{ movie }] = (await ask(query)).data.user.recommendations;
    await ask(rate(movie.movieId, 5), true);
    const answers = await Promise.all(times(6).map(() => ask(query)));
    for (const { data } of answers) expect(data.user.recommendations[0].movie.movieId).not.toBe(movie.movieId);
  }
});

/** Opens a subscription over a connection of its own. */
async function subscribe({ url, token }: Pool): Promise<{ response: Response; stop(): void }> {
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  onTestFinished(stop);
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
      connection: "close",
    },
    body: JSON.stringify({ query: "subscription { ratingAdded(userId: 42) { movie { movieId } } }" }),
    signal: stopped.signal,
  });
  return { response, stop };
}

async function* textOf({ body }: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const bytes of body as unknown as AsyncIterable<Uint8Array>) yield decoder.decode(bytes);
}

test("a subscription hears of ratings through every worker", async () => {
  const pool = await serve();
  const { ask } = pool;
  const { response } = await subscribe(pool);
  const heard: number[] = [];
  const reading = (async () => {
    for await (const text of textOf(response)) {
      for (const [, id] of text.matchAll(/"movieId":(\d+)/g)) heard.push(Number(id));
    }
  })();
  reading.catch(() => {});
  await ask("{ __typename }");
  const { data } = await ask("{ popular(first: 6) { movieId } }");
  const ids = data.popular.map(({ movieId }: { movieId: number }) => movieId) as number[];
  for (const id of ids) await ask(rate(id, 1.5), true);
  await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(ids.length);
  expect([...heard].sort()).toEqual([...ids].sort());
});

test("the rate limit counts operations of a client in all workers together", async () => {
  const { ask } = await serve("--rate-limit", "6");
  const answers = await Promise.all(times(12).map(() => ask("{ __typename }")));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(6);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(6);
});

test("the limit of open subscriptions counts those of a client in all workers together, until they end", async () => {
  const pool = await serve("--max-streams", "3");
  /** What a subscription is refused with, which ends it. */
  const refusal = async (response: Response) => {
    let all = "";
    for await (const text of textOf(response)) all += text;
    return all;
  };
  const open = async () => {
    const { response, stop } = await subscribe(pool);
    const refused = refusal(response).catch(() => "stopped");
    const isOpen = await Promise.race([
      refused.then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 500)),
    ]);
    return { isOpen, stop };
  };
  const opened = [await open(), await open(), await open()];
  expect(opened.map(({ isOpen }) => isOpen)).toEqual([true, true, true]);
  // One through each worker.
  for (const _worker of [1, 2]) expect(await refusal((await subscribe(pool)).response)).toContain("RATE_LIMITED");
  opened[0].stop();
  await expect.poll(async () => (await open()).isOpen, { timeout: 10_000 }).toBe(true);
  expect(await refusal((await subscribe(pool)).response)).toContain("RATE_LIMITED");
});

test("a worker that dies is replaced, and the others answer meanwhile", async () => {
  const { ask, pids, server } = await serve();
  const [first] = pids();
  process.kill(first, "SIGKILL");
  await server.waitFor(/a worker ended by SIGKILL: another is started/);
  for (const answer of await Promise.all(times(4).map(() => ask("{ __typename }")))) expect(answer.status).toBe(200);
  await expect.poll(() => pids().length, { timeout: 20_000 }).toBe(3);
  expect(isAlive(first)).toBe(false);
  expect((await ask("{ __typename }")).status).toBe(200);
}, 40_000);

test("ends with all its workers, and says nothing of them", async () => {
  const { pids, server } = await serve();
  server.kill("SIGTERM");
  const { code, stderr } = await server.finished;
  expect(code).toBe(0);
  expect(pids().map(isAlive)).toEqual([false, false]);
  expect(stderr).not.toContain("a worker ended");
});

test("says in one line why the port cannot be had, and leaves no worker behind", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const dataDir = await copyFolder(prepared);
  const { code, stderr } = await run(["serve", "--workers", "2", "--port", String(port)], { dataDir });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    new RegExp(`^marquee: expected to listen on 127\\.0\\.0\\.1:${port}, but another program listens there[^\\n]*\\n$`),
  );
});
