/** Tokens, and mutations that create and revoke them. */
import { inField } from "../../errors.js";
import { userIdOf } from "../../resolvers/request/lookup.js";
import {
  allTokens,
  createTokenSchema,
  makeToken,
  revokeToken,
  type Token as TokenRow,
} from "../../resolvers/system/edit-tokens.js";
import { builder } from "../builder/builder.js";
import { addMutation } from "../builder/mutation.js";
import { Token, User } from "../builder/refs.js";
import { isoOf } from "../builder/time.js";

const TokenScope = builder.enumType("TokenScope", {
  description: "What a token allows; each scope allows what those before it do.",
  values: {
    USER: { value: "user", description: "To read and change one user's ratings and demographics." },
    EDITOR: { value: "editor", description: "To change links, posters and movies." },
    ADMIN: { value: "admin", description: "Everything: all users, and tokens." },
  } as const,
});

Token.implement({
  description: "Lets its bearer do what its scope allows. The token itself is nowhere kept.",
  fields: (t) => ({
    tokenId: t.exposeInt("id", { description: "Its number, to revoke it by." }),
    name: t.exposeString("name", { description: "What it is for." }),
    scope: t.expose("scope", { type: TokenScope, description: "What it allows." }),
    user: t.field({
      type: User,
      nullable: true,
      description: "Whose ratings it may read and change; null where it is nobody's.",
      resolve: ({ userId }, _args, { loaders }) => (userId === null ? null : loaders.userById.load(userId)),
    }),
    createdAt: t.string({ description: "When, as ISO 8601 in UTC.", resolve: ({ createdAt }) => isoOf(createdAt) }),
    lastUsedAt: t.string({
      nullable: true,
      description: "When it was last used, to the minute, as ISO 8601 in UTC; null where it never was.",
      resolve: ({ lastUsedAt }) => (lastUsedAt === null ? null : isoOf(lastUsedAt)),
    }),
  }),
});

builder.queryField("tokens", (t) =>
  t.field({
    type: [Token],
    authScopes: { admin: true },
    description: "Every token of this server, the oldest first.",
    resolve: (_root, _args, { services }) => allTokens(services),
  }),
);

const CreateTokenInput = builder.inputType("CreateTokenInput", {
  description: "A token to make.",
  fields: (t) => ({
    name: t.string({ required: true, description: "What it is for, 1 to 100 characters." }),
    scope: t.field({ type: TokenScope, required: true, description: "What it allows." }),
    userId: t.id({ description: "Number or global id of the user that it is for; the scope USER needs one." }),
  }),
});

const CreateTokenPayload = builder.objectRef<{ secret: string; token: TokenRow }>("CreateTokenPayload").implement({
  description: "A new token.",
  fields: (t) => ({
    secret: t.exposeString("secret", { description: "What to send behind `Bearer`; shown only now." }),
    token: t.field({ type: Token, description: "The token.", resolve: ({ token }) => token }),
  }),
});

addMutation("createToken", {
  scope: "admin",
  description: "Makes a token. Called twice, it makes two: nobody can be shown the first one again.",
  input: CreateTokenInput,
  inputDescription: "What it is for and allows.",
  validate: createTokenSchema,
  payload: CreateTokenPayload,
  resultDescription: "The token, or why none was made.",
  errors: ["INVALID_ID", "USER_NOT_FOUND"],
  resolve: ({ services }, { name, scope, userId }) =>
    makeToken(services, { name, scope, userId: userId == null ? null : inField(["userId"], () => userIdOf(userId)) }),
});

const RevokeTokenInput = builder.inputType("RevokeTokenInput", {
  description: "A token that is to allow nothing any more.",
  fields: (t) => ({ tokenId: t.int({ required: true, description: "Its number." }) }),
});

const RevokeTokenPayload = builder.objectRef<{ token: TokenRow }>("RevokeTokenPayload").implement({
  description: "What the token was.",
  fields: (t) => ({ token: t.field({ type: Token, description: "The token.", resolve: ({ token }) => token }) }),
});

addMutation("revokeToken", {
  scope: "admin",
  description: "Revokes a token: the next request with it is refused.",
  input: RevokeTokenInput,
  inputDescription: "The token.",
  payload: RevokeTokenPayload,
  resultDescription: "What the token was, or why nothing changed.",
  errors: ["TOKEN_NOT_FOUND"],
  resolve: async ({ services }, { tokenId }) => ({ token: await revokeToken(services, tokenId) }),
});
