/** Recounts rating statistics after many ratings changed at once, instead of counting each change. */
import type { Database } from "./database.js";

const halfStars = Array.from({ length: 10 }, (_, k) => k + 1);

/**
 * Runs work that changes many ratings without the triggers that count each, then counts everything once.
 * Call in a transaction, whose rollback restores the triggers too.
 */
export function recountAfter<T>(db: Database, work: () => T): T {
  const triggers = db.sqlite
    .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ratings'")
    .all() as { name: string; sql: string }[];
  for (const { name } of triggers) db.sqlite.exec(`DROP TRIGGER "${name}"`);
  const result = work();
  recount(db);
  for (const { sql } of triggers) db.sqlite.exec(sql);
  return result;
}

const summed = ["rating_count", "rating_sum", ...halfStars.map((k) => `half_stars${k}`)];
const aggregates = `count(*), sum(rating), ${halfStars.map((k) => `sum(rating = ${k / 2})`).join(", ")}, max(rated_at)`;

/** Sums that count in tens stay until ten ratings have come or gone: else an import would tell of fewer. */
function recount({ sqlite }: Database): void {
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
