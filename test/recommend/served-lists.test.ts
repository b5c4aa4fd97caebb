/** Lists as they are served (ranked in two stages, kept, or prepared ahead) are the lists of the plain way, for every kind of model. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.js";
import { type MovieId, movieId } from "../../src/ids.js";
import { importMovieLens } from "../../src/jobs/import/import-movielens.js";
import { prepareUsers } from "../../src/jobs/prepare-users.js";
import { trainModel } from "../../src/jobs/train/train-model.js";
import { baselineDefaults } from "../../src/ml/baseline/baseline-train.js";
import { bayesDefaults } from "../../src/ml/bayes/bayes-train.js";
import { type RankerOptions, rankerDefaults } from "../../src/ml/ranker/ranker-train.js";
import { mfDefaults } from "../../src/ml/training/mf-train.js";
import { mulberry32 } from "../../src/random.js";
import { createRecommendationCache } from "../../src/recommend/cache.js";
import { createReader } from "../../src/recommend/reader.js";
import type { RecommendedMovie, RecommendOptions } from "../../src/recommend/recommend-request.js";
import { recommendToUsers } from "../../src/recommend/recommend-to-users.js";
import { openServices, type Services } from "../../src/services/services.js";
import { rawDatabase } from "../support/database.js";
import { recommendPlainly } from "../support/plain-recommend.js";

const sizes = { users: 200, movies: 150 };
/** The last movies are rated by nobody when models are trained. */
const unrated = 10;

let services: Services;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "marquee-served-"));
  const random = mulberry32(11);
  const genres = ["Action", "Comedy", "Drama", "Horror"];
  const movies = Array.from(
    { length: sizes.movies },
    (_, i) => `${i + 1},Film ${i + 1} (${1960 + (i % 60)}),${genres[i % 4]}|${genres[(i + 1) % 4]}`,
  );
  const ratings: string[] = [];
  for (let user = 1; user <= sizes.users; user++) {
    // From a handful of ratings to most of the catalogue.
    const share = 0.02 + 0.6 * random() ** 2;
    for (let movie = 1; movie <= sizes.movies - unrated; movie++) {
      if (random() > share) continue;
      const stars = 3 + (user % 4 === movie % 4 ? 1 : -1) + Math.round(random() * 2 - 0.5);
      ratings.push(`${user},${movie},${Math.min(5, Math.max(1, stars))}`);
    }
  }
  await writeFile(join(folder, "movies.csv"), `movieId,title,genres\n${movies.join("\n")}\n`);
  await writeFile(join(folder, "ratings.csv"), `userId,movieId,rating\n${ratings.join("\n")}\n`);
  services = openServices(join(folder, "data"));
  await importMovieLens(services, { from: folder });
  return async () => {
    await services.close();
    await rm(folder, { recursive: true });
  };
});

const options: RecommendOptions[] = [
  { similar: false },
  { similar: false, first: 140 },
  { similar: false, rankBy: "RATING", first: 30 },
  { similar: false, filter: { genres: ["Horror"], years: { from: 1990 } } },
  { similar: false, filter: { minRatings: { count: 40, audience: "all" }, excludeMovieIds: [movieId(3), movieId(4)] } },
  { similar: false, first: 40, filter: { includeRated: true } },
];
const byPreference: RecommendOptions[] = [
  { similar: false, popularityBias: -0.7 },
  { similar: false, popularityBias: 1, rankBy: "PREFERENCE" },
];

const ranker = (stars: number): RankerOptions => ({
  ...rankerDefaults,
  ials: { ...rankerDefaults.ials, factors: 8, iterations: 3 },
  easeRegularization: 20,
  weights: { ials: 0.5, ease: 0.5, stars },
});
const bayes = {
  kind: "bayes" as const,
  bayes: { ...bayesDefaults, factors: 8, sweeps: 16, burnIn: 8, chains: 1, samples: 4 },
};
const mf = { kind: "mf" as const, mf: { ...mfDefaults, factors: 8, iterations: 4 } };

const kinds = [
  { name: "bayes", model: bayes, ranker: ranker(0), isPrepared: true },
  { name: "bayes whose ranker counts stars", model: bayes, ranker: ranker(0.05), isPrepared: true },
  { name: "mf without a ranker", model: mf, ranker: null, isPrepared: true },
  {
    name: "baseline",
    model: { kind: "baseline" as const, baseline: { ...baselineDefaults, epochs: 1 } },
    ranker: null,
    isPrepared: false,
  },
];

describe.each(kinds)("with $name, served lists of 200 users", ({ model, ranker, isPrepared }) => {
  const wanted = ranker === null ? options : [...options, ...byPreference];

  beforeAll(async () => {
    await trainModel(services, { model, ranker, validation: 0.1 });
  }, 120_000);

  /** One reader for each user, as each request has. */
  async function compare(cache = createRecommendationCache()): Promise<void> {
    const predictor = await services.models.get();
    const users = await services.store.users.all();
    const ratings = await services.store.ratings.ofUsers(users.map(({ id }) => id));
    let compared = 0;
    for (const [u, user] of users.entries()) {
      const reader = createReader(services, { topRatings: cache.topRatings });
      const keys = wanted.map((asked) => ({ user, options: asked }));
      const served = await recommendToUsers(reader, cache, keys);
      for (const [i, asked] of wanted.entries()) {
        const plain = await recommendPlainly(services, predictor, { ...user, ratings: ratings[u] }, asked);
        const list = served[i] as RecommendedMovie[];
        if (list instanceof AppError) throw list;
        expect(list.map((movie) => movie.movieId)).toEqual(plain.map((movie) => movie.movieId));
        list.forEach(({ stars, rank }, position) => {
          expect(stars).toBeCloseTo(plain[position].stars, 5);
          expect(rank).toBe(position + 1);
          compared++;
        });
      }
    }
    expect(compared).toBeGreaterThan(sizes.users * 15);
  }

  test("are those of the plain way, the first time and again", async () => {
    const cache = createRecommendationCache();
    // What training prepared is not used here.
    rawDatabase(services).exec("DELETE FROM prepared_users");
    await compare(cache);
    expect(cache.hits).toBe(0);
    const { misses } = cache;
    await compare(cache);
    expect([cache.hits, cache.misses]).toEqual([misses, misses]);
  }, 120_000);

  test("are the same where users were prepared ahead, and after a rating since", async () => {
    const report = await prepareUsers(services);
    expect(report.isNeeded).toBe(isPrepared);
    // A user who happened to rate nothing is none.
    expect(report.prepared).toBe(isPrepared ? await services.store.users.count() : 0);
    const changed = (await services.store.users.all()).slice(0, 20);
    for (const { id } of changed) {
      await services.store.ratings.set(id, [{ movieId: (1 + (id % 30)) as MovieId, stars: 1 + (id % 5) }], 0);
      await services.store.ratings.set(id, [{ movieId: sizes.movies as MovieId, stars: 4 }], 0);
      await services.store.ratings.delete(id, sizes.movies as MovieId);
    }
    await compare();
  }, 120_000);
});
