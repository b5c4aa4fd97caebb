/**
 * The tables of Marquee's database; those of posters are in `poster-tables.ts`, those of what users
 * dismissed and imported in `personal-tables.ts`. `npm run migrations` writes the change of both files as SQL
 * into `migrations/`, which is applied when the database is opened.
 */
import { sql } from "drizzle-orm";
import { blob, check, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ImdbId, MovieId, UserId } from "../../ids.js";
import type { Rating } from "../ratings.js";

/** The one data set that this database holds; at most one row. */
export const dataset = sqliteTable("dataset", {
  id: integer().primaryKey(),
  name: text().notNull(),
  kind: text({ enum: ["embedded", "1m", "100k", "csv"] }).notNull(),
  /** Whether its users and ratings are made up, as the embedded set's are. */
  synthetic: integer({ mode: "boolean" }).notNull(),
  importedAt: integer().notNull(),
  /** Grows with every import that changed a movie: what was kept in memory of the movies is then stale. */
  revision: integer().notNull().default(1),
});

/** Demographics are null where a data set has none. */
export const users = sqliteTable(
  "users",
  {
    id: integer().primaryKey().$type<UserId>(),
    gender: text({ enum: ["M", "F"] }),
    /** Lower bound of the age group, as MovieLens 1M: 1, 18, 25, 35, 45, 50 or 56. */
    ageGroup: integer(),
    occupation: text(),
    zipCode: text(),
    /** Who made them: an import, or `createUser`, whose users are nobody's published data. */
    source: text({ enum: ["import", "api"] })
      .notNull()
      .default("import"),
    /** True once `updateUser` changed the demographics: a later import leaves them alone. */
    edited: integer({ mode: "boolean" }).notNull().default(false),
    /** What another system calls them; null for imported users. */
    externalId: text(),
    /** Grows whenever their ratings or demographics change, by triggers (migration 0010) and imports. */
    revision: integer().notNull().default(1),
  },
  (table) => [uniqueIndex("users_external_id").on(table.externalId)],
);

export const movies = sqliteTable(
  "movies",
  {
    id: integer().primaryKey().$type<MovieId>(),
    /** Index in the data set's own list: the row of a baseline model that was trained on it elsewhere. */
    position: integer().notNull(),
    /** As given: `Godfather, The (1972)`. */
    title: text().notNull(),
    /** With the article in front and without the year: `The Godfather`. */
    displayTitle: text().notNull(),
    year: integer(),
    /** As given, joined by `|`: the whole string is a feature of the baseline model. Empty for none. */
    genres: text().notNull(),
    imdbId: text().$type<ImdbId>(),
    tmdbId: integer(),
    /** Who said so: an import, or a person through `linkImdb` and `unlinkImdb`, whom no import overrules. */
    linkSource: text({ enum: ["import", "manual"] }),
    /** In 0..1, 1 where title and year agree with the link's own. */
    linkConfidence: real(),
    /** What the link was found by; where there is none, why. */
    linkEvidence: text(),
    /** True once `addMovie` or `updateMovie` set title and genres: a later import leaves them alone. */
    edited: integer({ mode: "boolean" }).notNull().default(false),
  },
  (table) => [uniqueIndex("movies_imdb_id").on(table.imdbId), index("movies_display_title").on(table.displayTitle)],
);

/**
 * Movies' names and genres as they are searched, ordered and compared (`foldText`), kept by triggers on `movies` (migration 0007), with
 * the full-text index `movie_titles` under the same numbers.
 */
export const movieNames = sqliteTable(
  "movie_names",
  {
    movieId: integer()
      .primaryKey()
      .$type<MovieId>()
      .references(() => movies.id, { onDelete: "cascade" }),
    /** Of the title as it is shown. */
    folded: text().notNull(),
    /** Of the title as the data set has it, articles last. */
    sortKey: text().notNull(),
    /** Joined by `|`. */
    genres: text().notNull(),
  },
  (table) => [index("movie_names_sort").on(table.sortKey, table.movieId), index("movie_names_folded").on(table.folded)],
);

export const ratings = sqliteTable(
  "ratings",
  {
    /** Grows in the order of import, which breaks ties between equal ratings of one time. */
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .$type<UserId>()
      .references(() => users.id, { onDelete: "cascade" }),
    movieId: integer()
      .notNull()
      .$type<MovieId>()
      .references(() => movies.id, { onDelete: "cascade" }),
    /** Stars, 0.5 to 5 in half stars. */
    rating: real().notNull(),
    /** Unix seconds; null where the data set does not say. */
    ratedAt: integer(),
    /** True once `rateMovie` set it: a later import leaves it alone. */
    edited: integer({ mode: "boolean" }).notNull().default(false),
  },
  (table) => [
    uniqueIndex("ratings_user_movie").on(table.userId, table.movieId),
    // With the time, so that a movie's latest rating is looked up, not searched for.
    index("ratings_movie_time").on(table.movieId, table.ratedAt),
    index("ratings_time").on(table.ratedAt),
    check(
      "ratings_half_stars",
      sql`${table.rating} BETWEEN 0.5 AND 5 AND ${table.rating} * 2 = CAST(${table.rating} * 2 AS INTEGER)`,
    ),
  ],
);

/** What people took away of an imported data set, so that importing it again does not bring it back. */
export const deletions = sqliteTable(
  "deletions",
  {
    userId: integer().notNull().$type<UserId>(),
    /** Whose rating of which movie; 0 for the user with all of their ratings. */
    movieId: integer().notNull(),
    /** Unix seconds. */
    deletedAt: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.userId, table.movieId] })],
);

/**
 * What a movie's ratings add up to for each audience, kept by triggers on `ratings` (migration 0008), so that lists are ordered by
 * it and a page of movies does not count (`node bench/statistics.js`). Movies that nobody rated have no rows, or rows of zeros.
 */
export const movieStatistics = sqliteTable(
  "movie_statistics",
  {
    movieId: integer()
      .notNull()
      .$type<MovieId>()
      .references(() => movies.id, { onDelete: "cascade" }),
    /** Whose ratings count: `Audience` says what each is for. */
    audience: text({ enum: ["all", "imported", "published", "private"] }).notNull(),
    ratingCount: integer().notNull().default(0),
    /** Sum of the stars. */
    ratingSum: real().notNull().default(0),
    /** Unix seconds; null where no rating's time is known. */
    lastRatedAt: integer(),
    /** How many ratings of 0.5, 1, … 5 stars. */
    halfStars1: integer().notNull().default(0),
    halfStars2: integer().notNull().default(0),
    halfStars3: integer().notNull().default(0),
    halfStars4: integer().notNull().default(0),
    halfStars5: integer().notNull().default(0),
    halfStars6: integer().notNull().default(0),
    halfStars7: integer().notNull().default(0),
    halfStars8: integer().notNull().default(0),
    halfStars9: integer().notNull().default(0),
    halfStars10: integer().notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.movieId, table.audience] }),
    index("movie_statistics_count").on(table.audience, table.ratingCount, table.movieId),
  ],
);

/** Trusted documents: GraphQL operations that front ends send by the SHA-256 of their text. */
export const documents = sqliteTable("documents", {
  hash: text().primaryKey(),
  text: text().notNull(),
  /** File that it came from. */
  source: text().notNull(),
  addedAt: integer().notNull(),
});

/**
 * Films of the MovieLens release that links were last taken from, to correct links by; their names are in the
 * full-text index `link_reference_names` (migration 0002), under the same numbers.
 */
export const linkReference = sqliteTable("link_reference", {
  movieId: integer().primaryKey(),
  title: text().notNull(),
  year: integer(),
  imdbId: text().$type<ImdbId>(),
  tmdbId: integer(),
});

/** What recommending needs of users, computed ahead of their requests; stale at another revision of the user. */
export const preparedUsers = sqliteTable("prepared_users", {
  userId: integer()
    .primaryKey()
    .$type<UserId>()
    .references(() => users.id, { onDelete: "cascade" }),
  /** The model, and when it was made: another may come to have its name. */
  model: text().notNull(),
  revision: integer().notNull(),
  embedding: blob({ mode: "buffer" }).notNull(),
  best: blob({ mode: "buffer" }),
  /** Ratings of the best-rated movies, as JSON. */
  topRatings: text({ mode: "json" }).notNull().$type<Rating[]>(),
});

/** Bearer tokens, stored as SHA-256 of the token. */
export const tokens = sqliteTable(
  "tokens",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    name: text().notNull(),
    hash: text().notNull(),
    /** Tokens from before there were scopes could do everything that there was. */
    scope: text({ enum: ["user", "editor", "admin"] })
      .notNull()
      .default("admin"),
    /** Whose ratings it may read and change; null for a token that is nobody's. */
    userId: integer()
      .$type<UserId>()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: integer().notNull(),
    /** Unix seconds, kept to the minute; null where it was never used. */
    lastUsedAt: integer(),
  },
  (table) => [uniqueIndex("tokens_hash").on(table.hash)],
);

/**
 * What was chosen by command (the model that serves, the encoder in use), how often movies, posters and ratings have changed, and the last
 * ids that users and movies of the API's own were given.
 */
export const settingsTable = sqliteTable("settings", {
  key: text({
    enum: [
      "activeModel",
      "activeEncoder",
      "moviesRevision",
      "postersRevision",
      "ratingsRevision",
      "lastUserId",
      "lastMovieId",
    ],
  }).primaryKey(),
  value: text().notNull(),
});

/** Progress of the latest training; at most one row. */
export const jobProgress = sqliteTable("job_progress", {
  id: integer().primaryKey(),
  kind: text().notNull(),
  phase: text().notNull(),
  /** In 0..1, of this phase. */
  done: real().notNull(),
  state: text({ enum: ["RUNNING", "DONE", "STOPPED"] }).notNull(),
  /** ISO 8601, in UTC. */
  at: text().notNull(),
});
