/** Deletions that people made of imported users and ratings: an import does not bring these back. */
import { firstOwnId, type MovieId, type UserId } from "../../ids.js";
import { unixNow } from "../../unix-time.js";
import type { Database } from "./database.js";

/** Stands for all movies. */
const wholeUser = 0;

export interface Deletions {
  /** Records that a user, or one of their ratings, was deleted. Users of the API's own are in no data set. Call in a transaction. */
  remember(userId: UserId, movieId?: MovieId): void;
  /** Users who were deleted with all of their ratings. */
  users(): Set<UserId>;
  /** Single ratings that were deleted, as `user movie`. */
  ratings(): Set<string>;
}

export function createDeletions({ sqlite }: Database): Deletions {
  const insert = sqlite.prepare(
    "INSERT INTO deletions (user_id, movie_id, deleted_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const selectUsers = sqlite.prepare("SELECT user_id FROM deletions WHERE movie_id = ?").pluck();
  const selectRatings = sqlite.prepare("SELECT user_id || ' ' || movie_id FROM deletions WHERE movie_id <> ?").pluck();
  return {
    remember(userId, movieId) {
      if (userId < firstOwnId) insert.run(userId, movieId ?? wholeUser, unixNow());
    },
    users: () => new Set(selectUsers.all(wholeUser) as UserId[]),
    ratings: () => new Set(selectRatings.all(wholeUser) as string[]),
  };
}
