/**
 * Latency of one client, and the server's memory, while other clients attack the server. The server runs in its own process with default
 * settings, a second process attacks it, and this one sends `{ __typename }` every 50 ms from another address.
 * `node bench/hostile.js <data folder> [seconds per attack] [--only=<part of a name>] [--json]`; the data folder has the shape of MovieLens 1M, a model and posters.
 */
import { fork, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const program = fileURLToPath(new URL("../bin/marquee.js", import.meta.url));

const ids = (count, from = 1) => Array.from({ length: count }, (_, i) => from + i);
const aliases = (count, field) =>
  `{ ${ids(count)
    .map((i) => `a${i}: ${field(i)}`)
    .join(" ")} }`;
const bigQuery =
  "{ movies(first: 100) { edges { node { title genres ratingHistogram similar(first: 5) { similarity movie { title genres ratingHistogram } } } } } }";

/** Each sends until it is killed, from twenty addresses; `known` has movie ids of the data set and an admin token. */
const attacks = {
  "batches of lists for many users, 1,000 movies excluded each": (address, known) =>
    atOnce(16, (n) => {
      const query = `query ($x: [ID!]) { users(first: 12) { edges { node { recommendations(first: 100, filter: { excludeMovieIds: $x }) { title } } } } }`;
      const one = { query, variables: { x: known.movies.slice(0, 1000) } };
      return post(address, new Array(10).fill(one), n);
    }),
  "30 guests with 500 ratings each": (address, known) => {
    const ratings = known.movies.slice(0, 500).map((movieId, i) => ({ movieId, rating: 1 + (i % 5) }));
    const query = `query ($r: [GuestRatingInput!]!) ${aliases(30, () => "recommendFor(ratings: $r, first: 1) { title }")}`;
    return atOnce(16, (n) => post(address, { query, variables: { r: ratings } }, n));
  },
  "neighbours among posters, and posters of many users": (address) =>
    atOnce(16, (n) =>
      post(
        address,
        {
          query:
            n % 2 === 0
              ? "{ movies(first: 100) { edges { node { similarPosters(first: 3) { similarity } } } } }"
              : "{ users(first: 40) { edges { node { recommendations(first: 3, similar: true) { similarity } } } } }",
        },
        n,
      ),
    ),
  "40 connections that send requests and do not read": (address) => {
    const { hostname, port } = new URL(address);
    for (const n of ids(40)) {
      const socket = connect(Number(port), hostname);
      socket.on("error", () => {});
      socket.pause();
      const body = JSON.stringify({ query: bigQuery });
      const head = `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nX-Forwarded-For: 192.0.2.${n % 20}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
      setInterval(() => socket.write(head + body), 100);
    }
  },
  "300 subscriptions to one user, a rating a second": async (address, known) => {
    const query =
      "subscription { recommendationsChanged(userId: 42) { recommendations(first: 10) { title score reasons { text } } } }";
    for (const n of ids(300)) {
      const headers = {
        "content-type": "application/json",
        accept: "text/event-stream",
        "x-forwarded-for": `198.51.100.${n % 20}`,
      };
      fetch(`${address}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) })
        .then(async ({ body }) => {
          for await (const _ of body) {
            // Read and discarded.
          }
        })
        .catch(() => {});
    }
    let n = 0;
    setInterval(() => {
      const rate = `mutation { rateMovie(input: { userId: 42, movieId: ${known.movies[n % 50]}, rating: ${1 + (n++ % 5)} }) { __typename } }`;
      void post(address, { query: rate }, 0, { authorization: `Bearer ${known.token}` });
    }, 1000);
  },
};

async function atOnce(count, send) {
  await Promise.all(
    ids(count).map(async (n) => {
      for (let round = 0; ; round++) await send(n + round * count);
    }),
  );
}

function post(address, body, n, headers = {}) {
  return fetch(`${address}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": `192.0.2.${n % 20}`, ...headers },
    body: JSON.stringify(body),
  })
    .then((response) => response.text())
    .catch(() => new Promise((resolve) => setTimeout(resolve, 100)));
}

async function serve(folder) {
  const env = { ...process.env, DATA_DIR: folder, PORT: "0", TRUST_PROXY: "on", LOG_LEVEL: "fatal" };
  const server = spawn(process.execPath, [program, "serve"], { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  const address = await new Promise((resolve, reject) => {
    server.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    server.stdout.on("data", (chunk) => {
      text += chunk;
      const found = /(http:\S+)\/graphql\n[\s\S]*similarity \} \} \}\n/.exec(text);
      if (found) resolve(found[1]);
    });
  });
  return { server, address };
}

function peakMegabytes(pid) {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024);
}

async function measure(name, folder, seconds, known) {
  const { server, address } = await serve(folder);
  const attacker = fork(self, ["--attack", name, address, JSON.stringify(known)]);
  const times = [];
  let failed = 0;
  let isOn = true;
  const ask = async () => {
    const started = performance.now();
    const headers = { "content-type": "application/json", "x-forwarded-for": "203.0.113.1" };
    const response = await fetch(`${address}/graphql`, {
      method: "POST",
      headers,
      body: '{"query":"{ __typename }"}',
    }).catch(() => null);
    if (response === null || !(await response.text()).includes('"Query"')) failed++;
    times.push(performance.now() - started);
  };
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const asked = [];
  const timer = setInterval(() => isOn && asked.push(ask()), 50);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  isOn = false;
  clearInterval(timer);
  attacker.kill("SIGKILL");
  await Promise.all(asked);
  const alive = server.exitCode === null;
  const memory = alive ? peakMegabytes(server.pid) : null;
  server.removeAllListeners("exit");
  server.kill("SIGKILL");
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(share * times.length))] * 10) / 10;
  return {
    name,
    asked: times.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    failed,
    peakMegabytes: memory,
    alive,
  };
}

if (process.argv[2] === "--attack") {
  const [, , , name, address, known] = process.argv;
  process.on("disconnect", () => process.exit());
  await attacks[name](address, JSON.parse(known));
} else {
  const [folder = "data", seconds = "15"] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
  const { openServices } = await import("../dist/services/services.js");
  const { makeToken, revokeToken } = await import("../dist/resolvers/system/edit-tokens.js");
  const services = openServices(folder);
  const movies = await services.store.statistics.mostRated("all", 1000);
  const made = await makeToken(services, { name: "bench/hostile", scope: "admin" });
  await services.close();
  // The admin token is revoked however the benchmark ends.
  const revoke = async () => {
    const again = openServices(folder);
    await revokeToken(again, made.token.id).finally(() => again.close());
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => revoke().finally(() => process.exit(1)));
  try {
    const results = [];
    const only = process.argv.find((word) => word.startsWith("--only="))?.slice("--only=".length) ?? "";
    for (const name of Object.keys(attacks).filter((each) => each.includes(only))) {
      const result = await measure(name, folder, Number(seconds), { movies, token: made.secret });
      results.push(result);
      if (!process.argv.includes("--json")) {
        console.log(
          `${name}: p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms, longest ${result.maxMs} ms of ${result.asked}, ${result.failed} failed; peak memory ${result.peakMegabytes} MB${result.alive ? "" : "; THE SERVER ENDED"}`,
        );
      }
    }
    if (process.argv.includes("--json")) console.log(JSON.stringify(results));
  } finally {
    await revoke();
  }
}
