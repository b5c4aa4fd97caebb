/** Reads of many ratings at once from SQLite, as models, trends and samples need them. */

import { eq, sql } from "drizzle-orm";
import type { MovieId, UserId } from "../../ids.js";
import type { UserRatings } from "../../model-inputs.js";
import type { RatingStore, RatingTable, TimedRating, TimePosition } from "../ratings.js";
import type { Database } from "./database.js";
import { createRevisionReader } from "./settings.js";
import { movies, ratings } from "./tables.js";

type Reads = Pick<RatingStore, "ofUsers" | "all" | "ratersOfMovies" | "after" | "before" | "atOffset" | "version">;

export function createRatingReads(db: Database): Reads {
  const { orm, sqlite } = db;
  const ofUsers = sqlite
    .prepare(
      `SELECT user_id, movie_id, rating, coalesce(rated_at, 0) FROM ratings
       WHERE user_id IN (SELECT value FROM json_each(?)) ORDER BY user_id, id`,
    )
    .raw();
  const ratersOfMovies = sqlite
    .prepare(
      `SELECT r.movie_id, r.user_id, r.rating FROM json_each(?) AS asked JOIN ratings r ON r.id IN
         (SELECT id FROM ratings WHERE movie_id = asked.value ORDER BY id DESC LIMIT ?)
       ORDER BY r.id DESC`,
    )
    .raw();
  const [after, before] = [prepareTimed(db, ">", "ASC"), prepareTimed(db, "<", "DESC")];
  const atOffset = orm
    .select({ userId: ratings.userId, movieId: ratings.movieId, title: movies.displayTitle, rating: ratings.rating })
    .from(ratings)
    .innerJoin(movies, eq(movies.id, ratings.movieId))
    // Only ids are passed over on the way there, not rows and their movies.
    .where(sql`${ratings.id} = (SELECT id FROM ratings ORDER BY id LIMIT 1 OFFSET ${sql.placeholder("offset")})`)
    .prepare();
  const readRevision = createRevisionReader(db, "ratingsRevision");
  return {
    ofUsers: async (ids) => {
      const own = toArrays(ofUsers.all(JSON.stringify(ids)) as [UserId, number, number, number][]);
      return ids.map((id) => own.get(id) ?? noRatings);
    },
    all: async (which = "all") => readAll(db, which),
    ratersOfMovies: async (ids, max) => {
      const raters = new Map<MovieId, { userId: UserId; stars: number }[]>();
      const rows = ratersOfMovies.all(JSON.stringify(ids), max) as [MovieId, UserId, number][];
      for (const [movieId, userId, stars] of rows) {
        const own = raters.get(movieId);
        if (own === undefined) raters.set(movieId, [{ userId, stars }]);
        else own.push({ userId, stars });
      }
      return raters;
    },
    after: async (position, limit) => after(position, limit),
    before: async (position, limit) => before(position, limit),
    atOffset: async (offset) => atOffset.get({ offset }),
    version: async () => readRevision(),
  };
}

const noRatings: UserRatings = {
  movieIds: new Int32Array(0),
  stars: new Float32Array(0),
  ratedAt: new Float64Array(0),
};

/** @param rows in the order of users: user, movie, stars, time */
function toArrays(rows: readonly [UserId, number, number, number][]): Map<UserId, UserRatings> {
  const byUser = new Map<UserId, UserRatings>();
  for (let from = 0, to = 0; from < rows.length; from = to) {
    const [userId] = rows[from];
    while (to < rows.length && rows[to][0] === userId) to++;
    const own = rows.slice(from, to);
    byUser.set(userId, {
      movieIds: Int32Array.from(own, ([, movieId]) => movieId),
      stars: Float32Array.from(own, ([, , stars]) => stars),
      ratedAt: Float64Array.from(own, ([, , , ratedAt]) => ratedAt),
    });
  }
  return byUser;
}

function readAll({ sqlite }: Database, which: "all" | "imported"): RatingTable {
  const size = sqlite.prepare("SELECT count(*) FROM ratings").pluck().get() as number;
  const userIds = new Int32Array(size);
  const movieIds = new Int32Array(size);
  const stars = new Float32Array(size);
  const ratedAt = new Float64Array(size);
  const select = sqlite
    .prepare(
      `SELECT user_id, movie_id, rating, coalesce(rated_at, 0) FROM ratings
       ${which === "imported" ? "WHERE NOT edited" : ""} ORDER BY id`,
    )
    .raw();
  let row = 0;
  for (const [userId, movieId, rating, time] of select.iterate() as IterableIterator<number[]>) {
    // A writer may add a rating between the count and this read.
    if (row === size) break;
    userIds[row] = userId;
    movieIds[row] = movieId;
    stars[row] = rating;
    ratedAt[row] = time;
    row++;
  }
  return {
    userIds: userIds.subarray(0, row),
    movieIds: movieIds.subarray(0, row),
    stars: stars.subarray(0, row),
    ratedAt: ratedAt.subarray(0, row),
  };
}

function prepareTimed(
  { sqlite }: Database,
  sign: ">" | "<",
  order: "ASC" | "DESC",
): (position: TimePosition, limit: number) => TimedRating[] {
  const select = sqlite
    .prepare(
      `SELECT movie_id, rating, rated_at, id, edited, (SELECT source FROM users WHERE users.id = user_id) = 'import'
       FROM ratings INDEXED BY ratings_time
       WHERE (rated_at, id) ${sign} (?, ?) ORDER BY rated_at ${order}, id ${order} LIMIT ?`,
    )
    .raw();
  return ({ ratedAt: after, id: afterId }, limit) => {
    const rows = select.all(after, afterId, limit) as [MovieId, number, number, number, number, number][];
    return rows.map(([movieId, rating, ratedAt, id, edited, byImported]) => ({
      movieId,
      rating,
      ratedAt,
      id,
      edited: edited === 1,
      byImported: byImported === 1,
    }));
  };
}
