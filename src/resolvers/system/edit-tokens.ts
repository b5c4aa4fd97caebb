/** Creates, lists and revokes tokens. */
import * as z from "zod";
import { createSecret, hashSecret } from "../../access/token-secrets.js";
import { AppError, received, userNotFound } from "../../errors.js";
import type { UserId } from "../../ids.js";
import type { Services } from "../../services/services.js";
import { type Token, type TokenScope, tokenScopes } from "../../store/tokens.js";
import { unixNow } from "../../unix-time.js";
import { text } from "../request/input-schemas.js";

export { type Token, type TokenScope, tokenScopes } from "../../store/tokens.js";

const maxNameLength = 100;

/** As `makeToken` checks it, with the path of what is wrong. */
export const createTokenSchema = z
  .object({ name: text(1, maxNameLength), scope: z.enum(tokenScopes), userId: z.unknown().optional() })
  .refine(({ scope, userId }) => scope !== "user" || userId != null, {
    path: ["userId"],
    error: "expected a user for a token of the scope user, received none",
  });

/**
 * Makes a token. @returns it with its secret, which nobody can read again
 * @throws {AppError} INVALID_ARGUMENT for the scope `user` without a user, or a name that is empty or too long; USER_NOT_FOUND
 */
export async function makeToken(
  { store }: Services,
  { name, scope, userId = null }: { name: string; scope: TokenScope; userId?: UserId | null },
): Promise<{ secret: string; token: Token }> {
  if (name.trim() === "" || name.length > maxNameLength) {
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a name of 1 to ${maxNameLength} characters for a token, received ${received(name)}`,
    );
  }
  if (scope === "user" && userId === null) {
    throw new AppError("INVALID_ARGUMENT", "expected a user for a token of the scope user, received none");
  }
  const secret = createSecret();
  const token = await store.tokens.add({ name, scope, userId, createdAt: unixNow(), hash: hashSecret(secret) });
  if (token === undefined) throw userNotFound(userId as UserId);
  return { secret, token };
}

/** Makes the first token, of the scope admin. @returns its secret, or undefined where there are tokens already */
export async function firstToken({ store }: Services): Promise<string | undefined> {
  const secret = createSecret();
  const token = {
    name: "first",
    scope: "admin" as const,
    userId: null,
    createdAt: unixNow(),
    hash: hashSecret(secret),
  };
  return (await store.tokens.addFirst(token)) === undefined ? undefined : secret;
}

export function allTokens({ store }: Services): Promise<Token[]> {
  return store.tokens.all();
}

/** @returns the deleted token. @throws {AppError} TOKEN_NOT_FOUND */
export async function revokeToken({ store }: Services, id: number): Promise<Token> {
  const token = await store.tokens.delete(id);
  if (token === undefined) throw new AppError("TOKEN_NOT_FOUND", `there is no token ${id}`);
  return token;
}
