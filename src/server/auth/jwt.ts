/** Tokens of an identity provider: JWTs, checked against the keys that it publishes. */
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import { invalidToken, type TokenChecker } from "../../access/authenticator.js";
import type { Viewer } from "../../access/viewer.js";
import { AppError } from "../../errors.js";
import { parseUserId } from "../../ids.js";

export interface JwtOptions {
  /** Where the provider publishes its keys. */
  jwksUrl: string;
  issuer: string;
  audience: string;
  /** Claim that holds the number of the user whose ratings are theirs. */
  userClaim: string;
  /** Claims that hold what a token allows: a text with blanks, or a list. */
  scopeClaims: readonly string[];
}

/** Only signatures of key pairs: a shared secret would have to be known here, and `none` is none. */
const algorithms = ["RS256", "ES256"];

/** The clocks of two machines differ by some seconds. */
const leewaySeconds = 10;

/**
 * Checks signature, issuer, audience and times; keys are fetched when they are first needed, and again for an unknown one.
 * What a token allows stands in one of `scopeClaims`: `marquee:user`, `marquee:editor` or `marquee:admin` among others.
 */
export function createJwtChecker({ jwksUrl, issuer, audience, userClaim, scopeClaims }: JwtOptions): TokenChecker {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 5_000, cooldownDuration: 30_000 });
  return async (token) => {
    let payload: JWTPayload;
    try {
      payload = await verified(token, keys, {
        issuer,
        audience,
        algorithms,
        requiredClaims: ["exp"],
        clockTolerance: leewaySeconds,
      });
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) {
        throw new AppError("UNAUTHENTICATED", "expected a token that is still good, received one that has expired", {
          cause,
        });
      }
      if (cause instanceof errors.JOSEError && cause.code !== "ERR_JWKS_TIMEOUT" && !isUnreachable(cause)) {
        throw invalidToken(cause);
      }
      throw new AppError("KEYS_UNREACHABLE", "expected the identity provider's keys, but they cannot be fetched now", {
        cause,
      });
    }
    return viewerOfClaims(payload, userClaim, scopeClaims);
  };
}

/** A token need not say by which of several keys it was signed: each is tried. */
async function verified(token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

/** jose gives its general code to an answer that is no key set. */
function isUnreachable(error: errors.JOSEError): boolean {
  return error.code === "ERR_JOSE_GENERIC";
}

function viewerOfClaims(payload: JWTPayload, userClaim: string, scopeClaims: readonly string[]): Viewer {
  // A machine has no subject with some providers; without either, its address is its own.
  const client = payload.client_id ?? payload.azp;
  const key = payload.sub !== undefined ? `subject ${payload.sub}` : client !== undefined ? `client ${client}` : null;
  const scopes = scopeClaims.flatMap((name) => wordsOf(payload[name]));
  const scope = (["admin", "editor", "user"] as const).find((name) => scopes.includes(`marquee:${name}`));
  const claimed = payload[userClaim];
  const userId = claimed === undefined ? null : (parseUserId(String(claimed)) ?? null);
  if (scope === undefined || (scope === "user" && userId === null)) {
    // A token of the provider that says nothing of Marquee lets its bearer read what everybody may.
    const lacks =
      scope === undefined
        ? "a token without a Marquee scope: marquee:user, marquee:editor or marquee:admin"
        : `a token of the scope user without the claim ${userClaim}`;
    return { scope: "public", userId: null, key, lacks };
  }
  const expires = (payload.exp ?? 0) + leewaySeconds;
  return { scope, userId, key, isStillGood: async () => Date.now() / 1000 < expires };
}

/** Of a text with blanks, or a list of words. */
function wordsOf(claim: unknown): string[] {
  if (typeof claim === "string") return claim.split(" ");
  return Array.isArray(claim) ? claim.filter((word): word is string => typeof word === "string") : [];
}
