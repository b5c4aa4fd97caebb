/**
 * Keeps the results of queries such as README's and those of home pages: of fields that follow from users' rows, their lists of
 * recommendations, movies, posters and sums of ratings. A kept result is served again only while each of these that it was made from is
 * what it was; everything else is executed.
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
import { createLoaderCache, type LoaderCache, type Loaders } from "../resolvers/request/loaders.js";
import {
  areReadsCurrent,
  getReadsExpiry,
  type Reads,
  readVersions,
  type Versions,
} from "../resolvers/request/reads.js";
import { unixNow } from "../unix-time.js";

/** Fields by type, of which nothing else than that is read (`Reads`). */
const keptFields: Readonly<Record<string, readonly string[]>> = {
  Query: ["user", "popular", "topMovies", "trending"],
  User: ["id", "userId", "gender", "ageGroup", "occupation", "topRated", "recommendations"],
  Recommendation: ["rank", "title", "score", "basis", "similarity", "movie", "reasons"],
  Movie: [
    ...["id", "movieId", "title", "givenTitle", "year", "genres", "poster", "card"],
    ...["imdbId", "imdbUrl", "tmdbId", "linkConfidence", "linkEvidence"],
    ...["ratingCount", "meanRating", "ratingHistogram", "lastRatedOn"],
  ],
  Poster: ["id", "url", "srcset", "width", "height", "source", "palette", "blurhash"],
  PaletteColour: ["name", "hex", "share"],
  Reason: ["text", "movie"],
  RatingReason: ["text", "movie", "rating", "contribution"],
  PosterReason: ["text", "movie", "similarity", "palette"],
  TasteReason: ["text", "movie", "basis", "ratedMovies"],
  TopMovie: ["movie", "score"],
  TrendingMovie: ["movie", "recentRatings"],
};

interface KeptResult {
  result: ExecutionResult;
  reads: Reads;
  versions: Versions;
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

/** Values in the results that are kept, at most. README's result has 27; with the user's list and best-rated movies it takes 9 kB. */
const maxValues = 500_000;

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
  const results = new LRUCache<string, KeptResult>({
    maxSize: maxValues,
    sizeCalculation: ({ result }) => countValues(result.data),
  });
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
      const isServed = isUnchanged || (await isCurrent(loaders, kept));
      if (isServed && !isUnchanged) {
        kept.version = version;
        kept.expiresAt = getReadsExpiry(loaders, kept.reads);
      }
      if (isServed) {
        hits++;
        return kept.result;
      }
    }
    // Before anything is read: what changes meanwhile makes the result stale, not the other way round.
    const versions = await readVersions(services.store).catch(() => undefined);
    const result = (await executeFn(args)) as ExecutionResult;
    if (result.errors === undefined && result.data != null && loaders.reads.isComplete && versions !== undefined) {
      const { reads } = loaders;
      results.set(key, { result, reads, versions, version, expiresAt: getReadsExpiry(loaders, reads) });
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

function isCurrent(loaders: Loaders, { reads, versions }: KeptResult): Promise<boolean> | boolean {
  return unixNow() < reads.expiresAt && areReadsCurrent(loaders, reads, versions);
}

function countValues(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  let count = 1;
  for (const part of Object.values(value)) count += countValues(part);
  return count;
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
