/** Ratings: a user's own, a movie's, changes to them, and all of them as typed arrays for training. */
import { and, asc, count, desc, eq, gt, inArray, lt, sql } from "drizzle-orm";
import type { MovieId, UserId } from "../ids.js";
import type { Database } from "./open.js";
import { movies, ratings } from "./tables.js";
import type { IdPage } from "./users.js";

export type Rating = typeof ratings.$inferSelect;

/** All ratings in the order of import; parallel arrays of equal length. */
export interface RatingTable {
  userIds: Int32Array;
  movieIds: Int32Array;
  /** Stars, 0.5 to 5. */
  stars: Float32Array;
  /** Unix seconds; 0 where the data set does not say. */
  ratedAt: Float64Array;
}

/** A user's best-rated movies: rated highest, then latest, then in the order of import. */
export function topRatings(db: Database, userId: UserId, first: number): Rating[] {
  return (
    db.orm
      .select()
      .from(ratings)
      .where(eq(ratings.userId, userId))
      // SQLite counts null as smallest, so undated ratings come after dated ones here.
      .orderBy(desc(ratings.rating), desc(ratings.ratedAt), asc(ratings.id))
      .limit(first)
      .all()
  );
}

export function listRatings(db: Database, userId: UserId, page: IdPage<number>): Rating[] {
  return db.orm
    .select()
    .from(ratings)
    .where(
      and(
        eq(ratings.userId, userId),
        page.after === undefined ? undefined : gt(ratings.id, page.after),
        page.before === undefined ? undefined : lt(ratings.id, page.before),
      ),
    )
    .orderBy(page.inverted ? desc(ratings.id) : asc(ratings.id))
    .limit(page.limit)
    .all();
}

export function countRatings(db: Database, userId?: UserId): number {
  const query = db.orm.select({ n: count() }).from(ratings);
  return (userId === undefined ? query.get() : query.where(eq(ratings.userId, userId)).get())?.n ?? 0;
}

export function ratingOf(db: Database, userId: UserId, movieId: MovieId): Rating | undefined {
  return db.orm
    .select()
    .from(ratings)
    .where(and(eq(ratings.userId, userId), eq(ratings.movieId, movieId)))
    .get();
}

/** A user's ratings as parallel arrays. */
export interface RatingsOfUser {
  movieIds: Int32Array;
  /** Stars, 0.5 to 5. */
  stars: Float32Array;
  /** Unix seconds; 0 where the data set does not say. */
  ratedAt: Float64Array;
}

/** All ratings of users, in the order asked and each user's in the order of import; one statement a user. */
export function ratingsOfUsers(db: Database, ids: readonly UserId[]): RatingsOfUser[] {
  const select = db.sqlite
    .prepare("SELECT movie_id, rating, coalesce(rated_at, 0) FROM ratings WHERE user_id = ? ORDER BY id")
    .raw();
  return ids.map((id) => {
    const rows = select.all(id) as [number, number, number][];
    return {
      movieIds: Int32Array.from(rows, ([movieId]) => movieId),
      stars: Float32Array.from(rows, ([, stars]) => stars),
      ratedAt: Float64Array.from(rows, ([, , at]) => at),
    };
  });
}

/** Who rated movies, the latest first, at most `most` of each; movies that nobody rated are left out. */
export function ratersOfMovies(
  db: Database,
  ids: readonly MovieId[],
  most: number,
): Map<MovieId, { userId: UserId; stars: number }[]> {
  const select = db.sqlite
    .prepare("SELECT user_id, rating FROM ratings WHERE movie_id = ? ORDER BY id DESC LIMIT ?")
    .raw();
  const raters = new Map<MovieId, { userId: UserId; stars: number }[]>();
  for (const id of ids) {
    const rows = select.all(id, most) as [UserId, number][];
    if (rows.length > 0)
      raters.set(
        id,
        rows.map(([userId, stars]) => ({ userId, stars })),
      );
  }
  return raters;
}

/** Number of ratings and mean stars of movies, in the order asked. */
export function ratingStatistics(
  db: Database,
  ids: readonly MovieId[],
): { ratingCount: number; meanRating: number | null }[] {
  const rows = db.orm
    .select({ movieId: ratings.movieId, n: count(), mean: sql<number>`avg(${ratings.rating})` })
    .from(ratings)
    .where(inArray(ratings.movieId, [...new Set(ids)]))
    .groupBy(ratings.movieId)
    .all();
  const byId = new Map(rows.map((row) => [row.movieId, row]));
  return ids.map((id) => {
    const row = byId.get(id);
    return { ratingCount: row?.n ?? 0, meanRating: row?.mean ?? null };
  });
}

/** Sets a user's rating of a movie now, new or changed. Call inside `write`. */
export function setRating(db: Database, userId: UserId, movieId: MovieId, stars: number, ratedAt: number): Rating {
  return db.orm
    .insert(ratings)
    .values({ userId, movieId, rating: stars, ratedAt, edited: true })
    .onConflictDoUpdate({ target: [ratings.userId, ratings.movieId], set: { rating: stars, ratedAt, edited: true } })
    .returning()
    .get();
}

/** @returns the rating that stood there, or undefined. Call inside `write`. */
export function deleteRating(db: Database, userId: UserId, movieId: MovieId): Rating | undefined {
  return db.orm
    .delete(ratings)
    .where(and(eq(ratings.userId, userId), eq(ratings.movieId, movieId)))
    .returning()
    .get();
}

/** Every rating as typed arrays, 20 bytes each; `imported` leaves out what was set through the API. */
export function allRatings(db: Database, which: "all" | "imported" = "all"): RatingTable {
  const size = countRatings(db);
  const userIds = new Int32Array(size);
  const movieIds = new Int32Array(size);
  const stars = new Float32Array(size);
  const ratedAt = new Float64Array(size);
  let row = 0;
  const select = db.sqlite
    .prepare(
      `SELECT user_id, movie_id, rating, coalesce(rated_at, 0) FROM ratings ${which === "imported" ? "WHERE NOT edited" : ""} ORDER BY id`,
    )
    .raw();
  for (const [userId, movieId, rating, at] of select.iterate() as IterableIterator<number[]>) {
    // A writer may add a rating between the count and this read.
    if (row === size) break;
    userIds[row] = userId;
    movieIds[row] = movieId;
    stars[row] = rating;
    ratedAt[row] = at;
    row++;
  }
  return {
    userIds: userIds.subarray(0, row),
    movieIds: movieIds.subarray(0, row),
    stars: stars.subarray(0, row),
    ratedAt: ratedAt.subarray(0, row),
  };
}

/** The `offset`-th rating in order of import, with its movie's title; how random samples are drawn. */
export function ratingAt(
  db: Database,
  offset: number,
): { userId: UserId; movieId: MovieId; title: string; rating: number } | undefined {
  return (
    db.orm
      .select({ userId: ratings.userId, movieId: ratings.movieId, title: movies.displayTitle, rating: ratings.rating })
      .from(ratings)
      .innerJoin(movies, eq(movies.id, ratings.movieId))
      // Only ids are passed over on the way there, not rows and their movies.
      .where(sql`${ratings.id} = (SELECT id FROM ratings ORDER BY id LIMIT 1 OFFSET ${offset})`)
      .get()
  );
}
