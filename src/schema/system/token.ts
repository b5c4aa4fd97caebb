/** The Token type, and the query and mutations for tokens. */
import { inField } from "../../errors.js";
import { toUserId } from "../../resolvers/request/lookup.js";
import {
  allTokens,
  createTokenSchema,
  makeToken,
  revokeToken,
  type Token as TokenRow,
} from "../../resolvers/system/edit-tokens.js";
import { builder } from "../builder/builder.js";
import { addMutation } from "../builder/mutation.js";
import { TokenRef, UserRef } from "../builder/refs.js";
import { toIsoString } from "../builder/time.js";

const TokenScope = builder.enumType("TokenScope", {
  description: "Permissions of a token; each scope includes those before it.",
  values: {
    USER: { value: "user", description: "Reading and changing one user's ratings and demographics." },
    EDITOR: { value: "editor", description: "Changing links, posters and movies." },
    ADMIN: { value: "admin", description: "Everything, including all users and tokens." },
  } as const,
});

TokenRef.implement({
  description: "A bearer token with the permissions of its scope. Its secret is not stored.",
  fields: (t) => ({
    tokenId: t.exposeInt("id", { description: "Number, for `revokeToken`." }),
    name: t.exposeString("name", { description: "Purpose of the token." }),
    scope: t.expose("scope", { type: TokenScope, description: "Permissions of the token." }),
    user: t.field({
      type: UserRef,
      nullable: true,
      description: "User whose ratings it may read and change; null if it has none.",
      resolve: ({ userId }, _args, { loaders }) => (userId === null ? null : loaders.userById.load(userId)),
    }),
    createdAt: t.string({
      description: "Time of creation, ISO 8601 in UTC.",
      resolve: ({ createdAt }) => toIsoString(createdAt),
    }),
    lastUsedAt: t.string({
      nullable: true,
      description: "Time of last use, to the minute, ISO 8601 in UTC; null if never used.",
      resolve: ({ lastUsedAt }) => (lastUsedAt === null ? null : toIsoString(lastUsedAt)),
    }),
  }),
});

builder.queryField("viewerScope", (t) =>
  t.field({
    type: TokenScope,
    nullable: true,
    description: "The scope of the request's token, for front ends that offer what it allows; null without a token.",
    resolve: (_root, _args, { viewer: { scope } }) => (scope === "public" ? null : scope),
  }),
);

builder.queryField("tokens", (t) =>
  t.field({
    type: [TokenRef],
    authScopes: { admin: true },
    description: "All tokens of this server, oldest first.",
    resolve: (_root, _args, { services }) => allTokens(services),
  }),
);

const CreateTokenInput = builder.inputType("CreateTokenInput", {
  description: "A token to create.",
  fields: (t) => ({
    name: t.string({ required: true, description: "Purpose of the token, 1 to 100 characters." }),
    scope: t.field({ type: TokenScope, required: true, description: "Permissions of the token." }),
    userId: t.id({ description: "Number or global id of the token's user; required for scope USER." }),
  }),
});

const CreateTokenPayload = builder.objectRef<{ secret: string; token: TokenRow }>("CreateTokenPayload").implement({
  description: "A new token.",
  fields: (t) => ({
    secret: t.exposeString("secret", { description: "Secret to send after `Bearer`; shown only once." }),
    token: t.field({ type: TokenRef, description: "The token.", resolve: ({ token }) => token }),
  }),
});

addMutation("createToken", {
  scope: "admin",
  description: "Creates a token. Each call creates another one, since a secret cannot be shown again.",
  input: CreateTokenInput,
  inputDescription: "Purpose, permissions and user of the token.",
  validate: createTokenSchema,
  payload: CreateTokenPayload,
  resultDescription: "The token, or the reason for the failure.",
  errors: ["INVALID_ID", "USER_NOT_FOUND"],
  resolve: ({ services }, { name, scope, userId }) =>
    makeToken(services, { name, scope, userId: userId == null ? null : inField(["userId"], () => toUserId(userId)) }),
});

const RevokeTokenInput = builder.inputType("RevokeTokenInput", {
  description: "A token to revoke.",
  fields: (t) => ({ tokenId: t.int({ required: true, description: "Number of the token." }) }),
});

const RevokeTokenPayload = builder.objectRef<{ token: TokenRow }>("RevokeTokenPayload").implement({
  description: "The revoked token.",
  fields: (t) => ({ token: t.field({ type: TokenRef, description: "The token.", resolve: ({ token }) => token }) }),
});

addMutation("revokeToken", {
  scope: "admin",
  description: "Revokes a token. The next request with it is refused.",
  input: RevokeTokenInput,
  inputDescription: "The token.",
  payload: RevokeTokenPayload,
  resultDescription: "The revoked token, or the reason for the failure.",
  errors: ["TOKEN_NOT_FOUND"],
  resolve: async ({ services }, { tokenId }) => ({ token: await revokeToken(services, tokenId) }),
});
