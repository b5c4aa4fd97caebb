/** Imports of one person's ratings, which can be undone as a whole. */
import type { MovieId, UserId } from "../ids.js";

export interface RatingImport {
  id: number;
  userId: UserId;
  /** Where the ratings came from: `letterboxd`, `imdb`, `trakt`, `movielens` or `csv`. */
  service: string;
  /** Unix seconds. */
  importedAt: number;
  /** Unix seconds; null while it was not undone. */
  undoneAt: number | null;
  /** Ratings of movies that the user had not rated. */
  added: number;
  /** Ratings in place of others. */
  changed: number;
  /** Ratings that stayed as they were. */
  kept: number;
}

/** Which rating counts where the user rated the movie already: the later one, or the one that is there. */
export const conflictPolicies = ["NEWEST", "KEEP"] as const;
export type ConflictPolicy = (typeof conflictPolicies)[number];

export interface ImportedStars {
  movieId: MovieId;
  stars: number;
  /** Unix seconds; null for an unknown time, which counts as the time of the import. */
  ratedAt: number | null;
}

export interface NewRatingImport extends Pick<RatingImport, "userId" | "service" | "importedAt"> {
  ratings: readonly ImportedStars[];
  conflicts: ConflictPolicy;
}

export interface UndoneImport {
  import: RatingImport;
  /** Ratings that are again what they were before. */
  restored: number;
  /** Ratings that are gone again. */
  removed: number;
  /** Ratings that the user has changed or removed since, which stay so. */
  left: number;
}

export interface RatingImportStore {
  /**
   * Sets a user's ratings, all or none; those of movies that do not exist are left out.
   * @returns undefined where there is no such user
   */
  add(options: NewRatingImport): Promise<RatingImport | undefined>;
  /** Every import of each user, the latest first; in the order of the ids. */
  ofUsers(ids: readonly UserId[]): Promise<RatingImport[][]>;
  /**
   * Takes back what an import changed and nobody has changed since; a second time it does nothing.
   * @returns undefined where the user has no such import
   */
  undo(userId: UserId, id: number, undoneAt: number): Promise<UndoneImport | undefined>;
}
