/** Rating statistics of movies, kept by triggers and recounted after bulk changes. */
import { and, eq, inArray } from "drizzle-orm";
import type { MovieId } from "../ids.js";
import type { Database } from "./open.js";
import { movieStatistics } from "./tables.js";

/**
 * Whose ratings sums count, by what their reader may read: everybody's (`all`), those of imported users (`published`), or nobody's
 * (`private`). Ratings of people whom the reader may not read are counted ten at a time: a movie's sums take them in when ten of
 * them have come or gone since they last did, and leave them out where there are fewer. So no sum, and no difference between two sums
 * or between a sum and a list, tells one person's stars. The table has rows of `imported` users beside these, as a base.
 */
export type Audience = "all" | "published" | "private";

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
export function statisticsOfMovies(db: Database, audience: Audience, ids: readonly MovieId[]): MovieStatistics[] {
  const rows = db.orm
    .select()
    .from(movieStatistics)
    .where(and(inArray(movieStatistics.movieId, [...new Set(ids)]), eq(movieStatistics.audience, audience)))
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

/** Number and mean stars of all ratings that the audience's sums count; the mean is null without any. */
export function ratingTotals(db: Database, audience: Audience): { count: number; mean: number | null } {
  const row = db.sqlite
    .prepare(
      "SELECT coalesce(sum(rating_count), 0) AS count, sum(rating_sum) AS sum FROM movie_statistics WHERE audience = ?",
    )
    .get(audience) as { count: number; sum: number | null };
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
      countAnew(db);
      for (const { sql } of triggers) db.sqlite.exec(sql);
    },
  };
}

const summed = ["rating_count", "rating_sum", ...halfStars.map((k) => `half_stars${k}`)];
const aggregates = `count(*), sum(rating), ${halfStars.map((k) => `sum(rating = ${k / 2})`).join(", ")}, max(rated_at)`;

/** What is counted ten at a time stays as it was until ten have come or gone, else an import would tell of fewer. */
function countAnew({ sqlite }: Database): void {
  const ofImported = (sign: "+" | "-") => summed.map((column) => `published.${column} ${sign} imported.${column}`);
  const changePublished = (sign: "+" | "-") => `
    UPDATE movie_statistics AS published SET (${summed.join(", ")}) = (${ofImported(sign).join(", ")})
    FROM movie_statistics AS imported
    WHERE published.audience = 'published' AND imported.audience = 'imported' AND imported.movie_id = published.movie_id;`;
  const count = (audience: "all" | "imported", from: string) => `
    INSERT INTO movie_statistics (movie_id, audience, ${summed.join(", ")}, last_rated_at)
    SELECT movie_id, '${audience}', ${aggregates} FROM ${from} GROUP BY movie_id;`;
  sqlite.exec(`
    ${changePublished("-")}
    UPDATE movie_statistics SET last_rated_at = NULL WHERE audience = 'published' AND rating_count = 0;
    DELETE FROM movie_statistics WHERE audience IN ('all', 'imported');
    ${count("all", "ratings")}
    ${count("imported", "ratings JOIN users ON users.id = user_id AND source = 'import'")}
    INSERT INTO movie_statistics (movie_id, audience)
      SELECT movie_id, column1 FROM (SELECT DISTINCT movie_id FROM movie_statistics),
        (VALUES ('all'), ('imported'), ('published'), ('private')) WHERE true ON CONFLICT DO NOTHING;
    ${changePublished("+")}
    UPDATE movie_statistics AS published SET last_rated_at = imported.last_rated_at FROM movie_statistics AS imported
      WHERE published.audience = 'published' AND imported.audience = 'imported' AND imported.movie_id = published.movie_id
        AND coalesce(imported.last_rated_at, -1) > coalesce(published.last_rated_at, -1);
    UPDATE movie_statistics SET rating_count = rating_count WHERE audience = 'all';`);
}
