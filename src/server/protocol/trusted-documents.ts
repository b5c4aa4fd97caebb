/** Trusted documents and automatic persisted queries: operations sent as the hash of their text. */
import { usePersistedOperations } from "@graphql-yoga/plugin-persisted-operations";
import { GraphQLError } from "graphql";
import type { GraphQLParams, Plugin } from "graphql-yoga";
import { LRUCache } from "lru-cache";
import { hasScope } from "../../access/scopes.js";
import type { ErrorCode } from "../../errors.js";
import type { Services } from "../../services/services.js";
import { sha256Hex } from "../../sha256.js";
import type { Viewers } from "../auth/viewers.js";

/**
 * @param mode `only` accepts trusted documents only, except from scope admin, for testing queries
 */
export function useTrustedDocuments({ store }: Services, mode: "allow" | "only", viewers: Viewers): Plugin {
  const clientError = (code: ErrorCode | "BAD_REQUEST", message: string) => ({
    message,
    extensions: { code, http: { status: 400 } },
  });
  const persistedOperations = usePersistedOperations({
    getPersistedOperation: async (hash) => (await store.documents.textByHash(hash)) ?? null,
    extractPersistedOperationId: getDocumentId,
    allowArbitraryOperations: (request) => mode === "allow" || hasScope(viewers.get(request), "admin"),
    customErrors: {
      notFound: clientError(
        "DOCUMENT_NOT_FOUND",
        "no trusted document has this hash: add it with marquee documents add",
      ),
      keyNotFound: clientError("BAD_REQUEST", "Must provide query string."),
      persistedQueryOnly: clientError(
        "DOCUMENT_REQUIRED",
        "this server accepts trusted documents only: send the hash of one instead of a query",
      ),
    },
  }) as Plugin;
  return {
    onPluginInit({ addPlugin }) {
      addPlugin(useAutomaticQueries((hash) => store.documents.textByHash(hash), mode));
      addPlugin(persistedOperations);
    },
  };
}

/** Capacity of the cache of queries by hash (least recently used is evicted). */
const maxCached = 1_000;

/**
 * Apollo's automatic persisted queries: a client sends a hash; if it is unknown, the client sends it again with the query,
 * and from then on the hash is enough. Cached in memory only; with mode `only`, nothing is cached.
 */
function useAutomaticQueries(trusted: (hash: string) => Promise<string | undefined>, mode: "allow" | "only"): Plugin {
  const cached = new LRUCache<string, string>({ max: maxCached });
  return {
    async onParams({ params, setParams }) {
      const hash = persistedHash(params);
      if (hash === null || mode === "only") return;
      const { query } = params;
      if (query) {
        if (sha256Hex(query) !== hash) {
          throw apolloError(
            400,
            "BAD_REQUEST",
            "the hash in extensions.persistedQuery is not the SHA-256 of the query",
          );
        }
        cached.set(hash, query);
      } else {
        const known = cached.get(hash) ?? (await trusted(hash));
        // Apollo's clients check for this code, and then send the query.
        if (known === undefined) throw apolloError(200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
        setParams({ ...params, query: known });
      }
    },
  };
}

function apolloError(status: number, code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}

/** The hash in `documentId: "sha256:…"` (GraphQL over HTTP draft), or in persisted queries of Apollo and urql. */
function getDocumentId(params: GraphQLParams & { documentId?: unknown }): string | null {
  if (typeof params.documentId === "string") return params.documentId.replace(/^sha256:/, "");
  return persistedHash(params);
}

function persistedHash({ extensions }: GraphQLParams): string | null {
  const persisted: unknown = extensions?.persistedQuery;
  const hash = (persisted as { sha256Hash?: unknown } | null | undefined)?.sha256Hash;
  return typeof hash === "string" ? hash : null;
}
