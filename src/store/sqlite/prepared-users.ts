/** What was computed of users ahead of their requests, in SQLite. */
import type { UserId } from "../../ids.js";
import type { PreparedEmbedding, PreparedUser, PreparedUserStore } from "../prepared-users.js";
import type { Database } from "./database.js";
import { write } from "./transaction.js";

export function createPreparedUserStore(db: Database): PreparedUserStore {
  const { sqlite } = db;
  const columns = "user_id AS userId, revision, best, top_ratings AS topRatings";
  // Most requests ask for one user.
  const byId = sqlite.prepare(`SELECT ${columns} FROM prepared_users WHERE user_id = ? AND model = ?`);
  const byIds = sqlite.prepare(
    `SELECT ${columns} FROM prepared_users WHERE user_id IN (SELECT value FROM json_each(?)) AND model = ?`,
  );
  const embeddings = sqlite.prepare(
    `SELECT user_id AS userId, revision, embedding FROM prepared_users
       WHERE user_id IN (SELECT value FROM json_each(?)) AND model = ?`,
  );
  const missing = sqlite
    .prepare(
      `SELECT id FROM users u WHERE NOT EXISTS (SELECT 1 FROM prepared_users p
         WHERE p.user_id = u.id AND p.model = ? AND p.revision = u.revision) ORDER BY id`,
    )
    .pluck();
  const outdated = sqlite
    .prepare(
      `SELECT p.user_id FROM prepared_users p JOIN users u ON u.id = p.user_id
         WHERE p.user_id IN (SELECT value FROM json_each(?)) AND p.model = ? AND p.revision <> u.revision ORDER BY p.user_id`,
    )
    .pluck();
  const page = sqlite.prepare("SELECT user_id FROM prepared_users WHERE user_id > ? ORDER BY user_id LIMIT ?").pluck();
  const put = sqlite.prepare(
    `INSERT INTO prepared_users (user_id, model, revision, embedding, best, top_ratings)
     SELECT $userId, $model, $revision, $embedding, $best, $topRatings WHERE EXISTS (SELECT 1 FROM users WHERE id = $userId)
     ON CONFLICT (user_id) DO UPDATE SET model = excluded.model, revision = excluded.revision,
       embedding = excluded.embedding, best = excluded.best, top_ratings = excluded.top_ratings`,
  );
  return {
    byUserIds: async (model, ids) => {
      if (ids.length === 1) return [toPrepared(byId.get(ids[0], model) as PreparedRow | undefined)];
      const rows = byIds.all(JSON.stringify(ids), model) as PreparedRow[];
      const byUser = new Map(rows.map((row) => [row.userId, row]));
      return ids.map((id) => toPrepared(byUser.get(id)));
    },
    embeddings: async (model, ids) => {
      const rows = embeddings.all(JSON.stringify(ids), model) as (PreparedEmbedding & { userId: UserId })[];
      const byUser = new Map(rows.map(({ userId, ...row }) => [userId, row]));
      return ids.map((id) => byUser.get(id));
    },
    missing: async (model) => missing.all(model) as UserId[],
    outdated: async (model, ids) => outdated.all(JSON.stringify(ids), model) as UserId[],
    page: async (after, limit) => page.all(after, limit) as UserId[],
    save: (model, users) =>
      write(db, () => {
        for (const user of users) put.run({ ...user, model, topRatings: JSON.stringify(user.topRatings) });
      }),
  };
}

function toPrepared(row: PreparedRow | undefined): PreparedUser | undefined {
  return row && { ...row, topRatings: JSON.parse(row.topRatings) };
}

type PreparedRow = Omit<PreparedUser, "topRatings"> & { topRatings: string };
