/** Bearer tokens: shown once, stored as a hash with their scope. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { asc, count, eq } from "drizzle-orm";
import type { Database } from "./open.js";
import { tokens } from "./tables.js";

export type Token = Omit<typeof tokens.$inferSelect, "hash">;
export type TokenScope = Token["scope"];
export const tokenScopes = ["user", "editor", "admin"] as const satisfies readonly TokenScope[];

const shown = {
  id: tokens.id,
  name: tokens.name,
  scope: tokens.scope,
  userId: tokens.userId,
  createdAt: tokens.createdAt,
  lastUsedAt: tokens.lastUsedAt,
};

/**
 * Makes a token and keeps its SHA-256. A token has 256 random bits, so that a slow password hash adds nothing.
 * Call inside `write`.
 * @returns the token itself, as `secret`, which nobody can read again
 */
export function createToken(
  db: Database,
  token: Pick<Token, "name" | "scope" | "userId" | "createdAt">,
): { secret: string; token: Token } {
  const secret = `mq_${randomBytes(32).toString("base64url")}`;
  const row = db.orm
    .insert(tokens)
    .values({ ...token, hash: hashToken(secret).toString("hex") })
    .returning(shown)
    .get();
  return { secret, token: row };
}

/**
 * The token that a secret is of, or undefined. It is looked up by its hash, and the hashes are compared in constant
 * time: how long either takes tells nothing of a token that one could use.
 */
export function tokenOf(db: Database, secret: string): Token | undefined {
  const hash = hashToken(secret);
  const row = db.orm
    .select({ ...shown, hash: tokens.hash })
    .from(tokens)
    .where(eq(tokens.hash, hash.toString("hex")))
    .get();
  if (row === undefined || !timingSafeEqual(Buffer.from(row.hash, "hex"), hash)) return undefined;
  const { hash: _, ...token } = row;
  return token;
}

/** Whether the token was not revoked. */
export function hasToken(db: Database, id: number): boolean {
  return db.orm.select({ id: tokens.id }).from(tokens).where(eq(tokens.id, id)).get() !== undefined;
}

/** Every token, the oldest first. */
export function listTokens(db: Database): Token[] {
  return db.orm.select(shown).from(tokens).orderBy(asc(tokens.id)).all();
}

export function countTokens(db: Database): number {
  return db.orm.select({ n: count() }).from(tokens).get()?.n ?? 0;
}

/** Call inside `write`. @returns the token that is no more, or undefined */
export function deleteToken(db: Database, id: number): Token | undefined {
  return db.orm.delete(tokens).where(eq(tokens.id, id)).returning(shown).get();
}

/** Call inside `write`. */
export function touchToken(db: Database, id: number, lastUsedAt: number): void {
  db.orm.update(tokens).set({ lastUsedAt }).where(eq(tokens.id, id)).run();
}

function hashToken(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
