/** The Pothos schema builder: plugins, authorization scopes and query complexity limits. */
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
    /** May read public data. */
    reader: boolean;
    /** Has a token of any scope. */
    user: boolean;
    editor: boolean;
    admin: boolean;
    /** May read this user's private data. */
    userReader: User;
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
      userReader: (user) => mayReadUser(context, user),
    }),
    unauthorizedError: (_parent, { viewer }, { parentType, fieldName }) =>
      refusal(viewer, `a token that allows ${parentType.name}.${fieldName}`),
  },
  complexity: {
    defaultComplexity: 1,
    defaultListMultiplier: 10,
    limit: limits,
    complexityError: (_kind, complexity) => tooComplex(complexity),
  },
  relay: {
    cursorType: "String",
    decodeGlobalID: (globalId) => parseGlobalId(globalId),
    edgesFieldOptions: {
      nullable: false,
      description: "The items on this page, with their cursors.",
      // The connection field already multiplies by the page size.
      complexity: { field: 0, multiplier: 1 },
    },
    nodeFieldOptions: { nullable: false, description: "The item." },
    cursorFieldOptions: { description: "Position of this item in the list, for `after` and `before`." },
    pageInfoFieldOptions: { description: "Pagination information." },
    pageInfoTypeOptions: { description: "Position of a page in its list." },
    hasNextPageFieldOptions: { description: "Whether more items follow this page." },
    hasPreviousPageFieldOptions: { description: "Whether items precede this page." },
    startCursorFieldOptions: { description: "Cursor of the first item on this page." },
    endCursorFieldOptions: { description: "Cursor of the last item on this page." },
    nodeTypeOptions: { description: "An object with a global id." },
    idFieldOptions: { description: "Global id." },
    nodeQueryOptions: {
      description: "The object with a global id.",
      args: { id: { description: "Global id: the `id` of any object." } },
    },
    nodesQueryOptions: {
      description: "The objects with these global ids, in the order given; null where none exists.",
      args: { ids: { description: `Global ids, at most ${maxPage}.` } },
      resolve: (_root, { ids }, _context, _info, resolveNodes) => {
        if (ids.length > maxPage) {
          throw new AppError("INVALID_ARGUMENT", `expected up to ${maxPage} ids, received ${ids.length}`);
        }
        return resolveNodes([...ids]);
      },
      complexity: ({ ids }) => ({ field: 1, multiplier: ids.length }),
    },
    firstArgOptions: { description: `Number of items from the start, at most ${maxPage}; default ${defaultPage}.` },
    lastArgOptions: { description: `Number of items from the end, at most ${maxPage}.` },
    afterArgOptions: { description: "Only items after this cursor." },
    beforeArgOptions: { description: "Only items before this cursor." },
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
    `expected a query with cost up to ${limits.complexity}, depth up to ${limits.depth} and up to ${limits.breadth} fields, ` +
      `received cost ${complexity}, depth ${depth}, ${breadth} fields: request fewer movies or fields`,
  );
}

/** @throws {AppError} INVALID_ARGUMENT for a query over the limits that the builder applies to its own fields */
export function checkComplexity(query: Complexity): void {
  const { complexity, depth, breadth } = limits;
  if (query.complexity > complexity || query.depth > depth || query.breadth > breadth) throw tooComplex(query);
}

builder.globalConnectionField("totalCount", (t) =>
  t.int({ description: "Total number of items on all pages.", resolve: ({ totalCount }) => totalCount() }),
);

builder.queryType({ authScopes: { reader: true }, description: "All queries." });
builder.mutationType({
  description:
    "All mutations. Each requires the header `Authorization: Bearer <token>` with a token of sufficient scope. The change is on " +
    "disk before the response is sent. Repeating a mutation has no further effect.",
});
builder.subscriptionType({
  authScopes: { reader: true },
  description: "All subscriptions, sent as server-sent events.",
});

builder.scalarType("File", {
  description: "A file upload, sent as https://github.com/jaydenseric/graphql-multipart-request-spec describes.",
  serialize: () => {
    throw new AppError("INVALID_ARGUMENT", "expected File as an input only");
  },
  parseValue: (value) => {
    const file = value as Partial<UploadedFile> | null;
    if (typeof file?.arrayBuffer === "function" && typeof file.size === "number") return file as UploadedFile;
    throw new AppError(
      "INVALID_ARGUMENT",
      `expected a file in a multipart request, received ${received(typeof value === "object" ? JSON.stringify(value) : value)}`,
    );
  },
});
