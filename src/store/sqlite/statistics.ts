/** Rating statistics of movies in SQLite, kept by triggers and recounted after bulk changes. */
import { sql } from "drizzle-orm";
import type { MovieId } from "../../ids.js";
import type { Audience, MovieStatistics, StatisticsStore } from "../statistics.js";
import type { Database } from "./database.js";
import { createKeptReads, createKeptRows } from "./kept-rows.js";
import { createRevisionReader } from "./settings.js";
import { movieStatistics } from "./tables.js";

const halfStars = Array.from({ length: 10 }, (_, k) => k + 1);
const noRatings: MovieStatistics = {
  ratingCount: 0,
  meanRating: null,
  lastRatedAt: null,
  histogram: halfStars.map(() => 0),
};

export function createStatisticsStore(db: Database, cache = true): StatisticsStore {
  const { orm, sqlite } = db;
  const readVersion = createRevisionReader(db, "ratingsRevision");
  const ofMovies = orm
    .select()
    .from(movieStatistics)
    .where(
      sql`${movieStatistics.movieId} IN (SELECT value FROM json_each(${sql.placeholder("ids")}))
        AND ${movieStatistics.audience} = ${sql.placeholder("audience")}`,
    )
    .prepare();
  const totals = sqlite.prepare(
    "SELECT coalesce(sum(rating_count), 0) AS count, sum(rating_sum) AS sum FROM movie_statistics WHERE audience = ?",
  );
  const mostRated = sqlite
    .prepare(
      `SELECT movie_id FROM movie_statistics WHERE audience = ? AND rating_count > 0
       ORDER BY rating_count DESC, movie_id DESC LIMIT ?`,
    )
    .pluck();
  const bestRated = sqlite.prepare(
    `SELECT movie_id AS movieId, (? + rating_sum) / (? + rating_count) AS score FROM movie_statistics
     WHERE audience = ? AND rating_count > 0 ORDER BY score DESC, rating_count DESC, movie_id LIMIT ?`,
  );
  const ratedAtLeast = sqlite
    .prepare("SELECT movie_id FROM movie_statistics WHERE audience = ? AND rating_count >= ?")
    .pluck();
  const keep = createKeptReads(readVersion, cache);
  const listOf = new Map<Audience, (ids: readonly MovieId[]) => (MovieStatistics | undefined)[]>();
  const createList = (audience: Audience) =>
    createKeptRows(
      readVersion,
      (ids: readonly MovieId[]) =>
        ofMovies
          .all({ ids: JSON.stringify(ids), audience })
          .map((row): [MovieId, MovieStatistics] => [row.movieId, toStatistics(row)]),
      cache,
    );
  return {
    ofMovies: async (audience, ids) => {
      const list = listOf.get(audience) ?? createList(audience);
      listOf.set(audience, list);
      return list(ids).map((statistics) => statistics ?? noRatings);
    },
    totals: async (audience) =>
      keep(`totals ${audience}`, () => {
        const row = totals.get(audience) as { count: number; sum: number | null };
        return { count: row.count, mean: row.count === 0 ? null : (row.sum ?? 0) / row.count };
      }),
    mostRated: async (audience, first) =>
      keep(`most ${audience} ${first}`, () => mostRated.all(audience, first) as MovieId[]),
    bestRated: async (audience, mean, prior, first) =>
      keep(
        `best ${audience} ${mean} ${prior} ${first}`,
        () => bestRated.all(prior * mean, prior, audience, first) as { movieId: MovieId; score: number }[],
      ),
    ratedAtLeast: async (audience, min) => new Set(ratedAtLeast.all(audience, min) as MovieId[]),
  };
}

function toStatistics(row: typeof movieStatistics.$inferSelect): MovieStatistics {
  if (row.ratingCount === 0) return noRatings;
  return {
    ratingCount: row.ratingCount,
    meanRating: row.ratingSum / row.ratingCount,
    lastRatedAt: row.lastRatedAt,
    histogram: halfStars.map((k) => row[`halfStars${k}` as "halfStars1"]),
  };
}
