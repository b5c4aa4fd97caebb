/** Deletions that users made: an import does not bring these rows back, and reports them. */
import { firstOwnId, type MovieId, type UserId } from "../ids.js";
import type { Database } from "./open.js";
import { deletions } from "./tables.js";

/** Stands for all movies. */
const wholeUser = 0;

/**
 * Remembers that somebody took a user, or one rating of theirs, away. Users of the API's own are in no data set, and come
 * back by none. Call inside `write`.
 */
export function rememberDeletion(db: Database, userId: UserId, movieId?: MovieId): void {
  if (userId >= firstOwnId) return;
  db.orm
    .insert(deletions)
    .values({ userId, movieId: movieId ?? wholeUser, deletedAt: Math.floor(Date.now() / 1000) })
    .onConflictDoNothing()
    .run();
}

/** Users who were taken away with all of their ratings. */
export function deletedUsers(db: Database): Set<UserId> {
  const ids = db.sqlite.prepare("SELECT user_id FROM deletions WHERE movie_id = ?").pluck().all(wholeUser) as UserId[];
  return new Set(ids);
}

/** Single ratings that were taken away, as `user movie`. */
export function deletedRatings(db: Database): Set<string> {
  const names = db.sqlite
    .prepare("SELECT user_id || ' ' || movie_id FROM deletions WHERE movie_id <> ?")
    .pluck()
    .all(wholeUser) as string[];
  return new Set(names);
}
