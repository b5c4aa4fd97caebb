/** What a request read of users, their lists and the catalogue, and whether a later request would read the same. */
import type { UserId } from "../../ids.js";
import type { ListKey, RecommendationCache } from "../../recommend/cache.js";
import type { Reader } from "../../recommend/reader.js";
import type { RecommendedMovie } from "../../recommend/recommend-request.js";
import type { Catalogue } from "../../services/catalogue.js";
import type { User } from "../../store/users.js";

export interface Reads {
  /** Revision of each user that was read; undefined where there is none. */
  users: Map<UserId, number | undefined>;
  lists: { key: ListKey; movies: readonly RecommendedMovie[] }[];
  catalogue: Catalogue | undefined;
  /** False once anything else was read that a result may depend on. */
  isComplete: boolean;
}

export function createReads(): Reads {
  return { users: new Map(), lists: [], catalogue: undefined, isComplete: true };
}

export function recordUsers(reads: Reads, ids: readonly UserId[], users: readonly (User | undefined)[]): void {
  ids.forEach((id, i) => {
    reads.users.set(id, users[i]?.revision);
  });
}

/** Unix seconds, until when all of it stays what it is unless something changes. */
export function getReadsExpiry({ cache }: { cache: RecommendationCache }, { lists }: Reads): number {
  return lists.reduce((least, { key }) => Math.min(least, cache.getExpiry(key)), Number.POSITIVE_INFINITY);
}

/** Whether all of it is what it was. Each check costs a row or less. */
export async function areReadsCurrent(
  reader: Reader & { cache: RecommendationCache },
  { users, lists, catalogue }: Reads,
): Promise<boolean> {
  if (catalogue === undefined || (await reader.catalogue.load()) !== catalogue) return false;
  for (const [id, revision] of users) {
    if ((await reader.userById.load(id))?.revision !== revision) return false;
  }
  for (const { key, movies } of lists) {
    if ((await reader.cache.find(reader, key, await reader.cache.readBasis(reader, key))) !== movies) return false;
  }
  return true;
}
