/**
 * A data set's ratings on their way into the database: gathered beside it first, one for each user and movie whatever their
 * order, then set against those that are there. Call everything inside the import's transaction.
 */

import { BadField, type RatingRow } from "../../datasets/movielens/rows.js";
import type { MovieId, UserId } from "../../ids.js";
import type { Database } from "../open.js";

/** Which rating counts where a user rated a movie more than once. */
export const duplicatePolicies = ["newest", "first", "refuse"] as const;
export type DuplicatePolicy = (typeof duplicatePolicies)[number];

export interface StagedRatings {
  /** @throws {BadField} for a second rating of a movie by a user, where the policy refuses it */
  add(rating: RatingRow): void;
  /** How many users and movies were rated more than once. */
  readonly duplicates: number;
  /** How many of the imported ratings that the database holds are among these, and how many it holds. */
  overlap(): { shared: number; held: number };
  /** Makes the imported ratings of the database what was added here; what a person set or took away stays so. */
  merge(): RatingChanges;
  /** Always to be called at the end. */
  drop(): void;
}

export interface RatingChanges {
  /** Added or changed. */
  changed: number;
  /** No longer in the files, and set by nobody. */
  removed: number;
}

export function stageRatings(db: Database, policy: DuplicatePolicy): StagedRatings {
  const { sqlite } = db;
  // Users and movies that stand in the order of the file, as most do, are found at the index's end.
  sqlite.exec(`
    DROP TABLE IF EXISTS temp.staged_ratings;
    CREATE TEMP TABLE staged_ratings (
      seq INTEGER PRIMARY KEY, user_id INTEGER NOT NULL, movie_id INTEGER NOT NULL, rating REAL NOT NULL, rated_at INTEGER,
      UNIQUE (user_id, movie_id)
    )`);
  const insert = sqlite.prepare(
    "INSERT INTO temp.staged_ratings (user_id, movie_id, rating, rated_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  // Equal times, and times that are not known: the last in the file.
  const takeNewer = sqlite.prepare(
    `UPDATE temp.staged_ratings SET rating = $rating, rated_at = $ratedAt
     WHERE user_id = $userId AND movie_id = $movieId AND coalesce($ratedAt, 0) >= coalesce(rated_at, 0)`,
  );
  let duplicates = 0;
  return {
    get duplicates() {
      return duplicates;
    },
    add({ userId, movieId, rating, ratedAt }) {
      if (insert.run(userId, movieId, rating, ratedAt).changes > 0) return;
      if (policy === "refuse") throw secondRating(userId, movieId);
      duplicates++;
      if (policy === "newest") takeNewer.run({ userId, movieId, rating, ratedAt });
    },
    overlap: () =>
      sqlite
        .prepare(
          `SELECT count(s.seq) AS shared, count(*) AS held FROM ratings r
           LEFT JOIN temp.staged_ratings s ON s.user_id = r.user_id AND s.movie_id = r.movie_id WHERE NOT r.edited`,
        )
        .get() as { shared: number; held: number },
    merge() {
      const isFirst = sqlite.prepare("SELECT 1 FROM ratings LIMIT 1").get() === undefined;
      const all = "SELECT user_id, movie_id, rating, rated_at FROM temp.staged_ratings";
      const put = (where: string) =>
        sqlite.prepare(`INSERT INTO ratings (user_id, movie_id, rating, rated_at) ${all} ${where} ORDER BY seq`).run()
          .changes;
      if (isFirst) return { changed: put(""), removed: 0 };
      const changed = sqlite
        .prepare(
          `UPDATE ratings SET rating = s.rating, rated_at = s.rated_at FROM temp.staged_ratings s
           WHERE s.user_id = ratings.user_id AND s.movie_id = ratings.movie_id AND NOT edited
             AND (ratings.rating, ratings.rated_at) IS NOT (s.rating, s.rated_at)`,
        )
        .run().changes;
      const removed = sqlite
        .prepare(
          `DELETE FROM ratings WHERE NOT edited AND NOT EXISTS (SELECT 1 FROM temp.staged_ratings s
             WHERE s.user_id = ratings.user_id AND s.movie_id = ratings.movie_id)`,
        )
        .run().changes;
      const added = put(
        `WHERE NOT EXISTS (SELECT 1 FROM ratings r
           WHERE r.user_id = staged_ratings.user_id AND r.movie_id = staged_ratings.movie_id)`,
      );
      return { changed: changed + added, removed };
    },
    drop: () => sqlite.exec("DROP TABLE IF EXISTS temp.staged_ratings"),
  };
}

function secondRating(userId: UserId, movieId: MovieId): BadField {
  return new BadField("one rating of a movie by a user", `another of ${movieId} by ${userId}`);
}
