/**
 * Ratings of an import, gathered in a temporary table, one for each user and movie in whatever order they come, then merged with
 * those in the database.
 */
import type { UserId } from "../../../ids.js";
import type { DuplicatePolicy, ImportedRating } from "../../imports.js";
import type { Database } from "../database.js";

export interface StagedRatings {
  /** @returns false where the user rated this movie before and the policy is `refuse`: it was not added */
  add(rating: ImportedRating): boolean;
  readonly duplicates: number;
  /** How many imported ratings the database holds, and how many of these were gathered too. */
  overlap(): { shared: number; held: number };
  /** Drops gathered ratings that people deleted meanwhile. Call in a transaction. */
  dropDeleted(): void;
  /** Makes the imported ratings of the database what was gathered; what people set or deleted stays so. Call in a transaction. */
  merge(): RatingChanges;
  /** Ends the gathering: nothing is added any more. */
  finish(): void;
  drop(): void;
}

export interface RatingChanges {
  /** Added or changed. */
  changed: number;
  /** No longer in the files, and set by nobody. */
  removed: number;
  /** Whose ratings these are; not said of a first import, before which nobody had any. */
  users: ReadonlySet<UserId>;
}

export function stageRatings({ sqlite }: Database, policy: DuplicatePolicy): StagedRatings {
  // Users and movies in the order of the file, as in most files, are appended at the end of the index.
  sqlite.exec(`
    DROP TABLE IF EXISTS temp.staged_ratings;
    CREATE TEMP TABLE staged_ratings (
      seq INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, movie_id INTEGER NOT NULL, rating REAL NOT NULL, rated_at INTEGER,
      UNIQUE (user_id, movie_id)
    );
    BEGIN`);
  const insert = sqlite.prepare(
    "INSERT INTO temp.staged_ratings (user_id, movie_id, rating, rated_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  // Of equal and unknown times the last in the file counts.
  const takeNewer = sqlite.prepare(
    `UPDATE temp.staged_ratings SET rating = $rating, rated_at = $ratedAt
     WHERE user_id = $userId AND movie_id = $movieId AND coalesce($ratedAt, 0) >= coalesce(rated_at, 0)`,
  );
  let duplicates = 0;
  let isOpen = true;
  const finish = () => {
    if (isOpen) sqlite.exec("COMMIT");
    isOpen = false;
  };
  return {
    get duplicates() {
      return duplicates;
    },
    add({ userId, movieId, rating, ratedAt }) {
      if (insert.run(userId, movieId, rating, ratedAt).changes > 0) return true;
      if (policy === "refuse") return false;
      duplicates++;
      if (policy === "newest") takeNewer.run({ userId, movieId, rating, ratedAt });
      return true;
    },
    overlap: () =>
      sqlite
        .prepare(
          `SELECT count(s.seq) AS shared, count(*) AS held FROM ratings r
           LEFT JOIN temp.staged_ratings s ON s.user_id = r.user_id AND s.movie_id = r.movie_id WHERE NOT r.edited`,
        )
        .get() as { shared: number; held: number },
    dropDeleted: () => {
      sqlite.exec(`DELETE FROM temp.staged_ratings WHERE EXISTS (SELECT 1 FROM deletions d
        WHERE d.user_id = staged_ratings.user_id AND d.movie_id IN (0, staged_ratings.movie_id))`);
    },
    merge() {
      const isFirst = sqlite.prepare("SELECT 1 FROM ratings LIMIT 1").get() === undefined;
      const all = "SELECT user_id, movie_id, rating, rated_at FROM temp.staged_ratings";
      const put = "INSERT INTO ratings (user_id, movie_id, rating, rated_at)";
      if (isFirst) {
        return { changed: sqlite.prepare(`${put} ${all} ORDER BY seq`).run().changes, removed: 0, users: new Set() };
      }
      const run = (change: string) => sqlite.prepare(`${change} RETURNING user_id`).pluck().all() as UserId[];
      const changed = run(
        `UPDATE ratings SET rating = s.rating, rated_at = s.rated_at FROM temp.staged_ratings s
           WHERE s.user_id = ratings.user_id AND s.movie_id = ratings.movie_id AND NOT edited
             AND (ratings.rating, ratings.rated_at) IS NOT (s.rating, s.rated_at)`,
      );
      const removed = run(
        `DELETE FROM ratings WHERE NOT edited AND NOT EXISTS (SELECT 1 FROM temp.staged_ratings s
             WHERE s.user_id = ratings.user_id AND s.movie_id = ratings.movie_id)`,
      );
      const added = run(
        `${put} ${all} WHERE NOT EXISTS (SELECT 1 FROM ratings r
           WHERE r.user_id = staged_ratings.user_id AND r.movie_id = staged_ratings.movie_id) ORDER BY seq`,
      );
      return {
        changed: changed.length + added.length,
        removed: removed.length,
        users: new Set([...changed, ...removed, ...added]),
      };
    },
    finish,
    drop() {
      finish();
      sqlite.exec("DROP TABLE IF EXISTS temp.staged_ratings");
    },
  };
}
