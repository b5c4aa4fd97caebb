/**
 * Milliseconds to read the rating statistics of a page of 100 movies: counted from the ratings, and as maintained by triggers.
 * Both run in alternating order on the most rated movies of a data folder. `node bench/statistics.js <data folder>`
 */
import { join } from "node:path";
import { openDatabase } from "../dist/store/sqlite/database.js";
import { createStatisticsStore } from "../dist/store/sqlite/statistics.js";

const db = openDatabase(join(process.argv[2] ?? "data", "marquee.db"));
const statistics = createStatisticsStore(db);
const ids = await statistics.mostRated("all", 100);
const count = db.sqlite.prepare(
  "SELECT movie_id, count(*) AS n, avg(rating) FROM ratings WHERE movie_id IN (SELECT value FROM json_each(?)) GROUP BY movie_id",
);
const sides = {
  counted: () => new Map(count.all(JSON.stringify(ids)).map((row) => [row.movie_id, row.n])),
  kept: async () => new Map((await statistics.ofMovies("all", ids)).map(({ ratingCount }, i) => [ids[i], ratingCount])),
};
const times = { counted: [], kept: [] };
for (let round = 0; round < 21; round++) {
  const answers = {};
  for (const side of round % 2 === 0 ? ["counted", "kept"] : ["kept", "counted"]) {
    const started = performance.now();
    answers[side] = await sides[side]();
    times[side].push(performance.now() - started);
  }
  for (const id of ids)
    if (answers.counted.get(id) !== answers.kept.get(id)) throw new Error(`counts of movie ${id} differ`);
}
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const [counted, kept] = [median(times.counted), median(times.kept)];
console.log(
  `node ${process.version}, ${ids.length} movies: counted ${counted.toFixed(1)} ms, kept ${kept.toFixed(2)} ms, ratio ${(kept / counted).toFixed(4)}`,
);
db.close();
