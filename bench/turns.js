/**
 * Whether one client's work keeps others waiting, over a data folder of MovieLens 1M's shape, the whole app in this
 * process: the longest turns of the event loop during queries that do much, and how long one client's recommendations take alone and
 * while another sends 400 heavy operations at once. `node bench/turns.js <data folder>`
 */
import { pino } from "pino";
import { readConfig } from "../dist/config/config.js";
import { createApp } from "../dist/server/app.js";
import { openServices } from "../dist/services/services.js";

const services = openServices(process.argv[2] ?? "data", { busyTimeoutMs: 5 });
const config = readConfig({ trustProxy: "on" }, {});
const app = createApp(services, { ...config, rateLimit: 0 }, pino({ level: "silent" }));

async function ask(query, address = "192.0.2.1") {
  const body = JSON.stringify(Array.isArray(query) ? query.map((each) => ({ query: each })) : { query });
  const headers = { "content-type": "application/json", "x-forwarded-for": address };
  return (await app.fetch("http://127.0.0.1/graphql", { method: "POST", headers, body })).text();
}

const heaviest = services.db.sqlite
  .prepare("SELECT user_id FROM ratings GROUP BY user_id ORDER BY count(*) DESC LIMIT 10")
  .pluck()
  .all();
const one = heaviest[0];
const queries = {
  "recommendations of a user": "{ user(id: 42) { recommendations { title } } }",
  "recommendations of 12 users": "{ users(first: 12) { edges { node { recommendations { title } } } } }",
  "by posters, with reasons, of 10":
    "{ users(first: 10) { edges { node { recommendations(similar: true) { similarity reasons { text } } } } } }",
  "kept apart, of 1,000 candidates": `{ user(id: ${one}) { recommendations(similar: true, candidates: 1000, diversity: 0.5) { title } } }`,
  "of the 10 who rated most": `{ ${heaviest.map((id) => `u${id}: user(id: ${id}) { recommendations { title } }`).join(" ")} }`,
  "tastes of 100": "{ users(first: 100) { edges { node { visualTaste { basis } } } } }",
  "best rated of 100": "{ users(first: 100) { edges { node { topRated } } } }",
  "ten ratings of 100, with movies":
    "{ users(first: 100) { edges { node { ratings(first: 10) { edges { node { rating movie { title } } } } } } } }",
  "100 movies predicted and compared":
    "{ movies(first: 100) { edges { node { predictedRating(userId: 42) posterSimilarity(userId: 42) } } } }",
};

console.log(`node ${process.version}: longest turns of the event loop, ms`);
for (const [name, query] of Object.entries(queries)) {
  for (let i = 0; i < 3; i++) {
    const text = await ask(query);
    if (text.includes('"errors"')) throw new Error(`${name}: ${text.slice(0, 300)}`);
  }
  const turns = [];
  for (let round = 0; round < 5; round++) turns.push(...(await turnsDuring(() => ask(query))));
  const longest = turns.sort((a, b) => b - a).slice(0, 5);
  console.log(`${name.padEnd(34)} ${longest.map((ms) => ms.toFixed(1).padStart(6)).join("")}`);
}

async function turnsDuring(work) {
  const turns = [];
  let last = performance.now();
  let isOn = true;
  const tick = () => {
    const now = performance.now();
    turns.push(now - last);
    last = now;
    if (isOn) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  isOn = false;
  await new Promise((resolve) => setImmediate(resolve));
  return turns;
}

const light = "{ user(id: 42) { recommendations(first: 5) { title } } }";
const heavy = "{ users(first: 100) { edges { node { recommendations(first: 1) { title } } } } }";
const median = async (times) => {
  const all = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    const text = await ask(light, "192.0.2.2");
    if (text.includes('"errors"')) throw new Error(text);
    all.push(performance.now() - started);
  }
  return all.sort((a, b) => a - b)[times >> 1];
};
const alone = await median(21);
const attack = Array.from({ length: 40 }, () => ask(new Array(10).fill(heavy)));
const beside = await median(21);
await Promise.all(attack);
console.log(
  `one client's list: alone ${alone.toFixed(1)} ms, beside 400 heavy operations of another ${beside.toFixed(1)} ms, ratio ${(beside / alone).toFixed(1)}`,
);
await services.close();
