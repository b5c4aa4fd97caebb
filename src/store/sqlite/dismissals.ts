/** Dismissed movies in SQLite. A trigger counts each change as one of the user's (migration 0013). */
import type { MovieId, UserId } from "../../ids.js";
import type { ChangeFeed } from "../changes.js";
import type { Dismissal, DismissalStore } from "../dismissals.js";
import type { Database } from "./database.js";
import { createCounter } from "./settings.js";
import { createParameters, createStatements, groupByUser, toKeyset, toWhere } from "./statements.js";
import { write } from "./transaction.js";

const columns = "dismissals.id, user_id AS userId, movie_id AS movieId, dismissed_at AS dismissedAt";

export function createDismissalStore(db: Database, feed: ChangeFeed): DismissalStore {
  const { sqlite } = db;
  const statements = createStatements(db);
  const countChange = createCounter(db, "ratingsRevision");
  const ofUsers = sqlite.prepare(
    "SELECT user_id AS userId, movie_id AS movieId FROM dismissals WHERE user_id IN (SELECT value FROM json_each(?)) ORDER BY id",
  );
  const countOfUsers = sqlite.prepare(
    "SELECT user_id AS userId, count(*) AS n FROM dismissals WHERE user_id IN (SELECT value FROM json_each(?)) GROUP BY user_id",
  );
  const find = sqlite.prepare(`SELECT ${columns} FROM dismissals WHERE user_id = ? AND movie_id = ?`);
  const hasUser = sqlite.prepare("SELECT 1 FROM users WHERE id = ?").pluck();
  const hasMovie = sqlite.prepare("SELECT 1 FROM movies WHERE id = ?").pluck();
  const insert = sqlite.prepare(
    `INSERT INTO dismissals (user_id, movie_id, dismissed_at) VALUES (?, ?, ?) RETURNING ${columns}`,
  );
  const remove = sqlite.prepare(`DELETE FROM dismissals WHERE user_id = ? AND movie_id = ? RETURNING ${columns}`);

  return {
    moviesOfUsers: async (ids) => {
      const rows = ofUsers.all(JSON.stringify([...new Set(ids)])) as Pick<Dismissal, "userId" | "movieId">[];
      const own = groupByUser(ids, rows, ({ userId }) => userId);
      return own.map((list) => Int32Array.from(list, ({ movieId }) => movieId));
    },
    listOfUsers: async (ids, page) => {
      const parameters = createParameters();
      const { conditions, orderBy } = toKeyset("dismissals.id", "dismissals.id", true, page, parameters);
      const where = toWhere(["user_id = asked.value", ...conditions]);
      const own = `SELECT dismissals.id FROM dismissals ${where} ${orderBy} LIMIT ${parameters.bind(page.limit)}`;
      const asked = parameters.bind(JSON.stringify([...new Set(ids)]));
      const select = statements(
        `SELECT ${columns} FROM json_each(${asked}) AS asked JOIN dismissals ON dismissals.id IN (${own}) ${orderBy}`,
      );
      const rows = (select.all(parameters.values) as Dismissal[]).map((node) => ({ node, value: node.id }));
      return groupByUser(ids, rows, ({ node }) => node.userId);
    },
    countOfUsers: async (ids) => {
      const rows = countOfUsers.all(JSON.stringify([...new Set(ids)])) as { userId: UserId; n: number }[];
      const counts = new Map(rows.map(({ userId, n }) => [userId, n]));
      return ids.map((id) => counts.get(id) ?? 0);
    },
    add: async (userId, movieId, dismissedAt) => {
      const { dismissal, isNew } = await write(db, () => {
        const known = find.get(userId, movieId) as Dismissal | undefined;
        if (known !== undefined) return { dismissal: known, isNew: false };
        if (hasUser.get(userId) === undefined) return { dismissal: "no such user" as const, isNew: false };
        if (hasMovie.get(movieId) === undefined) return { dismissal: "no such movie" as const, isNew: false };
        const added = insert.get(userId, movieId, dismissedAt) as Dismissal;
        countChange();
        return { dismissal: added, isNew: true };
      });
      if (isNew) feed.publish({ subject: "ratings", userId });
      return dismissal;
    },
    delete: async (userId: UserId, movieId: MovieId) => {
      const removed = await write(db, () => {
        const dismissal = remove.get(userId, movieId) as Dismissal | undefined;
        if (dismissal !== undefined) countChange();
        return dismissal;
      });
      if (removed !== undefined) feed.publish({ subject: "ratings", userId });
      return removed;
    },
  };
}
