/** What serves, and counters of the database, in SQLite. */
import { eq, sql } from "drizzle-orm";
import type { UserId } from "../../ids.js";
import type { ChangeFeed } from "../changes.js";
import type { Dataset, ServingState, SettingsStore } from "../settings.js";
import type { Database } from "./database.js";
import { settingsTable } from "./tables.js";
import { write } from "./transaction.js";

/** Keys that are the database's own beside those of the interface. */
type StoredKey = (typeof settingsTable.$inferSelect)["key"];

export function createSettingsStore(db: Database, feed: ChangeFeed): SettingsStore {
  const readServing = createServingReader(db);
  return {
    serving: async () => readServing(),
    set: async (key, value) => {
      await write(db, () => setSetting(db, key, value));
      if (key === "activeModel") feed.publish({ subject: "model" });
    },
  };
}

/** @returns a function that reads what serves in one statement */
export function createServingReader({ sqlite }: Database): () => ServingState {
  const select = sqlite.prepare(
    `SELECT (SELECT value FROM settings WHERE key = 'activeModel') AS activeModel,
       (SELECT value FROM settings WHERE key = 'activeEncoder') AS activeEncoder,
       d.name, d.kind, d.synthetic, d.imported_at AS importedAt, d.revision
     FROM (SELECT 1) LEFT JOIN dataset d`,
  );
  return () => {
    const { activeModel, activeEncoder, synthetic, ...row } = select.get() as ServingRow;
    return {
      activeModel: activeModel ?? undefined,
      activeEncoder: activeEncoder ?? undefined,
      dataset: row.name === null ? undefined : ({ ...row, synthetic: synthetic === 1 } as Dataset),
    };
  };
}

interface ServingRow {
  activeModel: string | null;
  activeEncoder: string | null;
  name: string | null;
  synthetic: number | null;
}

/** @returns a function that reads a counter that `createCounter` counts */
export function createRevisionReader({ sqlite }: Database, key: CountedKey): () => string {
  const select = sqlite.prepare("SELECT coalesce((SELECT value FROM settings WHERE key = ?), '0')").pluck().bind(key);
  return () => select.get() as string;
}

export function getSetting({ orm }: Database, key: StoredKey): string | undefined {
  return orm.select({ value: settingsTable.value }).from(settingsTable).where(eq(settingsTable.key, key)).get()?.value;
}

/** Call in a transaction. */
export function setSetting({ orm }: Database, key: StoredKey, value: string): void {
  orm
    .insert(settingsTable)
    .values({ key, value })
    .onConflictDoUpdate({ target: settingsTable.key, set: { value } })
    .run();
}

type CountedKey = "moviesRevision" | "postersRevision" | "ratingsRevision";

/** @returns a function that counts a change, to call in a transaction */
export function createCounter({ orm }: Database, key: CountedKey): () => void {
  const count = orm
    .insert(settingsTable)
    .values({ key, value: "1" })
    .onConflictDoUpdate({
      target: settingsTable.key,
      set: { value: sql`CAST(${settingsTable.value} AS INTEGER) + 1` },
    })
    .prepare();
  return () => {
    count.run();
  };
}

/** Call in a transaction: what is kept in memory of the movies is stale now. */
export function countMovieChange(db: Database): void {
  db.sqlite.exec("UPDATE dataset SET revision = revision + 1");
  createCounter(db, "moviesRevision")();
}

/** Call in a transaction: what is kept in memory of these users is stale now. */
export function countChangeOfUsers({ sqlite }: Database, ids: ReadonlySet<UserId>): void {
  const count = sqlite.prepare("UPDATE users SET revision = revision + 1 WHERE id = ?");
  for (const id of ids) count.run(id);
}
