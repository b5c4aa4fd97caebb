/** Verifies JWTs from an identity provider against its published keys. */
import {
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
import type { TokenChecker } from "../../access/authenticator.js";
import type { Viewer } from "../../access/viewer.js";
import { AppError } from "../../errors.js";
import { parseUserId } from "../../ids.js";

export interface JwtOptions {
  /** URL of the provider's key set. */
  jwksUrl: string;
  issuer: string;
  audience: string;
  /** Claim with the number of the user to whom the token belongs. */
  userClaim: string;
  /** Claims with the scopes of a token: a space-separated string or a list. */
  scopeClaims: readonly string[];
}

/** Public-key signatures only: no shared secrets, and never `none`. */
const algorithms = ["RS256", "ES256"];

/** Tolerance for clock skew between machines. */
const leewaySeconds = 10;

/**
 * Checks signature, issuer, audience and times. Keys are fetched on first use, and again for an unknown key.
 * The scope is `marquee:user`, `marquee:editor` or `marquee:admin` in one of `scopeClaims`, possibly among others.
 */
export function createJwtChecker({ jwksUrl, issuer, audience, userClaim, scopeClaims }: JwtOptions): TokenChecker {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 5_000, cooldownDuration: 30_000 });
  return async (token) => {
    let payload: JWTPayload;
    try {
      payload = await verify(token, keys, {
        issuer,
        audience,
        algorithms,
        requiredClaims: ["exp"],
        clockTolerance: leewaySeconds,
      });
    } catch (cause) {
      if (cause instanceof errors.JWTExpired) {
        throw new AppError("UNAUTHENTICATED", "the token has expired: request a new one", {
          cause,
        });
      }
      if (cause instanceof errors.JOSEError && cause.code !== "ERR_JWKS_TIMEOUT" && !isUnreachable(cause)) {
        throw new AppError("UNAUTHENTICATED", `the token was refused: ${getRefusalReason(cause)}`, { cause });
      }
      throw new AppError("KEYS_UNREACHABLE", "the identity provider's keys cannot be fetched: try again later", {
        cause,
      });
    }
    return toViewer(payload, userClaim, scopeClaims);
  };
}

function getRefusalReason(cause: errors.JOSEError): string {
  if (cause instanceof errors.JWTClaimValidationFailed) {
    const problem = cause.reason === "missing" ? "is missing" : "has an unexpected value";
    return `its claim ${cause.claim} ${problem}`;
  }
  if (cause instanceof errors.JWSSignatureVerificationFailed) return "its signature is invalid";
  if (cause instanceof errors.JWKSNoMatchingKey) return "the identity provider has no key for it";
  if (cause instanceof errors.JOSEAlgNotAllowed) return `its algorithm is not ${algorithms.join(" or ")}`;
  return "it is not a valid JWT";
}

/** Verifies a token; if it does not name its key, every matching key is tried. */
async function verify(token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
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

/** Whether the key set could not be read: jose reports a response that is not a key set with its generic code. */
function isUnreachable(error: errors.JOSEError): boolean {
  return error.code === "ERR_JOSE_GENERIC";
}

function toViewer(payload: JWTPayload, userClaim: string, scopeClaims: readonly string[]): Viewer {
  // Some providers set no subject for machine clients; without either claim, the client is identified by its address.
  const client = payload.client_id ?? payload.azp;
  const key = payload.sub !== undefined ? `subject ${payload.sub}` : client !== undefined ? `client ${client}` : null;
  const scopes = scopeClaims.flatMap((name) => parseWords(payload[name]));
  const scope = (["admin", "editor", "user"] as const).find((name) => scopes.includes(`marquee:${name}`));
  const claimed = payload[userClaim];
  const userId = claimed === undefined ? null : (parseUserId(String(claimed)) ?? null);
  if (scope === undefined || (scope === "user" && userId === null)) {
    // A valid token without a Marquee scope may read public data.
    const lacks =
      scope === undefined
        ? "a token without a Marquee scope: marquee:user, marquee:editor or marquee:admin"
        : `a token of the scope user without the claim ${userClaim}`;
    return { scope: "public", userId: null, key, lacks };
  }
  const expires = (payload.exp ?? 0) + leewaySeconds;
  return { scope, userId, key, isStillGood: async () => Date.now() / 1000 < expires };
}

/** The words of a space-separated string or a list. */
function parseWords(claim: unknown): string[] {
  if (typeof claim === "string") return claim.split(" ");
  return Array.isArray(claim) ? claim.filter((word): word is string => typeof word === "string") : [];
}
