/** Ratings in chronological order, read in pages; undated ratings are left out. */
import type { MovieId } from "../ids.js";
import type { Database } from "./open.js";

/** Where a reader of ratings in the order of their times stands. */
export interface TimePlace {
  ratedAt: number;
  id: number;
}

/** A rating as trends are counted from it. */
export interface TimedRating extends TimePlace {
  movieId: MovieId;
  /** Stars. */
  rating: number;
  /** Whether it was given or changed here, and not imported. */
  edited: boolean;
  /** Whether an import made its user. */
  byImported: boolean;
}

/** Ratings given after a place, the earliest first, at most `limit`. */
export function ratingsAfter(db: Database, place: TimePlace, limit: number): TimedRating[] {
  return timedRatings(db, place, limit, ">", "ASC");
}

/** Ratings given before a place, the latest first, at most `limit`. */
export function ratingsBefore(db: Database, place: TimePlace, limit: number): TimedRating[] {
  return timedRatings(db, place, limit, "<", "DESC");
}

function timedRatings(
  db: Database,
  { ratedAt, id }: TimePlace,
  limit: number,
  sign: ">" | "<",
  order: "ASC" | "DESC",
): TimedRating[] {
  const rows = db.sqlite
    .prepare(
      `SELECT movie_id, rating, rated_at, id, edited, (SELECT source FROM users WHERE users.id = user_id) = 'import' FROM ratings INDEXED BY ratings_time
       WHERE (rated_at, id) ${sign} (?, ?) ORDER BY rated_at ${order}, id ${order} LIMIT ?`,
    )
    .raw()
    .all(ratedAt, id, limit) as [MovieId, number, number, number, number, number][];
  return rows.map(([movieId, rating, at, row, edited, byImported]) => ({
    movieId,
    rating,
    ratedAt: at,
    id: row,
    edited: edited === 1,
    byImported: byImported === 1,
  }));
}
