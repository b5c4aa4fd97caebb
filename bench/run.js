/**
 * Requests per second of the example query on the embedded data set, and their ratio to the same Yoga version answering the
 * same query from constants. Both run in one process, in alternating rounds; every answer is checked.
 * `npm run bench`, or `npm run bench -- --quick` for one short round of each (a check that it runs, not a measurement).
 * The figures depend on the machine, the ratio much less.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createSchema, createYoga } from "graphql-yoga";
import { pino } from "pino";
import { toAppOptions } from "../dist/cli/terminal/with-services.js";
import { readConfig } from "../dist/config/config.js";
import { embedPosters } from "../dist/jobs/embed-posters.js";
import { setupEmbedded } from "../dist/jobs/setup-embedded.js";
import { createApp } from "../dist/server/app.js";
import { openServices } from "../dist/services/services.js";

const quick = process.argv.includes("--quick");
const rounds = quick ? 1 : 7;
const requests = quick ? 20 : 200;
const query = "query { user(id: 42) { topRated recommendations(similar: true) { title score similarity } } }";

const folder = mkdtempSync(join(tmpdir(), "marquee-bench-"));
const services = openServices(folder);
await setupEmbedded(services);
await embedPosters(services);

const marquee = createApp(
  services,
  // The defaults, without a rate limit.
  { ...toAppOptions(readConfig({}, {})), rateLimit: 0 },
  pino({ level: "silent" }),
);
const expected = await ask(marquee);
const constants = createYoga({
  schema: createSchema({
    typeDefs: `
      type Query { user(id: ID!): User }
      type User { topRated: [String!]! recommendations(similar: Boolean): [Recommendation!]! }
      type Recommendation { title: String! score: Float! similarity: Float }`,
    resolvers: { Query: { user: () => JSON.parse(expected).data.user } },
  }),
});

const sides = { marquee, constants };
const times = { marquee: [], constants: [] };
for (const name of Object.keys(sides)) await round(sides[name], Math.ceil(requests / 4)); // warm up
for (let i = 0; i < rounds; i++) {
  const order = i % 2 === 0 ? ["marquee", "constants"] : ["constants", "marquee"];
  for (const name of order) times[name].push(await round(sides[name], requests));
}

const perSecond = (name) => Math.round(1000 / median(times[name]));
console.log(
  `node ${process.version}, ${cpus()[0]?.model} × ${cpus().length}; ${rounds} rounds of ${requests} requests, one at a time`,
);
console.log(
  `marquee   ${perSecond("marquee")} requests/s (ms per request: ${times.marquee.map((t) => t.toFixed(2)).join(" ")})`,
);
console.log(
  `constants ${perSecond("constants")} requests/s (ms per request: ${times.constants.map((t) => t.toFixed(2)).join(" ")})`,
);
console.log(`ratio     ${(median(times.constants) / median(times.marquee)).toFixed(3)} of the constants' rate`);
await services.close();
rmSync(folder, { recursive: true });

/** Milliseconds per request. */
async function round(app, n) {
  const started = performance.now();
  for (let i = 0; i < n; i++) {
    if ((await ask(app)) !== expected) throw new Error("expected the same answer each time, received another");
  }
  return (performance.now() - started) / n;
}

async function ask(app) {
  const response = await app.fetch("http://localhost/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query }),
  });
  return response.text();
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
