/**
 * Microseconds to serve a user from a factor model, with a new fold-in and with the user embedding cached by the previous request.
 * Checks that both predictions are the same. `node bench/fold-in.js <data folder>`, with a trained model (`marquee train`).
 */
import { openServices } from "../dist/services/services.js";

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) {
  console.error("usage: node bench/fold-in.js <data folder>");
  process.exit(2);
}
const services = openServices(dataDir);
const model = await services.models.get();
const { movies, everyPosition } = await services.catalogue();
const everybody = { imported: true, created: true, own: null };
const users = (await services.store.users.list({}, everybody, { limit: 400 })).map(({ node }) => node);
const ratings = await services.store.ratings.ofUsers(users.map(({ id }) => id));
const asked = users.map((user, i) => ({ ...user, ratings: ratings[i] }));
const userIndices = new Int32Array(movies.length);

async function timed(user, wanted) {
  const { movieIndices } = wanted;
  const started = performance.now();
  const { stars } = await model.predict({
    users: [user],
    movies,
    userIndices: userIndices.subarray(0, movieIndices.length),
    movieIndices,
  });
  return { us: (performance.now() - started) * 1000, first: stars[0] };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const folded = [];
const kept = [];
const ranked = [];
// The first users are the warm-up.
for (const [i, user] of asked.entries()) {
  const cold = await timed(user, { movieIndices: everyPosition });
  const warm = await timed(user, { movieIndices: everyPosition });
  if (cold.first !== warm.first)
    throw new Error(`expected the same prediction twice, received ${cold.first}, ${warm.first}`);
  const started = performance.now();
  await model.preferences?.(user, movies, 0);
  if (i < 100) continue;
  folded.push(cold.us);
  kept.push(warm.us);
  ranked.push((performance.now() - started) * 1000);
}
const sizes = ratings.slice(100).map(({ stars }) => stars.length);
console.log(
  `${model.manifest.name} (${model.manifest.kind}): ${folded.length} users with a median of ${median(sizes)} ratings, ${movies.length} movies`,
);
console.log(
  `fold-in and prediction of every movie: ${Math.round(median(folded))} µs; with the cached embedding: ${Math.round(median(kept))} µs; ratio ${(median(folded) / median(kept)).toFixed(2)}`,
);
console.log(
  `fold-in alone: ${Math.round(median(folded.map((us, i) => us - kept[i])))} µs; preference for every movie: ${Math.round(median(ranked))} µs`,
);
await services.close();
