/** Creates, lists and revokes tokens. */
import { z } from "zod";
import {
  countTokens,
  createToken,
  deleteToken,
  listTokens,
  type Token,
  type TokenScope,
  tokenScopes,
} from "../../db/tokens.js";
import { usersByIds } from "../../db/users.js";
import { write } from "../../db/write.js";
import { AppError, received } from "../../errors.js";
import type { UserId } from "../../ids.js";
import { userNotFound } from "../../recommend/predict.js";
import type { Services } from "../../services/services.js";
import { unixNow } from "../../unix-time.js";
import { text } from "../request/input-schemas.js";

export { type Token, type TokenScope, tokenScopes } from "../../db/tokens.js";

const longestName = 100;

/** As `makeToken` checks it, with the path of what is wrong. */
export const createTokenSchema = z
  .object({ name: text(1, longestName), scope: z.enum(tokenScopes), userId: z.unknown().optional() })
  .refine(({ scope, userId }) => scope !== "user" || userId != null, {
    path: ["userId"],
    error: "expected a user for a token of the scope user, received none",
  });

/**
 * Makes a token. @returns it with its secret, for the only time
 * @throws {AppError} INVALID_ARGUMENT for the scope `user` without a user, or a name that is empty or too long; USER_NOT_FOUND
 */
export async function makeToken(
  { db }: Services,
  { name, scope, userId = null }: { name: string; scope: TokenScope; userId?: UserId | null },
): Promise<{ secret: string; token: Token }> {
  if (name.trim() === "" || name.length > longestName) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a name of 1 to ${longestName} characters for a token, received ${received(name)}`,
    );
  }
  if (scope === "user" && userId === null) {
    throw new AppError("INVALID_ARGUMENT", "expected a user for a token of the scope user, received none");
  }
  return write(db, () => {
    if (userId !== null && usersByIds(db, [userId])[0] === undefined) throw userNotFound(userId);
    return createToken(db, { name, scope, userId, createdAt: unixNow() });
  });
}

/** Makes the first token, of the scope admin, where there is none yet. @returns its secret, or undefined where there are tokens already */
export function firstToken({ db }: Services): Promise<string | undefined> {
  return write(db, () => {
    if (countTokens(db) > 0) return undefined;
    const token = { name: "first", scope: "admin" as const, userId: null, createdAt: unixNow() };
    return createToken(db, token).secret;
  });
}

export function allTokens({ db }: Services): Token[] {
  return listTokens(db);
}

/** @returns the token that is no more. @throws {AppError} TOKEN_NOT_FOUND */
export async function revokeToken({ db }: Services, id: number): Promise<Token> {
  const token = await write(db, () => deleteToken(db, id));
  if (token === undefined) throw new AppError("TOKEN_NOT_FOUND", `expected the number of a token, received ${id}`);
  return token;
}
