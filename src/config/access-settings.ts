/** Settings of who may read and change what: tokens, public data, and JWTs of an identity provider. */
import * as z from "zod";
import { commaSeparated, onOff, type Setting, secureUrlOrEmpty } from "./setting.js";

export const accessSettings = {
  auth: {
    env: "AUTH",
    flag: "auth",
    default: "on",
    description:
      "require a token for mutations and private data: on, or off, which is allowed on a loopback address only and turns CORS off",
    expected: "on or off",
    schema: z.enum(["on", "off"]),
  },
  publicRead: {
    env: "PUBLIC_READ",
    flag: "public-read",
    default: "on",
    description: "let clients read public data without a token: on or off",
    expected: "on or off",
    schema: onOff,
  },
  publicUsers: {
    env: "PUBLIC_USERS",
    flag: "public-users",
    default: "published",
    description:
      "choose whose ratings and demographics everybody may read: all, none, or published for those of published data sets (GroupLens' and the embedded one)",
    expected: "published, all or none",
    schema: z.enum(["published", "all", "none"]),
  },
  jwksUrl: {
    env: "JWT_JWKS_URL",
    flag: "jwt-jwks-url",
    default: "",
    description: "accept JWTs (RS256, ES256) signed with the keys that an identity provider publishes at this address",
    expected: "an https address, or an http address of this machine, or nothing",
    schema: secureUrlOrEmpty,
  },
  jwtIssuer: {
    env: "JWT_ISSUER",
    flag: "jwt-issuer",
    default: "",
    description: "require this issuer in JWTs",
    expected: "a text of up to 1000 characters",
    schema: z.string().max(1000),
  },
  jwtAudience: {
    env: "JWT_AUDIENCE",
    flag: "jwt-audience",
    default: "",
    description: "require this audience in JWTs",
    expected: "a text of up to 1000 characters",
    schema: z.string().max(1000),
  },
  jwtUserClaim: {
    env: "JWT_USER_CLAIM",
    flag: "jwt-user-claim",
    default: "marquee_user_id",
    description: "read the user's number from this claim of a JWT",
    expected: "a name of up to 200 characters",
    schema: z.string().min(1).max(200),
  },
  jwtScopeClaims: {
    env: "JWT_SCOPE_CLAIMS",
    flag: "jwt-scope-claims",
    default: "scope,scp,permissions",
    description: "read the scopes of a JWT, as text or a list, from these claims",
    expected: "names with commas between",
    schema: commaSeparated.pipe(z.array(z.string().min(1).max(200))),
  },
} satisfies Record<string, Setting>;
