/**
 * Requests per second over real HTTP, one process, 16 connections: README's query and the home page of docs/api.md, for users who come
 * back, for users not asked before, and after a rating. The yardstick is the same server with resolvers that answer from constants;
 * for `serve-floor`, node:http that sends the same bytes; for `serve-workers`, one process beside two.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import Sqlite from "better-sqlite3";
import { mulberry32, permutation } from "../../dist/random.js";
import { load } from "../load.js";
import { alternate, toRateResult } from "../measure.js";
import { ask, startConstants, startMarquee, startPlain } from "../servers.js";

const program = fileURLToPath(new URL("../../bin/marquee.js", import.meta.url));

/** README's query, with the user as a variable, as clients send it. */
export const readmeQuery =
  "query ($id: ID!) { user(id: $id) { topRated recommendations(similar: true) { title score similarity } } }";
const rate =
  "mutation ($input: RateMovieInput!) { rateMovie(input: $input) { __typename ... on RateMoviePayload { rating { rating } } } }";

/** The first query of docs/api.md, for any user. */
function homePageQuery() {
  const text = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
  const [query] = text.match(/query Home \{[\s\S]*?\n\}/) ?? [];
  if (query === undefined || !query.includes("user(id: 42)"))
    throw new Error("expected the home page's query in docs/api.md");
  return query.replace("query Home {", "query Home($id: ID!) {").replace("user(id: 42)", "user(id: $id)");
}

/** A copy of the data folder whose database may be written to. */
export function copyFolder(folder) {
  const copy = mkdtempSync(join(tmpdir(), "marquee-bench-"));
  for (const name of ["models", "posters", "encoders"]) symlinkSync(join(folder, name), join(copy, name));
  for (const suffix of ["", "-wal"]) {
    if (!existsSync(join(folder, `marquee.db${suffix}`))) continue;
    cpSync(join(folder, `marquee.db${suffix}`), join(copy, `marquee.db${suffix}`), { force: true });
  }
  return copy;
}

/** Numbers of all users, in an order drawn with a seed. */
export function readUsers(folder) {
  const db = new Sqlite(join(folder, "marquee.db"), { readonly: true });
  const ids = db.prepare("SELECT id FROM users ORDER BY id").pluck().all();
  const movies = db.prepare("SELECT id FROM movies ORDER BY id").pluck().all();
  db.close();
  return { users: Array.from(permutation(ids.length, mulberry32(1)), (i) => ids[i]), movies };
}

/** Draws users by Zipf's law (s = 1): the n-th is asked for 1/n as often as the first. */
export function createZipf(users, random) {
  const sums = new Float64Array(users.length);
  let sum = 0;
  for (let n = 0; n < users.length; n++) {
    sum += 1 / (n + 1);
    sums[n] = sum;
  }
  return () => {
    const x = random() * sum;
    let [low, high] = [0, users.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle] < x) low = middle + 1;
      else high = middle;
    }
    return users[low];
  };
}

/** Asks our server for every user once. @returns the answers' data by user */
async function record(address, query, users) {
  const answers = {};
  let next = 0;
  const worker = async () => {
    while (next < users.length) {
      const id = users[next++];
      const { data, errors } = JSON.parse(await ask(address, { query, variables: { id } }));
      if (errors !== undefined) throw new Error(`user ${id}: ${JSON.stringify(errors)}`);
      answers[id] = data;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return answers;
}

/** The texts that are known to be right, so that most answers are compared as they are and few are parsed. */
function createCheck(expected) {
  const known = new Set();
  return (text) => {
    if (known.has(text)) return true;
    const isRight = isDeepStrictEqual(JSON.parse(text).data, expected);
    if (isRight) known.add(text);
    return isRight;
  };
}

/** Everything that the serving benches share: answers of our server, recorded before anything is timed. */
async function open({ folder, quick }, query, maxUsers = Number.POSITIVE_INFINITY) {
  const { users } = readUsers(folder);
  const asked = users.slice(0, quick ? 300 : maxUsers);
  const copy = copyFolder(folder);
  const server = await startMarquee(copy);
  const answers = await record(server.address, query, asked);
  await server.stop();
  const file = join(copy, "answers.json");
  writeFileSync(file, JSON.stringify({ query: { ...answers, any: Object.values(answers)[0] }, mutation: {} }));
  const checks = new Map(asked.map((id) => [id, createCheck(answers[id])]));
  return {
    users: asked,
    copy,
    file,
    answers,
    toTurn: (id) => [{ body: { query, variables: { id } }, check: checks.get(id) }],
    close: () => rmSync(copy, { recursive: true }),
  };
}

async function warm(name, query, target, options, { startOther, maxUsers } = {}) {
  const { quick } = options;
  const isConstants = startOther === undefined;
  const startYardstick = startOther ?? (({ copy, file }) => startConstants(copy, file));
  const recorded = await open(options, query, maxUsers);
  const servers = { ours: await startMarquee(recorded.copy), yardstick: await startYardstick(recorded) };
  const draw = createZipf(recorded.users, mulberry32(2));
  const toTurn = (server) => (id) =>
    // node:http sends one answer to everybody.
    server === servers.yardstick && !isConstants
      ? recorded.toTurn(id).map(({ body }) => ({ body }))
      : recorded.toTurn(id);
  const side =
    (server) =>
    async (seconds = quick ? 0.5 : 4) => {
      const { perSecond } = await load({ address: server.address, seconds, next: () => toTurn(server)(draw()) });
      return perSecond;
    };
  const sides = { ours: side(servers.ours), yardstick: side(servers.yardstick) };
  // Every user comes once before the time is taken: they come back.
  for (const server of Object.values(servers)) {
    let next = 0;
    const toNext = () => toTurn(server)(recorded.users[next++ % recorded.users.length]);
    await load({ address: server.address, amount: recorded.users.length, next: toNext });
  }
  for (const round of Object.values(sides)) await round(quick ? 0.5 : 3);
  const rounds = await alternate(quick ? 1 : 5, { ours: () => sides.ours(), yardstick: () => sides.yardstick() });
  for (const server of Object.values(servers)) await server.stop();
  recorded.close();
  return toRateResult(name, "requests/s", target, rounds);
}

async function cold(name, query, target, options, { maxUsers, startOurs, startOther } = {}) {
  const { quick } = options;
  const recorded = await open(options, query, maxUsers);
  const startYardstick = startOther ?? (({ copy, file }) => startConstants(copy, file));
  // The first users warm the processes up, with lists of other lengths each time; the others are asked once each.
  const warming = Math.min(1000, recorded.users.length / 4);
  const [warmUp, measured] = [recorded.users.slice(0, warming), recorded.users.slice(warming)];
  const run = async (start) => {
    const server = await start();
    let next = 0;
    const toNext = (list) => () => recorded.toTurn(list[next++ % list.length]);
    for (let first = 6; first < (quick ? 7 : 10); first++) {
      const text = query.replace(/similar: true/, `similar: true, candidates: ${24 + first}`);
      const toWarm = () => [{ body: { query: text, variables: { id: warmUp[next++ % warmUp.length] } } }];
      await load({ address: server.address, amount: warmUp.length, next: toWarm });
    }
    next = 0;
    const { perSecond } = await load({ address: server.address, amount: measured.length - 64, next: toNext(measured) });
    await server.stop();
    return perSecond;
  };
  const rounds = await alternate(quick ? 1 : 3, {
    ours: () => run(() => (startOurs ?? startMarquee)(recorded.copy)),
    yardstick: () => run(() => startYardstick(recorded)),
  });
  recorded.close();
  return toRateResult(name, "requests/s", target, rounds);
}

async function changed(options) {
  const { quick, folder } = options;
  const { users, movies } = readUsers(folder);
  const random = mulberry32(3);
  const turns = users.slice(0, quick ? 100 : 2500).map((userId) => {
    const movieId = movies[Math.floor(random() * movies.length)];
    return { userId, input: { userId, movieId, rating: 1 + Math.floor(random() * 5) } };
  });
  const toBodies = ({ userId, input }) => [
    { query: rate, variables: { input } },
    { query: readmeQuery, variables: { id: userId } },
  ];
  const answers = { query: {}, mutation: {} };
  await onCopy(async (server, token) => {
    for (const turn of turns) {
      const [mutation, query] = toBodies(turn);
      answers.mutation[turn.userId] = JSON.parse(await ask(server.address, mutation, token)).data;
      answers.query[turn.userId] = JSON.parse(await ask(server.address, query)).data;
    }
  });
  const checks = new Map(
    turns.map(({ userId }) => [userId, ["mutation", "query"].map((kind) => createCheck(answers[kind][userId]))]),
  );
  const [warmUp, measured] = [turns.slice(0, turns.length / 5), turns.slice(turns.length / 5)];
  const run = async (server, token) => {
    let next = 0;
    const toNext = (list) => () => {
      const turn = list[next++ % list.length];
      return toBodies(turn).map((body, i) => ({
        body,
        check: checks.get(turn.userId)[i],
        token: i === 0 ? token : undefined,
      }));
    };
    await load({ address: server.address, amount: warmUp.length, next: toNext(warmUp) });
    next = 0;
    return (await load({ address: server.address, amount: measured.length - 64, next: toNext(measured) })).perSecond;
  };
  const rounds = await alternate(quick ? 1 : 3, {
    ours: () => onCopy(run),
    yardstick: async () => {
      const copy = copyFolder(folder);
      const token = createToken(copy);
      const file = join(copy, "answers.json");
      writeFileSync(file, JSON.stringify(answers));
      const server = await startConstants(copy, file);
      const perSecond = await run(server, token);
      await server.stop();
      rmSync(copy, { recursive: true });
      return perSecond;
    },
  });
  return toRateResult("serve-changed", "ratings with a query/s", 0.3, rounds);

  async function onCopy(work) {
    const copy = copyFolder(folder);
    const token = createToken(copy);
    const server = await startMarquee(copy);
    const result = await work(server, token);
    await server.stop();
    rmSync(copy, { recursive: true });
    return result;
  }
}

/** A token that may rate for everybody. */
function createToken(dataDir) {
  const args = ["token", "create", "bench", "--scope", "admin", "--json", "--data-dir", dataDir];
  return JSON.parse(execFileSync(process.execPath, [program, ...args], { encoding: "utf8" })).token;
}

function floor(options) {
  const startOther = ({ copy, answers }) => {
    const file = join(copy, "answer.json");
    writeFileSync(file, JSON.stringify({ data: Object.values(answers)[0] }));
    return startPlain(file);
  };
  return warm("serve-floor", readmeQuery, 0.08, options, { startOther });
}

/** Two processes and one, on the work that leaves the load least to do: else it takes the core that the second process needs. */
function workers(options) {
  return cold("serve-workers", homePageQuery(), 1.8, options, {
    maxUsers: 2400,
    startOurs: (folder) => startMarquee(folder, ["--workers", "2"]),
    startOther: ({ copy }) => startMarquee(copy),
  });
}

export const serveBenches = {
  "serve-warm": (options) => warm("serve-warm", readmeQuery, 0.85, options),
  "serve-cold": (options) => cold("serve-cold", readmeQuery, 0.4, options),
  "serve-changed": changed,
  "serve-rich-warm": (options) => warm("serve-rich-warm", homePageQuery(), 0.6, options, { maxUsers: 500 }),
  "serve-rich-cold": (options) => cold("serve-rich-cold", homePageQuery(), 0.2, options, { maxUsers: 1200 }),
  "serve-floor": floor,
  "serve-workers": workers,
};
