/** Trusted documents: GraphQL operations kept by the SHA-256 of their text, as persisted queries are sent. */
import { createHash } from "node:crypto";
import { asc, eq } from "drizzle-orm";
import type { Database } from "./open.js";
import { documents } from "./tables.js";

export type Document = typeof documents.$inferSelect;

/** The name that a client sends a document by: SHA-256 of its text, hex. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Keeps documents; those that are there already stay as they are. Call inside `write`. @returns how many were new */
export function addDocuments(
  db: Database,
  added: readonly { text: string; source: string }[],
  addedAt: number,
): number {
  let fresh = 0;
  for (const { text, source } of added) {
    const row = { hash: hashOf(text), text, source, addedAt };
    fresh += db.orm.insert(documents).values(row).onConflictDoNothing().run().changes;
  }
  return fresh;
}

/** The text of a document, or undefined. */
export function documentByHash(db: Database, hash: string): string | undefined {
  return db.orm.select({ text: documents.text }).from(documents).where(eq(documents.hash, hash)).get()?.text;
}

export function listDocuments(db: Database): Document[] {
  return db.orm.select().from(documents).orderBy(asc(documents.source), asc(documents.hash)).all();
}

/** Call inside `write`. @returns whether there was such a document */
export function deleteDocument(db: Database, hash: string): boolean {
  return db.orm.delete(documents).where(eq(documents.hash, hash)).run().changes > 0;
}
