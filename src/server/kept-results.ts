/**
 * Keeps the results of queries that follow from users' rows, their lists of recommendations and the catalogue alone, such as README's. A
 * kept result is served again only while each of these is what it was made from; everything else is executed.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import { LRUCache } from "lru-cache";
import type { Context } from "../resolvers/request/context.js";
import { createLoaderCache, type LoaderCache } from "../resolvers/request/loaders.js";
import { areReadsCurrent, getReadsExpiry, type Reads } from "../resolvers/request/reads.js";
import { unixNow } from "../unix-time.js";

/** Fields by type, of which nothing else than that is read. */
const keptFields: Readonly<Record<string, readonly string[]>> = {
  Query: ["user"],
  User: ["userId", "topRated", "recommendations"],
  Recommendation: ["rank", "title", "score", "basis", "similarity"],
};

interface KeptResult {
  result: ExecutionResult;
  reads: Reads;
  /** Of the whole store, when the reads were last what they are. */
  version: string;
  /** Unix seconds, until when they stay so unless the store changes. */
  expiresAt: number;
}

export interface KeptResults {
  plugin: Plugin;
  /** Results that were served again. */
  readonly hits: number;
}

const maxKept = 20_000;

/** What is kept between requests. */
export interface AppCache {
  lists: LoaderCache;
  results: KeptResults;
}

/** @param isOn whether anything is kept */
export function createAppCache(isOn = true): AppCache {
  return { lists: createLoaderCache(isOn), results: createKeptResults(isOn) };
}

function createKeptResults(isOn: boolean): KeptResults {
  const results = new LRUCache<string, KeptResult>({ max: maxKept });
  const names = new WeakMap<DocumentNode, string | null>();
  let documents = 0;
  let hits = 0;

  /** A name for a document of which all fields are kept; null for any other. */
  function getName(args: ExecutionArgs): string | null {
    const known = names.get(args.document);
    if (known !== undefined) return known;
    const name = isKept(args) ? String(documents++) : null;
    names.set(args.document, name);
    return name;
  }

  async function execute(args: ExecutionArgs, executeFn: (args: ExecutionArgs) => unknown): Promise<unknown> {
    const name = getName(args);
    if (!isOn || name === null) return executeFn(args);
    const { loaders, services, viewer } = args.contextValue as Context;
    // Where the store cannot be read, the fields say so.
    const version = await services.store.version().catch(() => undefined);
    if (version === undefined) return executeFn(args);
    const key = JSON.stringify([name, args.operationName, args.variableValues, viewer.scope, viewer.userId]);
    const kept = results.get(key);
    if (kept !== undefined) {
      const isUnchanged = kept.version === version && unixNow() < kept.expiresAt;
      if (isUnchanged || (await areReadsCurrent(loaders, kept.reads))) {
        hits++;
        kept.version = version;
        return kept.result;
      }
    }
    const result = (await executeFn(args)) as ExecutionResult;
    if (result.errors === undefined && result.data != null && loaders.reads.isComplete) {
      const { reads } = loaders;
      results.set(key, { result, reads, version, expiresAt: getReadsExpiry(loaders, reads) });
    }
    return result;
  }

  return {
    get hits() {
      return hits;
    },
    plugin: {
      onExecute: ({ executeFn, setExecuteFn }) => setExecuteFn((args: ExecutionArgs) => execute(args, executeFn)),
    },
  };
}

/** Whether the document has queries alone, without directives that split their results, and selects kept fields only. */
function isKept({ document, schema }: ExecutionArgs): boolean {
  let isWhole = document.definitions.every(
    (definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ||
      (definition.kind === Kind.OPERATION_DEFINITION && definition.operation === "query"),
  );
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name: { value } }) {
        const parent = types.getParentType()?.name ?? "";
        if (value !== "__typename" && !keptFields[parent]?.includes(value)) isWhole = false;
      },
      Directive({ name: { value } }) {
        if (value !== "include" && value !== "skip") isWhole = false;
      },
    }),
  );
  return isWhole;
}
