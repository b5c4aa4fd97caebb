/** What movies' ratings add up to: kept up to date by triggers, worked out anew after many ratings came at once. */
import { inArray } from "drizzle-orm";
import type { MovieId } from "../ids.js";
import type { Database } from "./open.js";
import { movieStatistics } from "./tables.js";

export interface MovieStatistics {
  ratingCount: number;
  /** Stars; null without ratings. */
  meanRating: number | null;
  /** Unix seconds; null where no rating's time is known. */
  lastRatedAt: number | null;
  /** How many ratings of 0.5, 1, … 5 stars. */
  histogram: readonly number[];
}

const halfStars = Array.from({ length: 10 }, (_, k) => k + 1);
const none: MovieStatistics = {
  ratingCount: 0,
  meanRating: null,
  lastRatedAt: null,
  histogram: halfStars.map(() => 0),
};

/** In the order asked. */
export function statisticsOfMovies(db: Database, ids: readonly MovieId[]): MovieStatistics[] {
  const rows = db.orm
    .select()
    .from(movieStatistics)
    .where(inArray(movieStatistics.movieId, [...new Set(ids)]))
    .all();
  const byId = new Map(rows.map((row) => [row.movieId, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    if (row === undefined || row.ratingCount === 0) return none;
    const histogram = halfStars.map((k) => row[`halfStars${k}` as "halfStars1"]);
    return {
      ratingCount: row.ratingCount,
      meanRating: row.ratingSum / row.ratingCount,
      lastRatedAt: row.lastRatedAt,
      histogram,
    };
  });
}

/** Number and mean stars of all ratings; the mean is null without any. */
export function ratingTotals(db: Database): { count: number; mean: number | null } {
  const row = db.sqlite
    .prepare("SELECT coalesce(sum(rating_count), 0) AS count, sum(rating_sum) AS sum FROM movie_statistics")
    .get() as { count: number; sum: number | null };
  return { count: row.count, mean: row.count === 0 ? null : (row.sum ?? 0) / row.count };
}

/**
 * Lets many ratings come or go without counting each: the triggers are taken off, and all is counted once at the end.
 * Call inside a transaction: what fails is rolled back with it, the triggers too.
 */
export function pauseStatistics(db: Database): { resume(): void } {
  const triggers = db.sqlite
    .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ratings'")
    .all() as { name: string; sql: string }[];
  for (const { name } of triggers) db.sqlite.exec(`DROP TRIGGER "${name}"`);
  return {
    resume: () => {
      db.sqlite.exec("DELETE FROM movie_statistics");
      db.sqlite.exec(
        `INSERT INTO movie_statistics (movie_id, rating_count, rating_sum, last_rated_at, ${halfStars.map((k) => `half_stars${k}`).join(", ")})
         SELECT movie_id, count(*), sum(rating), max(rated_at), ${halfStars.map((k) => `sum(rating = ${k / 2})`).join(", ")}
         FROM ratings GROUP BY movie_id`,
      );
      for (const { sql } of triggers) db.sqlite.exec(sql);
    },
  };
}
