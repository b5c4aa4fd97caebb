/** Bearer tokens of this server: their scopes and hashes, never the tokens themselves. */
import type { UserId } from "../ids.js";

/** From the least to the most powerful. */
export const tokenScopes = ["user", "editor", "admin"] as const;
export type TokenScope = (typeof tokenScopes)[number];

export interface Token {
  id: number;
  name: string;
  scope: TokenScope;
  /** Whose ratings it may read and change; null for a token of nobody. */
  userId: UserId | null;
  /** Unix seconds. */
  createdAt: number;
  /** Unix seconds, to the minute; null where it was never used. */
  lastUsedAt: number | null;
}

export interface NewToken extends Pick<Token, "name" | "scope" | "userId" | "createdAt"> {
  /** SHA-256 of the secret, hex. */
  hash: string;
}

export interface TokenStore {
  /** @returns the token, or undefined where it names a user who does not exist */
  add(token: NewToken): Promise<Token | undefined>;
  /** Adds a token only where there is none yet. @returns it, or undefined */
  addFirst(token: NewToken): Promise<Token | undefined>;
  byHash(hash: string): Promise<(Token & { hash: string }) | undefined>;
  has(id: number): Promise<boolean>;
  /** Every token, the oldest first. */
  all(): Promise<Token[]>;
  /** @returns the deleted token, or undefined */
  delete(id: number): Promise<Token | undefined>;
  /** Records the use of a token. @throws {AppError} DATABASE_BUSY soon, where another process writes */
  touch(id: number, lastUsedAt: number): Promise<void>;
}
