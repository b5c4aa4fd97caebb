/**
 * The main job on real input, as a user does it: MovieLens 1M imported, linked, given posters, encoders and the
 * original's weights, then asked on the command line and over HTTP. One data folder; the steps build on each other.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { run, runJson, start, tempFolder } from "./cli/run.js";
import { describeWithShared, sharedFile } from "./support/shared.js";

const archive = "data/ml-1m.zip";
const linkArchive = "data/ml-25m-links.zip";
const posterFolder = "data/posters";
const network = "models/mobilenetv2-12-int8.onnx";
const weights = "reference/baseline-model/movie_model_f32.safetensors";
const goldenFile = "reference/baseline-model/golden-predictions.json";

interface RecommendReport {
  userId: number;
  model: string;
  encoder: string | null;
  topRated: { movieId: number; title: string; rating: number }[];
  recommendations: { rank: number; movieId: number; title: string; score: number; similarity: number | null }[];
}

const goldenUsers = [1, 42, 3355];

describeWithShared(
  "the main job on MovieLens 1M",
  [archive, linkArchive, posterFolder, network, weights, goldenFile],
  () => {
    let dataDir: string;
    /** The original's stars by user and movie, unclamped. */
    let golden: Record<string, Record<string, number>>;
    const marquee = <T>(...args: string[]) => runJson<T>(args, { dataDir });

    beforeAll(async () => {
      dataDir = await tempFolder();
      golden = JSON.parse(await readFile(sharedFile(goldenFile), "utf8"));
    });

    /** Reads the database from outside the program. */
    function query<Row>(sql: string, ...values: unknown[]): Row[] {
      const db = new Sqlite(join(dataDir, "marquee.db"), { readonly: true });
      try {
        return db.prepare(sql).all(...values) as Row[];
      } finally {
        db.close();
      }
    }

    test("imports all of it, and links nearly every movie", async () => {
      const report = await marquee<{ linked: number }>(
        "import",
        sharedFile(archive),
        "--links",
        sharedFile(linkArchive),
      );
      expect(report).toMatchObject({ dataset: "ml-1m", users: 6040, movies: 3883, ratings: 1_000_209, skipped: 0 });
      expect(report.linked).toBeGreaterThanOrEqual(3849);
      expect(query("SELECT imdb_id AS imdbId, tmdb_id AS tmdbId FROM movies WHERE id = 1")).toEqual([
        { imdbId: "tt0114709", tmdbId: 862 },
      ]);
      expect(query("SELECT count(*) AS n, sum(rating) AS sum FROM ratings")).toEqual([
        { n: 1_000_209, sum: 3_582_313 },
      ]);
    });

    test("changes nothing the second time", async () => {
      const report = await marquee("import", sharedFile(archive), "--links", sharedFile(linkArchive));
      expect(report).toMatchObject({
        users: 6040,
        movies: 3883,
        ratings: 1_000_209,
        changed: { users: 0, movies: 0, ratings: 0, links: 0 },
      });
    });

    test("adds every poster", async () => {
      const report = await marquee("posters", "add", sharedFile(posterFolder));
      expect(report).toEqual({ files: 2523, added: 2523, unchanged: 0, refused: [], posters: 2523 });
    });

    test("makes an encoder of a real network", async () => {
      expect(await marquee("encoders", "add", sharedFile(network))).toMatchObject({
        name: "mobilenetv2-12-int8",
        dimension: 1280,
        added: true,
        inUse: false,
      });
    });

    test("imports the original's weights and lets them serve", async () => {
      expect(await marquee("models", "import", sharedFile(weights), "--kind", "baseline")).toEqual({
        model: "movie_model_f32",
        kind: "baseline",
        dataset: "ml-1m",
        serves: true,
      });
      // Again is the same model, not a second one.
      expect(await marquee("models", "import", sharedFile(weights), "--kind", "baseline")).toMatchObject({
        model: "movie_model_f32",
      });
      expect(existsSync(join(dataDir, "models", "movie_model_f32-2"))).toBe(false);
    });

    test.each(goldenUsers)(
      "predicts what the original does for user %d, on every movie that has ratings",
      async (user) => {
        const report = await marquee<{ predictions: { movieId: number; score: number; basis: string }[] }>(
          "predict",
          String(user),
        );
        expect(report.predictions).toHaveLength(3883);
        const unrated = new Set(
          query<{ id: number }>("SELECT id FROM movies WHERE id NOT IN (SELECT movie_id FROM ratings)").map(
            ({ id }) => id,
          ),
        );
        expect(unrated.size).toBe(177);
        let largest = 0;
        for (const { movieId, score, basis } of report.predictions) {
          expect(basis).toBe(unrated.has(movieId) ? "FALLBACK" : "MODEL");
          if (basis === "MODEL") largest = Math.max(largest, Math.abs(score - golden[user][movieId]));
        }
        expect(largest).toBeLessThan(1e-4);
      },
    );

    /** The 30 best by the original's own predictions that the user has not rated but somebody has. */
    function bestThirty(user: number): number[] {
      const candidates = query<{ id: number }>(
        "SELECT DISTINCT movie_id AS id FROM ratings WHERE movie_id NOT IN (SELECT movie_id FROM ratings WHERE user_id = ?)",
        user,
      );
      return candidates
        .map(({ id }) => id)
        .sort((a, b) => golden[user][b] - golden[user][a])
        .slice(0, 30);
    }

    /** Cosines to the mean of the top three's vectors, from the stored embeddings, in 64 bits. */
    function similarities(user: number, movies: number[], encoder: string): Map<number, number> {
      const top = query<{ id: number }>(
        "SELECT movie_id AS id FROM ratings WHERE user_id = ? ORDER BY rating DESC, rated_at DESC, ratings.id LIMIT 3",
        user,
      ).map(({ id }) => id);
      const rows = query<{ movieId: number; vector: Buffer; dimension: number }>(
        `SELECT movie_id AS movieId, vector, dimension FROM posters JOIN poster_embeddings USING (sha256)
         WHERE encoder_id LIKE ?`,
        `${encoder}@%`,
      );
      const vectors = new Map(
        rows.map(({ movieId, vector, dimension }) => [
          movieId,
          Array.from({ length: dimension }, (_, j) => vector.readFloatLE(4 * j)),
        ]),
      );
      const liked = top.flatMap((id) => (vectors.has(id) ? [vectors.get(id) as number[]] : []));
      const mean = liked[0].map((_, j) => liked.reduce((sum, vector) => sum + vector[j], 0) / liked.length);
      const dot = (a: number[], b: number[]) => a.reduce((sum, x, j) => sum + x * b[j], 0);
      return new Map(
        movies.flatMap((id) => {
          const vector = vectors.get(id);
          if (vector === undefined) return [];
          return [[id, dot(vector, mean) / Math.sqrt(dot(vector, vector) * dot(mean, mean))] as const];
        }),
      );
    }

    async function expectRightOrder(user: number, encoder: string): Promise<void> {
      const report = await marquee<RecommendReport>("recommend", String(user), "--similar");
      expect(report).toMatchObject({ userId: user, model: "movie_model_f32", encoder });
      const thirty = bestThirty(user);
      const posters = new Set(query<{ id: number }>("SELECT movie_id AS id FROM posters").map(({ id }) => id));
      const expected = similarities(user, thirty, encoder);
      expect([...expected.keys()].sort()).toEqual(thirty.filter((id) => posters.has(id)).sort());
      const order = [...expected].sort(([, a], [, b]) => b - a).map(([id]) => id);
      expect(report.recommendations.map(({ movieId }) => movieId)).toEqual(order.slice(0, 5));
      for (const { rank, movieId, title, score, similarity } of report.recommendations) {
        expect(movieId).toBe(order[rank - 1]);
        expect(similarity).toBeCloseTo(expected.get(movieId) as number, 5);
        expect(Math.abs(score - Math.min(5, golden[user][movieId]))).toBeLessThan(1e-4);
        expect(query("SELECT display_title AS title FROM movies WHERE id = ?", movieId)).toEqual([{ title }]);
      }
      expect(report.topRated).toHaveLength(3);
    }

    test.each(goldenUsers)("recommends to user %d the closest posters of the 30 best, by colours and layout", (user) =>
      expectRightOrder(user, "colour-layout"),
    );

    test.each(goldenUsers)("recommends to user %d the best-predicted movies in their order", async (user) => {
      const report = await marquee<RecommendReport>("recommend", String(user), "--first", "30");
      const expected = bestThirty(user);
      report.recommendations.forEach(({ movieId }, i) => {
        // The golden file has six decimals: two movies that are equal there may stand either way round.
        expect(Math.abs(golden[user][movieId] - golden[user][expected[i]])).toBeLessThan(2e-6);
      });
    });

    test("chooses the network for posters, which are all embedded first", async () => {
      await run(["encoders", "use", "mobilenetv2-12-int8"], { dataDir });
      // Six movies share their picture with another one: a content is embedded once.
      const [{ n }] = query<{ n: number }>("SELECT count(DISTINCT sha256) AS n FROM posters");
      const embedded = "SELECT count(*) AS n FROM poster_embeddings WHERE encoder_id LIKE 'mobilenetv2-12-int8@%'";
      expect(query<{ n: number }>(embedded)).toEqual([{ n }]);
      const nothing = { encoder: "mobilenetv2-12-int8", embedded: 0, failed: [] };
      expect(await marquee("posters", "embed")).toEqual({ ...nothing, previewed: n });
      expect(await marquee("posters", "embed")).toEqual({ ...nothing, previewed: 0 });
    });

    test.each(goldenUsers)("recommends to user %d the closest posters of the 30 best, by the network", (user) =>
      expectRightOrder(user, "mobilenetv2-12-int8"),
    );

    test("learns a head whose neighbours share genres and audiences, on movies held out from it", async () => {
      const { quality, dimension, ...rest } = await marquee<{
        name: string;
        dimension: number;
        training: object;
        quality: Record<"heldOut" | "base" | "random", { genreJaccard: number; coLikeLift: number }>;
      }>("encoders", "train", "--use");
      expect(rest).toMatchObject({
        name: "mobilenetv2-12-int8-taste",
        base: { name: "mobilenetv2-12-int8", dimension: 1280 },
        training: { dataset: "ml-1m", posters: 2523 },
        inUse: true,
      });
      expect(quality.random.genreJaccard).toBeLessThan(0.18);
      expect(quality.heldOut.genreJaccard).toBeGreaterThanOrEqual(0.29);
      expect(quality.heldOut.coLikeLift).toBeGreaterThanOrEqual(4.9);
      expect(quality.base.genreJaccard).toBeGreaterThan(0.22);
      // Every poster has its embedding already; from its bytes, by way of the network and the head, it gets the same.
      expect(await marquee("posters", "embed")).toMatchObject({ encoder: rest.name, embedded: 0 });
      const stored = () =>
        query<{ vector: Buffer }>(
          "SELECT vector FROM posters JOIN poster_embeddings USING (sha256) WHERE movie_id = 1 AND encoder_id LIKE ?",
          `${rest.name}@%`,
        )[0].vector;
      const before = stored();
      const db = new Sqlite(join(dataDir, "marquee.db"));
      db.exec(
        "DELETE FROM poster_embeddings WHERE encoder_id LIKE '%-taste@%' AND sha256 IN (SELECT sha256 FROM posters WHERE movie_id = 1)",
      );
      db.close();
      expect(await marquee("posters", "embed")).toMatchObject({ embedded: 1 });
      const after = stored();
      for (let j = 0; j < dimension; j++) expect(after.readFloatLE(4 * j)).toBeCloseTo(before.readFloatLE(4 * j), 3);
      await run(["encoders", "use", "mobilenetv2-12-int8"], { dataDir });
    });

    test("learns one on colours and layout too", async () => {
      const { quality } = await marquee<{ quality: { heldOut: { genreJaccard: number; coLikeLift: number } } }>(
        "encoders",
        "train",
        "--base",
        "colour-layout",
      );
      expect(quality.heldOut.genreJaccard).toBeGreaterThanOrEqual(0.215);
      expect(quality.heldOut.coLikeLift).toBeGreaterThanOrEqual(4.15);
    });

    test("knows what user 3997 liked best, as the original's README shows it", async () => {
      const report = await marquee<RecommendReport>("recommend", "3997");
      expect(report.topRated.map(({ title }) => title)).toEqual(["Licence to Kill", "Live and Let Die", "Thunderball"]);
      expect(report.recommendations).toHaveLength(15);
    });

    test("draws a recommendation", async () => {
      const file = join(dataDir, "out.png");
      const { code, stdout } = await run(["recommend", "3997", "--similar", "--picture", file], { dataDir });
      expect(code).toBe(0);
      expect(stdout).toContain("Licence to Kill");
      const { format, width, height } = await sharp(await readFile(file)).metadata();
      expect(format).toBe("png");
      expect(Math.min(width, height)).toBeGreaterThan(400);
    });

    test("measures the original's error with the right ids: 0.914 stars over all ratings", async () => {
      const report = await marquee<{ count: number; rmse: number; confusionMatrix: number[][] }>("evaluate", "--all");
      expect(report).toMatchObject({ model: "movie_model_f32", protocol: "all ratings", count: 1_000_209 });
      expect(report.rmse).toBeCloseTo(0.914, 3);
    });

    test("serves over HTTP what the command line prints", async () => {
      const server = start(["serve", "--port", "0"], { dataDir });
      const [, address] = await server.waitFor(/GraphiQL and API: (http:\S+)\/graphql\n/);
      expect(server.stdout).toContain("Marquee serves ml-1m: 6040 users, 3883 movies, 1000209 ratings.\n");
      expect(server.stderr).not.toContain("Setting up");
      for (const user of goldenUsers) {
        const response = await fetch(`${address}/graphql`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            query: `query { user(id: ${user}) { topRated recommendations(similar: true) { title score similarity } } }`,
          }),
        });
        const printed = await marquee<RecommendReport>("recommend", String(user), "--similar");
        expect(await response.json()).toEqual({
          data: {
            user: {
              topRated: printed.topRated.map(({ title }) => title),
              recommendations: printed.recommendations.map(({ title, score, similarity }) => ({
                title,
                score,
                similarity,
              })),
            },
          },
        });
      }
      server.kill("SIGTERM");
      expect((await server.finished).code).toBe(0);
    });
  },
);
