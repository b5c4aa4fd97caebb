/** Ratings: a user's own, a movie's, changes to them, and all of them as typed arrays for training. */
import { and, asc, count, eq, getTableColumns, inArray, lte, type SQL, sql } from "drizzle-orm";
import type { MovieId, UserId } from "../ids.js";
import { type Keyed, type KeyPage, keysetOf, type Range, within } from "./keyset.js";
import type { Database } from "./open.js";
import { movies, ratings } from "./tables.js";
import type { ReadableUsers } from "./users.js";

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
  return topRatingsOfUsers(db, [userId], first)[0];
}

/** The same of many users, in the order asked. */
export function topRatingsOfUsers(db: Database, ids: readonly UserId[], first: number): Rating[][] {
  const ranked = db.orm
    .select({
      ...getTableColumns(ratings),
      // SQLite counts null as smallest, so undated ratings come after dated ones here.
      place:
        sql<number>`row_number() OVER (PARTITION BY ${ratings.userId} ORDER BY ${ratings.rating} DESC, ${ratings.ratedAt} DESC, ${ratings.id})`.as(
          "place",
        ),
    })
    .from(ratings)
    .where(inArray(ratings.userId, [...new Set(ids)]))
    .as("ranked");
  const rows = db.orm.select().from(ranked).where(lte(ranked.place, first)).orderBy(asc(ranked.place)).all();
  const byUser = new Map<UserId, Rating[]>();
  for (const { place: _, ...rating } of rows) {
    const own = byUser.get(rating.userId) ?? [];
    own.push(rating);
    byUser.set(rating.userId, own);
  }
  return ids.map((id) => byUser.get(id) ?? []);
}

export interface RatingFilter {
  userId?: UserId;
  movieId?: MovieId;
  /** Stars. */
  rating?: Range;
  /** Unix seconds; ratings whose time is not known are left out. */
  ratedAt?: Range;
  /** Only of users who may be read. */
  readable?: ReadableUsers;
}

/** What lists of ratings are ordered by; equal ones by the order of import. */
const orderValues = {
  IMPORT: sql`${ratings.id}`,
  RATING: sql`${ratings.rating}`,
  RATED_AT: sql`coalesce(${ratings.ratedAt}, 0)`,
} as const satisfies Record<string, SQL>;

export type RatingOrderField = keyof typeof orderValues;

export interface RatingOrder {
  field: RatingOrderField;
  descending: boolean;
}

/** A page of the ratings that match, each with the value that it is ordered by. */
export function listRatings(db: Database, filter: RatingFilter, order: RatingOrder, page: KeyPage): Keyed<Rating>[] {
  const value = orderValues[order.field];
  const { where, orderBy } = keysetOf(value, sql`${ratings.id}`, order.descending, page);
  return db.orm
    .select({ node: ratings, value: sql<number>`${value}` })
    .from(ratings)
    .where(and(matches(filter), where))
    .orderBy(...orderBy)
    .limit(page.limit)
    .all();
}

/** The same page of the ratings of each of many users, in the order asked. */
export function listRatingsOfUsers(
  db: Database,
  ids: readonly UserId[],
  filter: Omit<RatingFilter, "userId">,
  order: RatingOrder,
  page: KeyPage,
): Keyed<Rating>[][] {
  const value = orderValues[order.field];
  const { where, orderBy } = keysetOf(value, sql`${ratings.id}`, order.descending, page);
  const own = db.orm
    .select({ id: ratings.id })
    .from(ratings)
    .where(and(sql`${ratings.userId} = asked.value`, matches(filter), where))
    .orderBy(...orderBy)
    .limit(page.limit);
  const rows = db.orm
    .select({ node: ratings, value: sql<number>`${value}` })
    .from(sql`json_each(${JSON.stringify([...new Set(ids)])}) AS asked`)
    .innerJoin(ratings, inArray(ratings.id, own))
    .orderBy(...orderBy)
    .all();
  const byUser = new Map<UserId, Keyed<Rating>[]>(ids.map((id) => [id, []]));
  for (const row of rows) byUser.get(row.node.userId)?.push(row);
  return ids.map((id) => byUser.get(id) ?? []);
}

export function countMatchingRatings(db: Database, filter: RatingFilter): number {
  return db.orm.select({ n: count() }).from(ratings).where(matches(filter)).get()?.n ?? 0;
}

/** How many ratings of each user match, in the order asked. */
export function countMatchingRatingsOfUsers(
  db: Database,
  ids: readonly UserId[],
  filter: Omit<RatingFilter, "userId">,
): number[] {
  const rows = db.orm
    .select({ userId: ratings.userId, n: count() })
    .from(ratings)
    .where(and(inArray(ratings.userId, [...new Set(ids)]), matches(filter)))
    .groupBy(ratings.userId)
    .all();
  const byUser = new Map(rows.map(({ userId, n }) => [userId, n]));
  return ids.map((id) => byUser.get(id) ?? 0);
}

function matches({ userId, movieId, rating, ratedAt, readable }: RatingFilter): SQL | undefined {
  return and(
    userId === undefined ? undefined : eq(ratings.userId, userId),
    movieId === undefined ? undefined : eq(ratings.movieId, movieId),
    within(sql`${ratings.rating}`, rating),
    within(sql`${ratings.ratedAt}`, ratedAt),
    readable === undefined ? undefined : ofReadable(readable),
  );
}

function ofReadable({ imported, created, own }: ReadableUsers): SQL | undefined {
  if (imported && created) return undefined;
  const sources = [...(imported ? ["import"] : []), ...(created ? ["api"] : [])];
  return sql`${ratings.userId} IN (SELECT id FROM users WHERE source IN ${sources.length === 0 ? [""] : sources} OR id = ${own})`;
}

export function countRatings(db: Database, userId?: UserId): number {
  const query = db.orm.select({ n: count() }).from(ratings);
  return (userId === undefined ? query.get() : query.where(eq(ratings.userId, userId)).get())?.n ?? 0;
}

/** A user's ratings of movies; those that they have not rated are missing. */
export function ratingsOfMovies(db: Database, userId: UserId, movieIds: readonly MovieId[]): Map<MovieId, Rating> {
  const rows = db.orm
    .select()
    .from(ratings)
    .where(and(eq(ratings.userId, userId), inArray(ratings.movieId, [...new Set(movieIds)])))
    .all();
  return new Map(rows.map((row) => [row.movieId, row]));
}

/** A user's ratings as parallel arrays. */
export interface RatingsOfUser {
  movieIds: Int32Array;
  /** Stars, 0.5 to 5. */
  stars: Float32Array;
  /** Unix seconds; 0 where the data set does not say. */
  ratedAt: Float64Array;
}

/** Changes whenever a user's ratings do. */
export function ratingsStamp(db: Database, userId: UserId): string {
  return db.sqlite
    .prepare("SELECT count(*) || ' ' || total(rating * id) || ' ' || total(rated_at) FROM ratings WHERE user_id = ?")
    .pluck()
    .get(userId) as string;
}

/** All ratings of users, in the order asked and each user's in the order of import. */
export function ratingsOfUsers(db: Database, ids: readonly UserId[]): RatingsOfUser[] {
  const rows = db.sqlite
    .prepare(
      `SELECT user_id, movie_id, rating, coalesce(rated_at, 0) FROM ratings
       WHERE user_id IN (SELECT value FROM json_each(?)) ORDER BY user_id, id`,
    )
    .raw()
    .all(JSON.stringify(ids)) as [UserId, number, number, number][];
  const own = new Map<UserId, RatingsOfUser>();
  for (let from = 0, to = 0; from < rows.length; from = to) {
    const [userId] = rows[from];
    while (to < rows.length && rows[to][0] === userId) to++;
    const of = rows.slice(from, to);
    own.set(userId, {
      movieIds: Int32Array.from(of, ([, movieId]) => movieId),
      stars: Float32Array.from(of, ([, , stars]) => stars),
      ratedAt: Float64Array.from(of, ([, , , at]) => at),
    });
  }
  return ids.map((id) => own.get(id) ?? none);
}

const none: RatingsOfUser = {
  movieIds: new Int32Array(0),
  stars: new Float32Array(0),
  ratedAt: new Float64Array(0),
};

/** Who rated movies, the latest first, at most `most` of each; movies that nobody rated are left out. */
export function ratersOfMovies(
  db: Database,
  ids: readonly MovieId[],
  most: number,
): Map<MovieId, { userId: UserId; stars: number }[]> {
  const rows = db.sqlite
    .prepare(
      `SELECT r.movie_id, r.user_id, r.rating FROM json_each(?) AS asked JOIN ratings r ON r.id IN
         (SELECT id FROM ratings WHERE movie_id = asked.value ORDER BY id DESC LIMIT ?)
       ORDER BY r.id DESC`,
    )
    .raw()
    .all(JSON.stringify(ids), most) as [MovieId, UserId, number][];
  const raters = new Map<MovieId, { userId: UserId; stars: number }[]>();
  for (const [movieId, userId, stars] of rows) {
    const own = raters.get(movieId) ?? [];
    own.push({ userId, stars });
    raters.set(movieId, own);
  }
  return raters;
}

/** @returns a function that sets a user's rating of a movie now, new or changed, to call inside `write` as often as it takes */
export function ratingSetter(
  db: Database,
  userId: UserId,
  ratedAt: number,
): (movieId: MovieId, stars: number) => Rating {
  // Built once for a whole batch.
  const set = db.sqlite
    .prepare(
      `INSERT INTO ratings (user_id, movie_id, rating, rated_at, edited) VALUES (?, ?, ?, ?, 1)
       ON CONFLICT (user_id, movie_id) DO UPDATE SET rating = excluded.rating, rated_at = excluded.rated_at, edited = 1
       RETURNING id`,
    )
    .pluck();
  return (movieId, stars) => {
    const id = set.get(userId, movieId, stars, ratedAt) as number;
    return { id, userId, movieId, rating: stars, ratedAt, edited: true };
  };
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
