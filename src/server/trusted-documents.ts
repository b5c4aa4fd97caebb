/** Operations that front ends send by the hash of their text, and where only those are answered. */
import { usePersistedOperations } from "@graphql-yoga/plugin-persisted-operations";
import type { GraphQLParams, Plugin } from "graphql-yoga";
import type { ErrorCode } from "../errors.js";
import { documentText } from "../resolvers/documents.js";
import type { Services } from "../resolvers/services.js";
import { hasScope } from "../resolvers/viewer.js";
import type { Viewers } from "./authenticate.js";

/**
 * @param mode `only` answers trusted documents alone, except to the scope admin, who tries queries out
 */
export function useTrustedDocuments(services: Services, mode: "allow" | "only", viewers: Viewers): Plugin {
  const clientsFault = (code: ErrorCode | "BAD_REQUEST", message: string) => ({
    message,
    extensions: { code, http: { status: 400 } },
  });
  return usePersistedOperations({
    getPersistedOperation: (hash) => documentText(services, hash) ?? null,
    extractPersistedOperationId: documentIdOf,
    allowArbitraryOperations: (request) => mode === "allow" || hasScope(viewers.of(request), "admin"),
    customErrors: {
      notFound: clientsFault(
        "DOCUMENT_NOT_FOUND",
        "expected the SHA-256 of a trusted document, received another: add it with marquee documents add",
      ),
      keyNotFound: clientsFault("BAD_REQUEST", "Must provide query string."),
      persistedQueryOnly: clientsFault(
        "DOCUMENT_REQUIRED",
        "expected the hash of a trusted document, received a query: this server answers trusted documents only",
      ),
    },
  }) as Plugin;
}

/** As `documentId: "sha256:…"` of the GraphQL over HTTP draft, or as Apollo's and urql's persisted queries. */
function documentIdOf(params: GraphQLParams & { documentId?: unknown }): string | null {
  if (typeof params.documentId === "string") return params.documentId.replace(/^sha256:/, "");
  const persisted: unknown = params.extensions?.persistedQuery;
  const hash = (persisted as { sha256Hash?: unknown } | null | undefined)?.sha256Hash;
  return typeof hash === "string" ? hash : null;
}
