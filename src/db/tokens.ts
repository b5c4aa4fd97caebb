/** Bearer tokens that allow mutations: made once, shown once, kept as a hash. */
import { createHash, randomBytes } from "node:crypto";
import { count, eq } from "drizzle-orm";
import type { Database } from "./open.js";
import { tokens } from "./tables.js";

/** Makes a token and keeps its SHA-256. A token has 256 random bits, so that a slow password hash adds nothing.
 * @returns the token itself, which nobody can read again
 */
export function createToken(db: Database, name: string, createdAt: number): string {
  const token = `mq_${randomBytes(32).toString("base64url")}`;
  db.orm
    .insert(tokens)
    .values({ name, hash: hashToken(token), createdAt })
    .run();
  return token;
}

/** Whether this is a token of ours. Looking up its hash leaks nothing of the token through timing. */
export function isToken(db: Database, token: string): boolean {
  return (
    db.orm
      .select({ id: tokens.id })
      .from(tokens)
      .where(eq(tokens.hash, hashToken(token)))
      .get() !== undefined
  );
}

export function countTokens(db: Database): number {
  return db.orm.select({ n: count() }).from(tokens).get()?.n ?? 0;
}

function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
