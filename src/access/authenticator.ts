/** Turns a request's bearer token into its viewer. */
import { hasToken, type Token, tokenOf, touchToken } from "../db/tokens.js";
import { write } from "../db/write.js";
import { AppError } from "../errors.js";
import type { Services } from "../services/services.js";
import { unixNow } from "../unix-time.js";
import type { Viewer } from "./viewer.js";

export interface Authenticator {
  /**
   * The viewer of an Authorization header; the public where there is none.
   * @throws {AppError} UNAUTHENTICATED for a header that carries no token of this server; as the token's checker
   */
  viewerOf(authorization: string | null): Promise<Viewer>;
}

/** Checks a token that is not this server's own, such as a JWT. @throws {AppError} UNAUTHENTICATED where it is none; KEYS_UNREACHABLE */
export type TokenChecker = (token: string) => Promise<Viewer>;

const publicViewer: Viewer = { scope: "public", userId: null, key: null };
/** When a token was last used is kept to the minute: reading should not write to the disk each time. */
const touchEverySeconds = 60;

export function createAuthenticator(services: Services, checkOther?: TokenChecker): Authenticator {
  const { db } = services;
  const touched = new Map<number, number>();

  function touch({ id, lastUsedAt }: Token): void {
    const now = unixNow();
    if (now - (touched.get(id) ?? lastUsedAt ?? 0) < touchEverySeconds) return;
    touched.set(id, now);
    // What another process's lock delays is not waited for; the next use writes it.
    write(db, () => touchToken(db, id, now), 100).catch(() => touched.delete(id));
  }

  return {
    async viewerOf(authorization) {
      if (authorization === null) return publicViewer;
      const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
      if (secret === undefined) throw invalidToken();
      const token = tokenOf(db, secret);
      if (token !== undefined) {
        touch(token);
        return {
          scope: token.scope,
          userId: token.userId,
          key: `token ${token.id}`,
          isStillGood: () => hasToken(db, token.id),
        };
      }
      if (checkOther !== undefined && secret.split(".").length === 3) return checkOther(secret);
      throw invalidToken();
    },
  };
}

export function invalidToken(cause?: unknown): AppError {
  return new AppError(
    "UNAUTHENTICATED",
    "expected the header Authorization: Bearer <token> with a token of this server, received another: leave the header out to read what is public",
    { cause },
  );
}
