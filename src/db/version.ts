/** Version of the database's contents, to know when a cached result is stale. */
import type { Statement } from "better-sqlite3";
import type { Database } from "./open.js";

const statements = new WeakMap<Database, Record<"others" | "own", Statement>>();

function prepared(db: Database): Record<"others" | "own", Statement> {
  let known = statements.get(db);
  if (known === undefined) {
    known = {
      others: db.sqlite.prepare("PRAGMA data_version").pluck(),
      own: db.sqlite.prepare("SELECT total_changes()").pluck(),
    };
    statements.set(db, known);
  }
  return known;
}

/** Changes with every commit of another connection. */
export function dataVersion(db: Database): number {
  return prepared(db).others.get() as number;
}

/** Changes with every write, of other connections or of this one. */
export function databaseVersion(db: Database): string {
  return `${dataVersion(db)} ${prepared(db).own.get()}`;
}
