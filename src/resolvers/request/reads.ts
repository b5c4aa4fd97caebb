/** What a request read, and whether a later request would read the same. */
import type { MovieId, UserId } from "../../ids.js";
import type { Predictor } from "../../ml/model/predictor.js";
import type { ListKey, RecommendationCache } from "../../recommend/cache.js";
import type { Reader } from "../../recommend/reader.js";
import type { RecommendedMovie } from "../../recommend/recommend-request.js";
import type { Catalogue } from "../../services/catalogue.js";
import type { Store } from "../../store/store.js";
import type { User } from "../../store/users.js";

export interface Reads {
  /** Revision of each user that was read; undefined where there is none. */
  users: Map<UserId, number | undefined>;
  /** Content of the poster of each movie whose poster was read; undefined where there is none. */
  posters: Map<MovieId, string | undefined>;
  lists: { key: ListKey; movies: readonly RecommendedMovie[] }[];
  catalogue: Catalogue | undefined;
  model: Predictor | undefined;
  /** Whether rows of movies were read, and whether sums of ratings were. */
  movies: boolean;
  ratings: boolean;
  /** Unix seconds, until when all of it stays what it is unless something changes. */
  expiresAt: number;
  /** False once anything else was read that a result may depend on. */
  isComplete: boolean;
}

export function createReads(): Reads {
  return {
    users: new Map(),
    posters: new Map(),
    lists: [],
    catalogue: undefined,
    model: undefined,
    movies: false,
    ratings: false,
    expiresAt: Number.POSITIVE_INFINITY,
    isComplete: true,
  };
}

export function recordUsers(reads: Reads, ids: readonly UserId[], users: readonly (User | undefined)[]): void {
  for (let i = 0; i < ids.length; i++) reads.users.set(ids[i], users[i]?.revision);
}

/** What was read is not known to last longer. @param at Unix seconds */
export function expireBy(reads: Reads, at: number): void {
  reads.expiresAt = Math.min(reads.expiresAt, at);
}

/** Unix seconds, until when all of it stays what it is unless something changes. */
export function getReadsExpiry({ cache }: { cache: RecommendationCache }, { lists, expiresAt }: Reads): number {
  return lists.reduce((least, { key }) => Math.min(least, cache.getExpiry(key)), expiresAt);
}

/** Versions of what is not compared row by row, of the time before anything was read. */
export interface Versions {
  movies: string;
  ratings: string;
}

export async function readVersions({ movies, ratings }: Store): Promise<Versions> {
  return { movies: await movies.version(), ratings: await ratings.version() };
}

/** Whether all of it is what it was. Each check costs a row or less. */
export async function areReadsCurrent(
  reader: Reader & { cache: RecommendationCache },
  reads: Reads,
  versions: Versions,
): Promise<boolean> {
  const { store } = reader.services;
  if (reads.movies && (await store.movies.version()) !== versions.movies) return false;
  if (reads.ratings && (await store.ratings.version()) !== versions.ratings) return false;
  if (reads.catalogue !== undefined && (await reader.catalogue.load()) !== reads.catalogue) return false;
  if (reads.model !== undefined && (await reader.model.load()) !== reads.model) return false;
  for (const [id, revision] of reads.users) {
    if ((await reader.userById.load(id))?.revision !== revision) return false;
  }
  const posters = await reader.posters.load([...reads.posters.keys()]);
  let next = 0;
  for (const content of reads.posters.values()) if (posters[next++]?.sha256 !== content) return false;
  for (const { key, movies } of reads.lists) {
    if ((await reader.cache.find(reader, key, await reader.cache.readBasis(reader, key))) !== movies) return false;
  }
  return true;
}
