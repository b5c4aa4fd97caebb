/** Trusted documents in SQLite. */
import { asc, eq, sql } from "drizzle-orm";
import type { DocumentStore } from "../documents.js";
import type { Database } from "./database.js";
import { documents } from "./tables.js";
import { write } from "./transaction.js";

export function createDocumentStore(db: Database): DocumentStore {
  const { orm } = db;
  const textByHash = orm
    .select({ text: documents.text })
    .from(documents)
    .where(eq(documents.hash, sql.placeholder("hash")))
    .prepare();
  const all = orm.select().from(documents).orderBy(asc(documents.source), asc(documents.hash)).prepare();
  return {
    textByHash: async (hash) => textByHash.get({ hash })?.text,
    all: async () => all.all(),
    add: (added) =>
      write(db, () => {
        let count = 0;
        for (const document of added) {
          count += orm.insert(documents).values(document).onConflictDoNothing().run().changes;
        }
        return count;
      }),
    delete: (hash) => write(db, () => orm.delete(documents).where(eq(documents.hash, hash)).run().changes > 0),
  };
}
