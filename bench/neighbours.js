/**
 * Milliseconds of an exact search for the ten nearest posters, by size of the catalogue, and the longest event-loop tick
 * during it. `node bench/neighbours.js [components]`
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { createPosterIndex, nearestPosters } from "../dist/posters/vectors/neighbours.js";
import { mulberry32 } from "../dist/random.js";

const d = Number(process.argv[2] ?? 512);
const random = mulberry32(1);
console.log(`node ${process.version}, ${d} components`);
for (const ntotal of [4_000, 40_000, 100_000, 400_000]) {
  const index = await createPosterIndex(
    Float32Array.from({ length: ntotal * d }, () => random() - 0.5),
    d,
  );
  const query = index.directions.slice(0, d);
  for (let i = 0; i < 5; i++) await nearestPosters(index, query, 10);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const times = [];
  delay.enable();
  for (let i = 0; i < 25; i++) {
    const started = performance.now();
    const { indices } = await nearestPosters(index, query, 10);
    times.push(performance.now() - started);
    if (indices[0] !== 0) throw new Error("expected a poster to be its own nearest neighbour");
  }
  delay.disable();
  times.sort((a, b) => a - b);
  const longest = (delay.percentile(99) / 1e6).toFixed(1);
  console.log(
    `${String(ntotal).padStart(7)} posters: median ${times[12].toFixed(2)} ms, longest ${times[24].toFixed(2)} ms; event-loop ticks (99%) ${longest} ms`,
  );
}
