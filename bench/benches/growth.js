/**
 * What 100 times as many movies and users cost: the median time of a query for users not asked before, one after another, and the server's
 * memory, on generated data of three sizes. The yardstick is the smallest one. Users who are asked were prepared, as training does.
 */
import { preparedTopRatings, prepareUser, toModelId } from "../../dist/services/prepare-user.js";
import { openServices } from "../../dist/services/services.js";
import { generate } from "../generate.js";
import { median } from "../measure.js";
import { ask, startMarquee } from "../servers.js";

const query = "query ($id: ID!) { user(id: $id) { topRated recommendations(first: 5) { title score } } }";
const sizes = [
  { movies: 4000, users: 6000 },
  { movies: 40_000, users: 60_000 },
  { movies: 400_000, users: 600_000 },
];

export async function growth({ quick }) {
  const chosen = quick
    ? [
        { movies: 200, users: 400 },
        { movies: 2000, users: 4000 },
      ]
    : sizes;
  const measured = [];
  for (const size of chosen) measured.push(await measureSize(size, quick ? 40 : 600));
  const [first, last] = [measured[0], measured[measured.length - 1]];
  const ratio = last.p50 / first.p50;
  // Of both together: each user comes with 1/1.5 movies.
  const bytes = ((last.memoryMiB - first.memoryMiB) * 2 ** 20) / (last.movies - first.movies);
  return {
    name: "growth",
    unit: `ms; ${measured.map(({ movies, users, p50, memoryMiB }) => `${movies} movies, ${users} users: ${p50.toFixed(2)} ms, ${Math.round(memoryMiB)} MiB`).join("; ")}; ${Math.round(bytes)} bytes for a movie and 1.5 users`,
    ratio,
    ours: last.p50,
    yardstick: first.p50,
    rounds: measured,
    target: 4,
    met: ratio <= 4,
  };
}

async function measureSize(size, count) {
  const folder = await generate(size);
  // Spread over all of them.
  const asked = Array.from({ length: 2 * count }, (_, i) => 1 + Math.floor((i * size.users) / (2 * count)));
  await prepare(folder, asked);
  // Data of any source is private by default.
  const server = await startMarquee(folder, ["--public-users", "all"]);
  const time = async (id) => {
    const started = performance.now();
    const { data, errors } = JSON.parse(await ask(server.address, { query, variables: { id } }));
    if (errors !== undefined || data.user.recommendations.length !== 5)
      throw new Error(`user ${id}: ${JSON.stringify(errors)}`);
    return performance.now() - started;
  };
  // Every second one warms up, so that those who are measured are asked for the first time.
  for (let i = 0; i < asked.length; i += 2) await time(asked[i]);
  const times = [];
  for (let i = 1; i < asked.length; i += 2) times.push(await time(asked[i]));
  const { memoryMiB } = await server.measure();
  await server.stop();
  return { ...size, p50: median(times), memoryMiB };
}

async function prepare(folder, ids) {
  const services = openServices(folder);
  const model = await services.models.get();
  const catalogue = await services.catalogue();
  const missing = new Set(await services.store.preparedUsers.missing(toModelId(model)));
  const wanted = ids.filter((id) => missing.has(id));
  const users = await services.store.users.byIds(wanted);
  const ratings = await services.store.ratings.ofUsers(wanted);
  const topRatings = await services.store.ratings.topOfUsers(wanted, preparedTopRatings);
  const rows = [];
  for (const [i, user] of users.entries()) {
    const own = await prepareUser(model, catalogue, { ...user, ratings: ratings[i] });
    rows.push({ userId: user.id, revision: user.revision, ...own, topRatings: topRatings[i] });
  }
  await services.store.preparedUsers.save(toModelId(model), rows);
  await services.close();
}
