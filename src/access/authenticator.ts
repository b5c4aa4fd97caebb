/** Turns a request's bearer token into its viewer. */
import { timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import { AppError } from "../errors.js";
import type { Services } from "../services/services.js";
import type { Token, TokenStore } from "../store/tokens.js";
import { unixNow } from "../unix-time.js";
import { hashSecret } from "./token-secrets.js";
import type { Viewer } from "./viewer.js";

export interface Authenticator {
  /**
   * The viewer of an Authorization header; the public where there is none.
   * @throws {AppError} UNAUTHENTICATED for a header that carries no token of this server; as the token's checker
   */
  getViewer(authorization: string | null): Promise<Viewer>;
}

/** Checks a token that is not this server's own, such as a JWT. @throws {AppError} UNAUTHENTICATED where it is none; KEYS_UNREACHABLE */
export type TokenChecker = (token: string) => Promise<Viewer>;

const publicViewer: Viewer = { scope: "public", userId: null, key: null };
/** When a token was last used is kept to the minute: reading should not write to the disk each time. */
const touchEverySeconds = 60;
/** Tokens whose last use is remembered. */
const maxTouched = 10_000;

export function createAuthenticator(
  { store: { tokens } }: Pick<Services, "store">,
  checkOther?: TokenChecker,
): Authenticator {
  const touch = createTouch(tokens);
  return {
    async getViewer(authorization) {
      if (authorization === null) return publicViewer;
      const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (secret === undefined) throw invalidToken();
      const token = await findToken(tokens, secret);
      if (token !== undefined) {
        touch(token);
        return {
          scope: token.scope,
          userId: token.userId,
          key: `token ${token.id}`,
          isStillGood: () => tokens.has(token.id),
        };
      }
      if (checkOther !== undefined && secret.split(".").length === 3) return checkOther(secret);
      throw invalidToken();
    },
  };
}

/**
 * The token of a secret, or undefined. It is looked up by its hash, and the hashes are compared in constant time: how long either
 * takes tells nothing of a token that one could use.
 */
async function findToken(tokens: TokenStore, secret: string): Promise<Token | undefined> {
  const hash = hashSecret(secret);
  const token = await tokens.byHash(hash);
  return token !== undefined && timingSafeEqual(Buffer.from(token.hash), Buffer.from(hash)) ? token : undefined;
}

/** @returns a function that records the use of a token in the background */
function createTouch(tokens: TokenStore): (token: Token) => void {
  const touched = new LRUCache<number, number>({ max: maxTouched });
  return ({ id, lastUsedAt }) => {
    const now = unixNow();
    if (now - (touched.get(id) ?? lastUsedAt ?? 0) < touchEverySeconds) return;
    touched.set(id, now);
    // Where another process writes, the next use records it.
    tokens.touch(id, now).catch(() => void touched.delete(id));
  };
}

export function invalidToken(cause?: unknown): AppError {
  return new AppError(
    "UNAUTHENTICATED",
    "expected the header Authorization: Bearer <token> with a token of this server, received another: leave the header out to read what is public",
    { cause },
  );
}
