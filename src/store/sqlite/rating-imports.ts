/** Imports of one person's ratings in SQLite. */
import { createYield } from "../../event-loop.js";
import type { UserId } from "../../ids.js";
import type { ChangeFeed } from "../changes.js";
import type {
  ImportedStars,
  NewRatingImport,
  RatingImport,
  RatingImportStore,
  UndoneImport,
} from "../rating-imports.js";
import type { Database } from "./database.js";
import { createCounter } from "./settings.js";
import { groupByUser } from "./statements.js";
import { writeInSteps } from "./transaction.js";

const columns = `id, user_id AS userId, service, imported_at AS importedAt, undone_at AS undoneAt, added, changed, kept`;

/** @param open opens another connection: thousands of ratings are set in steps, and others read meanwhile what was there before */
export function createRatingImportStore(db: Database, open: () => Database, feed: ChangeFeed): RatingImportStore {
  const ofUsers = db.sqlite.prepare(
    `SELECT ${columns} FROM rating_imports WHERE user_id IN (SELECT value FROM json_each(?)) ORDER BY id DESC`,
  );
  return {
    add: async (options) => {
      const made = await writeInSteps(open, (own) => add(own, options));
      if (made !== undefined && made.added + made.changed > 0)
        feed.publish({ subject: "ratings", userId: made.userId });
      return made;
    },
    ofUsers: async (ids) => {
      const rows = ofUsers.all(JSON.stringify([...new Set(ids)])) as RatingImport[];
      return groupByUser(ids, rows, ({ userId }) => userId);
    },
    undo: async (userId, id, undoneAt) => {
      const undone = await writeInSteps(open, (own) => undo(own, userId, id, undoneAt));
      if (undone !== undefined && undone.restored + undone.removed > 0) feed.publish({ subject: "ratings", userId });
      return undone;
    },
  };
}

/** A rating that an import may replace. */
interface Before {
  rating: number;
  ratedAt: number | null;
  edited: 0 | 1;
}

async function add(
  db: Database,
  { userId, service, importedAt, ratings, conflicts }: NewRatingImport,
): Promise<RatingImport | undefined> {
  const { sqlite } = db;
  if (sqlite.prepare("SELECT 1 FROM users WHERE id = ?").get(userId) === undefined) return undefined;
  const hasMovie = sqlite.prepare("SELECT 1 FROM movies WHERE id = ?");
  const find = sqlite.prepare(
    "SELECT rating, rated_at AS ratedAt, edited FROM ratings WHERE user_id = ? AND movie_id = ?",
  );
  const set = sqlite.prepare(
    `INSERT INTO ratings (user_id, movie_id, rating, rated_at, edited) VALUES (?, ?, ?, ?, 1)
     ON CONFLICT (user_id, movie_id) DO UPDATE SET rating = excluded.rating, rated_at = excluded.rated_at, edited = 1`,
  );
  const record = sqlite.prepare(
    `INSERT INTO rating_import_changes (import_id, movie_id, rating, rated_at, rating_before, rated_at_before, edited_before)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const { lastInsertRowid: importId } = sqlite
    .prepare(
      "INSERT INTO rating_imports (user_id, service, imported_at, added, changed, kept) VALUES (?, ?, ?, 0, 0, 0)",
    )
    .run(userId, service, importedAt);
  const count = { added: 0, changed: 0, kept: 0 };
  const pause = createYield();
  for (const { movieId, stars, ratedAt } of ratings) {
    await pause();
    if (hasMovie.get(movieId) === undefined) continue;
    const before = find.get(userId, movieId) as Before | undefined;
    const time = ratedAt ?? importedAt;
    if (before !== undefined && staysAs(before, { stars, ratedAt: time }, conflicts)) {
      count.kept++;
      continue;
    }
    set.run(userId, movieId, stars, time);
    record.run(importId, movieId, stars, time, before?.rating ?? null, before?.ratedAt ?? null, before?.edited ?? null);
    if (before === undefined) count.added++;
    else count.changed++;
  }
  sqlite
    .prepare("UPDATE rating_imports SET added = ?, changed = ?, kept = ? WHERE id = ?")
    .run(count.added, count.changed, count.kept, importId);
  if (count.added + count.changed > 0) createCounter(db, "ratingsRevision")();
  return findImport(db, userId, Number(importId));
}

function staysAs(
  before: Before,
  { stars, ratedAt }: { stars: number; ratedAt: number },
  conflicts: NewRatingImport["conflicts"],
): boolean {
  return conflicts === "KEEP" || before.rating === stars || (before.ratedAt !== null && before.ratedAt >= ratedAt);
}

interface Change extends Pick<ImportedStars, "movieId"> {
  rating: number;
  ratedAt: number;
  ratingBefore: number | null;
  ratedAtBefore: number | null;
  editedBefore: 0 | 1 | null;
}

async function undo(db: Database, userId: UserId, id: number, undoneAt: number): Promise<UndoneImport | undefined> {
  const { sqlite } = db;
  const made = findImport(db, userId, id);
  if (made === undefined) return undefined;
  const count = { restored: 0, removed: 0, left: 0 };
  if (made.undoneAt !== null) return { import: made, ...count };
  const changes = sqlite
    .prepare(
      `SELECT movie_id AS movieId, rating, rated_at AS ratedAt, rating_before AS ratingBefore, rated_at_before AS ratedAtBefore,
         edited_before AS editedBefore FROM rating_import_changes WHERE import_id = ?`,
    )
    .all(id) as Change[];
  const isSame = "user_id = ? AND movie_id = ? AND rating = ? AND rated_at = ?";
  const remove = sqlite.prepare(`DELETE FROM ratings WHERE ${isSame}`);
  const restore = sqlite.prepare(`UPDATE ratings SET rating = ?, rated_at = ?, edited = ? WHERE ${isSame}`);
  const pause = createYield();
  for (const { movieId, rating, ratedAt, ratingBefore, ratedAtBefore, editedBefore } of changes) {
    await pause();
    const isNew = ratingBefore === null;
    const { changes: found } = isNew
      ? remove.run(userId, movieId, rating, ratedAt)
      : restore.run(ratingBefore, ratedAtBefore, editedBefore, userId, movieId, rating, ratedAt);
    if (found === 0) count.left++;
    else if (isNew) count.removed++;
    else count.restored++;
  }
  sqlite.prepare("UPDATE rating_imports SET undone_at = ? WHERE id = ?").run(undoneAt, id);
  if (count.restored + count.removed > 0) createCounter(db, "ratingsRevision")();
  return { import: findImport(db, userId, id) as RatingImport, ...count };
}

function findImport({ sqlite }: Database, userId: UserId, id: number): RatingImport | undefined {
  return sqlite.prepare(`SELECT ${columns} FROM rating_imports WHERE id = ? AND user_id = ?`).get(id, userId) as
    | RatingImport
    | undefined;
}
