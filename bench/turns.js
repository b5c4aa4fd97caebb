/**
 * How long one client's work blocks others: the longest event-loop ticks during expensive queries, and the latency of one client's
 * recommendations, alone and while another client sends 400 heavy operations at once. The app runs in this process.
 * `node bench/turns.js <data folder>`; the data folder has the shape of MovieLens 1M.
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

const everyUser = (await services.store.users.all()).map(({ id }) => id);
const counts = await services.store.ratings.countOfUsers(everyUser, {});
const heaviest = everyUser
  .map((id, i) => ({ id, count: counts[i] }))
  .sort((a, b) => b.count - a.count)
  .slice(0, 10)
  .map(({ id }) => id);
const one = heaviest[0];
const queries = {
  "recommendations of a user": "{ user(id: 42) { recommendations { title } } }",
  "recommendations of 12 users": "{ users(first: 12) { edges { node { recommendations { title } } } } }",
  "by posters, with reasons, of 10":
    "{ users(first: 10) { edges { node { recommendations(similar: true) { similarity reasons { text } } } } } }",
  "diversified, of 1,000 candidates": `{ user(id: ${one}) { recommendations(similar: true, candidates: 1000, diversity: 0.5) { title } } }`,
  "of the 10 with the most ratings": `{ ${heaviest.map((id) => `u${id}: user(id: ${id}) { recommendations { title } }`).join(" ")} }`,
  "tastes of 100": "{ users(first: 100) { edges { node { visualTaste { basis } } } } }",
  "best-rated movies of 100": "{ users(first: 100) { edges { node { topRated } } } }",
  "ten ratings of 100, with movies":
    "{ users(first: 100) { edges { node { ratings(first: 10) { edges { node { rating movie { title } } } } } } } }",
  "100 movies predicted and compared":
    "{ movies(first: 100) { edges { node { predictedRating(userId: 42) posterSimilarity(userId: 42) } } } }",
};

console.log(`node ${process.version}: longest event-loop ticks, ms`);
for (const [name, query] of Object.entries(queries)) {
  for (let i = 0; i < 3; i++) {
    const text = await ask(query);
    if (text.includes('"errors"')) throw new Error(`${name}: ${text.slice(0, 300)}`);
  }
  const ticks = [];
  for (let round = 0; round < 5; round++) ticks.push(...(await ticksDuring(() => ask(query))));
  const longest = ticks.sort((a, b) => b - a).slice(0, 5);
  console.log(`${name.padEnd(34)} ${longest.map((ms) => ms.toFixed(1).padStart(6)).join("")}`);
}

async function ticksDuring(work) {
  const ticks = [];
  let last = performance.now();
  let isOn = true;
  const tick = () => {
    const now = performance.now();
    ticks.push(now - last);
    last = now;
    if (isOn) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  isOn = false;
  await new Promise((resolve) => setImmediate(resolve));
  return ticks;
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
  `one client's list: alone ${alone.toFixed(1)} ms, during 400 heavy operations of another ${beside.toFixed(1)} ms, ratio ${(beside / alone).toFixed(1)}`,
);
await services.close();
