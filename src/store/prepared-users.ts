/** What recommending needs of users, computed ahead of their requests: each row for one model and one revision of the user. */
import type { UserId } from "../ids.js";
import type { Rating } from "./ratings.js";

export interface PreparedUser {
  userId: UserId;
  /** The user's revision that it was computed from: it is stale at another. */
  revision: number;
  /** The first movies by preference, as the recommender encodes them; null where the model has no ranker. */
  best: Uint8Array | null;
  /** Ratings of the three best-rated movies, in the order of `RatingStore.topOfUsers`. */
  topRatings: readonly Rating[];
}

/** A user's embedding, as the model encodes it, of a revision of the user. */
export interface PreparedEmbedding {
  revision: number;
  embedding: Uint8Array;
}

export interface PreparedUserStore {
  /** In the order of the ids; undefined where there is none of this model. */
  byUserIds(model: string, ids: readonly UserId[]): Promise<(PreparedUser | undefined)[]>;
  /** In the order of the ids; undefined where there is none of this model. */
  embeddings(model: string, ids: readonly UserId[]): Promise<(PreparedEmbedding | undefined)[]>;
  /** Users that have none of this model and their present revision, by id. */
  missing(model: string): Promise<UserId[]>;
  /** Of these users, those whose row of this model is of another revision than their present one, by id. */
  outdated(model: string, ids: readonly UserId[]): Promise<UserId[]>;
  /** Users who have a row, at most `limit` with ids above `after`, by id. */
  page(after: number, limit: number): Promise<UserId[]>;
  /** Keeps them, in place of what is kept of these users for any model; users who are gone meanwhile are left out. */
  save(model: string, users: readonly (PreparedUser & PreparedEmbedding)[]): Promise<void>;
}
