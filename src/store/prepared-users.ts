/** What recommending needs of users, computed ahead of their requests: each row for one model and one revision of the user. */
import type { UserId } from "../ids.js";
import type { Rating } from "./ratings.js";

export interface PreparedUser {
  userId: UserId;
  /** The user's revision that it was computed from: it is stale at another. */
  revision: number;
  /** The user's embedding, as the model encodes it. */
  embedding: Uint8Array;
  /** The first movies by preference, as the recommender encodes them; null where the model has no ranker. */
  best: Uint8Array | null;
  /** Ratings of the three best-rated movies, in the order of `RatingStore.topOfUsers`. */
  topRatings: readonly Rating[];
}

export interface PreparedUserStore {
  /** In the order of the ids; undefined where there is none of this model. */
  byUserIds(model: string, ids: readonly UserId[]): Promise<(PreparedUser | undefined)[]>;
  /** Users that have none of this model and their present revision, by id. */
  missing(model: string): Promise<UserId[]>;
  /** Keeps them, in place of what is kept of these users for any model; users who are gone meanwhile are left out. */
  save(model: string, users: readonly PreparedUser[]): Promise<void>;
}
