/** When each poster provider was last asked for a movie, and what it answered. */
import { inArray } from "drizzle-orm";
import type { MovieId } from "../ids.js";
import type { Database } from "./open.js";
import { posterFetches } from "./tables.js";

export type PosterFetch = typeof posterFetches.$inferSelect;

/** Every source's last word on movies, in no order. */
export function posterFetchesOf(db: Database, ids: readonly MovieId[]): PosterFetch[] {
  return db.orm
    .select()
    .from(posterFetches)
    .where(inArray(posterFetches.movieId, [...new Set(ids)]))
    .all();
}

/** Call inside `write`. */
export function recordPosterFetch(db: Database, fetch: PosterFetch): void {
  db.orm
    .insert(posterFetches)
    .values(fetch)
    .onConflictDoUpdate({ target: [posterFetches.movieId, posterFetches.provider], set: fetch })
    .run();
}

/** Forgets what sources said of a movie, as when its ids change. Call inside `write`. */
export function forgetPosterFetches(db: Database, ids: readonly MovieId[]): void {
  db.orm
    .delete(posterFetches)
    .where(inArray(posterFetches.movieId, [...ids]))
    .run();
}
