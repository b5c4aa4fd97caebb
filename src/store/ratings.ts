/** Ratings: of users, of movies, in order of time, and all of them as typed arrays for training. */
import type { MovieId, UserId } from "../ids.js";
import type { UserRatings } from "../model-inputs.js";
import type { Keyed, KeyPage, Range } from "./paging.js";
import type { ReadableUsers } from "./users.js";

export interface Rating {
  /** Grows in the order of import, which breaks ties between equal ratings of one time. */
  id: number;
  userId: UserId;
  movieId: MovieId;
  /** Stars, 0.5 to 5 in half stars. */
  rating: number;
  /** Unix seconds; null where the data set does not say. */
  ratedAt: number | null;
  /** Whether `rateMovie` set it: a later import leaves it alone. */
  edited: boolean;
}

/** All ratings in the order of import; parallel arrays of equal length. */
export interface RatingTable {
  userIds: Int32Array;
  movieIds: Int32Array;
  /** Stars, 0.5 to 5. */
  stars: Float32Array;
  /** Unix seconds; 0 where the data set does not say. */
  ratedAt: Float64Array;
}

export interface RatingFilter {
  userId?: UserId;
  movieId?: MovieId;
  /** Stars. */
  rating?: Range;
  /** Unix seconds; ratings without a time are left out. */
  ratedAt?: Range;
  /** Only ratings of users whom the viewer may read. */
  readable?: ReadableUsers;
}

/** What lists of ratings are ordered by; ties go to the earlier import. */
export const ratingOrderFields = ["IMPORT", "RATING", "RATED_AT"] as const;
export type RatingOrderField = (typeof ratingOrderFields)[number];

export interface RatingOrder {
  field: RatingOrderField;
  descending: boolean;
}

/** The position of a rating in the order of time. */
export interface TimePosition {
  ratedAt: number;
  id: number;
}

/** A rating as trends count it. */
export interface TimedRating extends TimePosition {
  movieId: MovieId;
  /** Stars. */
  rating: number;
  /** Whether it was given or changed through the API, and not imported. */
  edited: boolean;
  /** Whether an import made its user. */
  byImported: boolean;
}

/** A rating after `set`, and whether it is another one than before. */
export interface SetRating {
  rating: Rating;
  changed: boolean;
}

export interface RatingStore {
  /** Each user's best-rated movies: highest first, then latest, then in the order of import; in the order of the ids. */
  topOfUsers(ids: readonly UserId[], first: number): Promise<Rating[][]>;
  /** The rating of each pair, in their order; undefined where there is none. */
  ofPairs(pairs: readonly { userId: UserId; movieId: MovieId }[]): Promise<(Rating | undefined)[]>;
  /** All ratings of each user in the order of import, with their times; in the order of the ids. */
  ofUsers(ids: readonly UserId[]): Promise<UserRatings[]>;
  /** Every rating, 20 bytes each; `imported` leaves out those set through the API. */
  all(which?: "all" | "imported"): Promise<RatingTable>;
  /** A page of the matching ratings. */
  list(filter: RatingFilter, order: RatingOrder, page: KeyPage): Promise<Keyed<Rating>[]>;
  /** The same page of each user's ratings, in the order of the ids. */
  listOfUsers(
    ids: readonly UserId[],
    filter: Omit<RatingFilter, "userId">,
    order: RatingOrder,
    page: KeyPage,
  ): Promise<Keyed<Rating>[][]>;
  /** The number of matching ratings, or of all ratings without a filter. */
  count(filter?: RatingFilter): Promise<number>;
  /** The number of matching ratings of each user, in the order of the ids. */
  countOfUsers(ids: readonly UserId[], filter: Omit<RatingFilter, "userId">): Promise<number[]>;
  /** The latest raters of each movie, at most `max` of each; movies without ratings are missing. */
  ratersOfMovies(ids: readonly MovieId[], max: number): Promise<Map<MovieId, { userId: UserId; stars: number }[]>>;
  /** Ratings given after a position, the earliest first; undated ones are left out. */
  after(position: TimePosition, limit: number): Promise<TimedRating[]>;
  /** Ratings given before a position, the latest first; undated ones are left out. */
  before(position: TimePosition, limit: number): Promise<TimedRating[]>;
  /** The rating at an offset from 0 in the order of import, with its movie's title; undefined beyond the last. */
  atOffset(offset: number): Promise<{ userId: UserId; movieId: MovieId; title: string; rating: number } | undefined>;
  /** Changes whenever any rating does. */
  version(): Promise<string>;
  /**
   * Sets a user's ratings of movies, all or none.
   * @param ratedAt Unix seconds
   * @returns one result for each rating, in their order, undefined where there is no such movie; undefined where there is no such user
   */
  set(
    userId: UserId,
    ratings: readonly { movieId: MovieId; stars: number }[],
    ratedAt: number,
  ): Promise<(SetRating | undefined)[] | undefined>;
  /** Deletes a rating; an import does not bring it back. @returns the rating that was there, or undefined */
  delete(userId: UserId, movieId: MovieId): Promise<Rating | undefined>;
}
