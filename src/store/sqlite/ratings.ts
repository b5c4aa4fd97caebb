/** Ratings in SQLite. */
import { and, count, eq, sql } from "drizzle-orm";
import type { MovieId, UserId } from "../../ids.js";
import type { ChangeFeed } from "../changes.js";
import type { Rating, RatingStore, SetRating } from "../ratings.js";
import type { Database } from "./database.js";
import { createDeletions } from "./deletions.js";
import { createRatingLists } from "./rating-lists.js";
import { createRatingReads } from "./rating-reads.js";
import { createCounter } from "./settings.js";
import { movies, ratings, users } from "./tables.js";
import { write } from "./transaction.js";

export function createRatingStore(db: Database, feed: ChangeFeed): RatingStore {
  return { ...createRatingLists(db), ...createRatingReads(db), ...createRatingWrites(db, feed) };
}

function createRatingWrites(db: Database, feed: ChangeFeed): Pick<RatingStore, "set" | "delete"> {
  const { orm, sqlite } = db;
  const deletions = createDeletions(db);
  const countChange = createCounter(db, "ratingsRevision");
  const countUser = orm
    .select({ n: count() })
    .from(users)
    .where(eq(users.id, sql.placeholder("userId")))
    .prepare();
  const countMovie = orm
    .select({ n: count() })
    .from(movies)
    .where(eq(movies.id, sql.placeholder("movieId")))
    .prepare();
  const ofUserAndMovie = and(
    eq(ratings.userId, sql.placeholder("userId")),
    eq(ratings.movieId, sql.placeholder("movieId")),
  );
  const find = orm.select().from(ratings).where(ofUserAndMovie).prepare();
  const remove = orm.delete(ratings).where(ofUserAndMovie).returning().prepare();
  const upsert = sqlite
    .prepare(
      `INSERT INTO ratings (user_id, movie_id, rating, rated_at, edited) VALUES (?, ?, ?, ?, 1)
       ON CONFLICT (user_id, movie_id) DO UPDATE SET rating = excluded.rating, rated_at = excluded.rated_at, edited = 1
       RETURNING id`,
    )
    .pluck();

  function setOne(userId: UserId, movieId: MovieId, stars: number, ratedAt: number): SetRating | undefined {
    if (countMovie.get({ movieId })?.n === 0) return undefined;
    const before = find.get({ userId, movieId });
    // The same rating again is neither another one nor a later one.
    if (before?.edited && before.rating === stars) return { rating: before, changed: false };
    const id = upsert.get(userId, movieId, stars, ratedAt) as number;
    return { rating: { id, userId, movieId, rating: stars, ratedAt, edited: true }, changed: true };
  }

  return {
    set: async (userId, given, ratedAt) => {
      const results = await write(db, () => {
        if (countUser.get({ userId })?.n === 0) return undefined;
        const set = given.map(({ movieId, stars }) => setOne(userId, movieId, stars, ratedAt));
        if (set.some((result) => result?.changed)) countChange();
        return set;
      });
      for (const result of results ?? []) {
        if (result?.changed) feed.publish({ subject: "ratings", userId, rating: result.rating });
      }
      return results;
    },
    delete: async (userId, movieId) => {
      const removed = await write(db, (): Rating | undefined => {
        const rating = remove.get({ userId, movieId });
        if (rating === undefined) return undefined;
        deletions.remember(userId, movieId);
        countChange();
        return rating;
      });
      if (removed !== undefined) feed.publish({ subject: "ratings", userId });
      return removed;
    },
  };
}
