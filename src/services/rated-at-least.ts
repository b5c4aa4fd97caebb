/** The movies that have at least so many ratings, as filters of recommendations ask, kept until ratings change them. */
import { LRUCache } from "lru-cache";
import type { MovieId } from "../ids.js";
import type { Audience } from "../store/statistics.js";
import type { Store } from "../store/store.js";

/** The same set as long as the same movies are in it, so that what was made from it is known to be current. */
export type RatedAtLeast = (audience: Audience, min: number) => Promise<ReadonlySet<MovieId>>;

/** Audiences and numbers that are asked for: front ends use a few. */
const maxKept = 50;

/** @param cache whether sets are kept */
export function createRatedAtLeast(
  { ratings, statistics }: Pick<Store, "ratings" | "statistics">,
  cache = true,
): RatedAtLeast {
  if (!cache) return (audience, min) => statistics.ratedAtLeast(audience, min);
  const kept = new LRUCache<string, { version: string; movies: ReadonlySet<MovieId> }>({ max: maxKept });
  return async (audience, min) => {
    const name = `${audience} ${min}`;
    const before = kept.get(name);
    const version = await ratings.version();
    if (before?.version === version) return before.movies;
    const read = await statistics.ratedAtLeast(audience, min);
    const movies = before !== undefined && isSame(before.movies, read) ? before.movies : read;
    kept.set(name, { version, movies });
    return movies;
  };
}

function isSame(a: ReadonlySet<MovieId>, b: ReadonlySet<MovieId>): boolean {
  if (a.size !== b.size) return false;
  for (const id of b) if (!a.has(id)) return false;
  return true;
}
