/** The database behind a store, for what no interface offers: looking at rows, and damaging them. */
import Sqlite from "better-sqlite3";
import { onTestFinished, vi } from "vitest";
import type { Services } from "../../src/services/services.js";
import { openDatabase } from "../../src/store/sqlite/database.js";

const opened = new WeakMap<object, Sqlite.Database>();

/** A second connection to the file, as another program would have. */
export function rawDatabase({ store, folders }: Pick<Services, "store" | "folders">): Sqlite.Database {
  const known = opened.get(store) ?? openDatabase(folders.database).sqlite;
  opened.set(store, known);
  return known;
}

/** @returns the connections that are opened from now on, the store's first: some settings are a connection's own */
export function captureConnections(): Sqlite.Database[] {
  const connections: Sqlite.Database[] = [];
  const { pragma } = Sqlite.prototype;
  const spy = vi.spyOn(Sqlite.prototype, "pragma").mockImplementation(function (this: Sqlite.Database, ...args) {
    if (!connections.includes(this)) connections.push(this);
    return pragma.apply(this, args);
  });
  onTestFinished(() => spy.mockRestore());
  return connections;
}
