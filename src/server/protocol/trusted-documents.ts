/** Operations that front ends send by the hash of their text, and where only those are answered. */
import { usePersistedOperations } from "@graphql-yoga/plugin-persisted-operations";
import { GraphQLError } from "graphql";
import type { GraphQLParams, Plugin } from "graphql-yoga";
import { LRUCache } from "lru-cache";
import { hasScope } from "../../access/scopes.js";
import type { ErrorCode } from "../../errors.js";
import { documentText } from "../../services/document-store.js";
import type { Services } from "../../services/services.js";
import { sha256Hex } from "../../sha256.js";
import type { Viewers } from "../auth/viewers.js";

/**
 * @param mode `only` answers trusted documents alone, except to the scope admin, who tries queries out
 */
export function useTrustedDocuments(services: Services, mode: "allow" | "only", viewers: Viewers): Plugin {
  const clientsFault = (code: ErrorCode | "BAD_REQUEST", message: string) => ({
    message,
    extensions: { code, http: { status: 400 } },
  });
  const asked = usePersistedOperations({
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
  return {
    onPluginInit({ addPlugin }) {
      addPlugin(useAutomaticQueries((hash) => documentText(services, hash), mode));
      addPlugin(asked);
    },
  };
}

/** So many queries are remembered under their hash, the last asked for. */
const maxRemembered = 1_000;

/**
 * Apollo's automatic persisted queries: a client sends a hash; where the server does not know it, the client sends it again
 * with the text, and from then on the hash is enough. Remembered in memory only; where trusted documents alone are
 * answered, nothing is.
 */
function useAutomaticQueries(trusted: (hash: string) => string | undefined, mode: "allow" | "only"): Plugin {
  const remembered = new LRUCache<string, string>({ max: maxRemembered });
  return {
    onParams({ params, setParams }) {
      const hash = persistedHash(params);
      if (hash === null || mode === "only") return;
      const { query } = params;
      if (query) {
        if (sha256Hex(query) !== hash) {
          throw apolloError(
            400,
            "BAD_REQUEST",
            "expected the SHA-256 of the query in extensions.persistedQuery, received another hash",
          );
        }
        remembered.set(hash, query);
      } else {
        const known = remembered.get(hash) ?? trusted(hash);
        // Apollo's clients look for this code, and send the text.
        if (known === undefined) throw apolloError(200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
        setParams({ ...params, query: known });
      }
    },
  };
}

function apolloError(status: number, code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}

/** As `documentId: "sha256:…"` of the GraphQL over HTTP draft, or as Apollo's and urql's persisted queries. */
function documentIdOf(params: GraphQLParams & { documentId?: unknown }): string | null {
  if (typeof params.documentId === "string") return params.documentId.replace(/^sha256:/, "");
  return persistedHash(params);
}

function persistedHash({ extensions }: GraphQLParams): string | null {
  const persisted: unknown = extensions?.persistedQuery;
  const hash = (persisted as { sha256Hash?: unknown } | null | undefined)?.sha256Hash;
  return typeof hash === "string" ? hash : null;
}
