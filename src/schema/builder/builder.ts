/** The one Pothos builder: its plugins, who may call what, and how much one query may ask for. */
import SchemaBuilder from "@pothos/core";
import ComplexityPlugin from "@pothos/plugin-complexity";
import DirectivesPlugin from "@pothos/plugin-directives";
import FederationPlugin from "@pothos/plugin-federation";
import RelayPlugin from "@pothos/plugin-relay";
import ScopeAuthPlugin from "@pothos/plugin-scope-auth";
import { hasScope, refusal } from "../../access/scopes.js";
import { AppError, received } from "../../errors.js";
import type { UploadedFile } from "../../resolvers/movies/set-poster.js";
import { mayReadUser } from "../../resolvers/request/access.js";
import type { Context } from "../../resolvers/request/context.js";
import { defaultPage, maxPage } from "../../resolvers/request/cursors.js";
import { parseGlobalId } from "../../resolvers/request/lookup.js";
import type { User } from "../../resolvers/request/row-types.js";

export const limits = { complexity: 20_000, depth: 12, breadth: 300 };

export const builder = new SchemaBuilder<{
  Context: Context;
  AuthScopes: {
    /** Whoever may read at all. */
    reader: boolean;
    /** Any token. */
    user: boolean;
    editor: boolean;
    admin: boolean;
    /** Whoever may read what is this user's. */
    readerOf: User;
  };
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  Connection: { totalCount: () => number | Promise<number> };
  Scalars: { File: { Input: UploadedFile; Output: never } };
}>({
  plugins: [ScopeAuthPlugin, ComplexityPlugin, RelayPlugin, DirectivesPlugin, FederationPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    authorizeOnSubscribe: true,
    authScopes: (context) => ({
      reader: context.policy.publicRead || hasScope(context.viewer, "user"),
      user: hasScope(context.viewer, "user"),
      editor: hasScope(context.viewer, "editor"),
      admin: hasScope(context.viewer, "admin"),
      readerOf: (user) => mayReadUser(context, user),
    }),
    unauthorizedError: (_parent, { viewer }, { parentType, fieldName }) =>
      refusal(viewer, `a token that allows ${parentType.name}.${fieldName}`),
  },
  complexity: {
    defaultComplexity: 1,
    defaultListMultiplier: 10,
    limit: limits,
    complexityError: (_kind, asked) => tooComplex(asked),
  },
  relay: {
    cursorType: "String",
    decodeGlobalID: (globalId) => parseGlobalId(globalId),
    edgesFieldOptions: {
      nullable: false,
      description: "The objects of this page with their cursors.",
      // The connection itself counts how many there are.
      complexity: { field: 0, multiplier: 1 },
    },
    nodeFieldOptions: { nullable: false, description: "The object itself." },
    cursorFieldOptions: { description: "Where this object stands in the list: for `after` and `before`." },
    pageInfoFieldOptions: { description: "Whether there are more pages." },
    pageInfoTypeOptions: { description: "Where a page stands in its list." },
    hasNextPageFieldOptions: { description: "Whether there is more after this page." },
    hasPreviousPageFieldOptions: { description: "Whether there is more before this page." },
    startCursorFieldOptions: { description: "Cursor of the first object of this page." },
    endCursorFieldOptions: { description: "Cursor of the last object of this page." },
    nodeTypeOptions: { description: "Anything that has a global id." },
    idFieldOptions: { description: "Global id." },
    nodeQueryOptions: {
      description: "Any object by its global id.",
      args: { id: { description: "Global id, as `id` of any object gives it." } },
    },
    nodesQueryOptions: {
      description: "Objects by their global ids, in the order asked; null where there is none.",
      args: { ids: { description: `Global ids, as \`id\` of any object gives them; at most ${maxPage}.` } },
      resolve: (_root, { ids }, _context, _info, resolveNodes) => {
        if (ids.length > maxPage) {
          throw new AppError("INVALID_ARGUMENT", `expected up to ${maxPage} ids, received ${ids.length}`);
        }
        return resolveNodes([...ids]);
      },
      complexity: ({ ids }) => ({ field: 1, multiplier: ids.length }),
    },
    firstArgOptions: { description: `How many from the start, at most ${maxPage}; default ${defaultPage}.` },
    lastArgOptions: { description: `How many from the end, at most ${maxPage}.` },
    afterArgOptions: { description: "Only what follows this cursor." },
    beforeArgOptions: { description: "Only what precedes this cursor." },
    defaultConnectionFieldOptions: {
      complexity: ({ first, last }) => ({
        field: 1,
        multiplier: Math.min(maxPage, Math.max(1, first ?? last ?? defaultPage)),
      }),
    },
  },
});

interface Complexity {
  complexity: number;
  depth: number;
  breadth: number;
}

function tooComplex({ complexity, depth, breadth }: Complexity): AppError {
  return new AppError(
    "INVALID_ARGUMENT",
    `expected a query of cost up to ${limits.complexity}, depth up to ${limits.depth} and up to ${limits.breadth} fields, ` +
      `received cost ${complexity}, depth ${depth}, ${breadth} fields: ask for fewer movies or fields`,
  );
}

/** @throws {AppError} INVALID_ARGUMENT for a query beyond the limits, as every field of the builder's does */
export function checkComplexity(asked: Complexity): void {
  const { complexity, depth, breadth } = limits;
  if (asked.complexity > complexity || asked.depth > depth || asked.breadth > breadth) throw tooComplex(asked);
}

builder.globalConnectionField("totalCount", (t) =>
  t.int({ description: "How many there are in all.", resolve: ({ totalCount }) => totalCount() }),
);

builder.queryType({ authScopes: { reader: true }, description: "Everything that can be read." });
builder.mutationType({
  description:
    "Everything that can be changed. Every mutation needs the header `Authorization: Bearer <token>` with a token whose " +
    "scope allows it; when it is answered, the change is on disk. The same mutation twice has one effect.",
});
builder.subscriptionType({
  authScopes: { reader: true },
  description: "What a server tells by itself, as server-sent events.",
});

builder.scalarType("File", {
  description:
    "A file of a multipart request: https://github.com/jaydenseric/graphql-multipart-request-spec says how it is sent.",
  serialize: () => {
    throw new AppError("INVALID_ARGUMENT", "expected a file as input only");
  },
  parseValue: (value) => {
    const file = value as Partial<UploadedFile> | null;
    if (typeof file?.arrayBuffer === "function" && typeof file.size === "number") return file as UploadedFile;
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a file of a multipart request, received ${received(typeof value === "object" ? JSON.stringify(value) : value)}`,
    );
  },
});
