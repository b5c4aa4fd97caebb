/** Tables of what users dismissed and imported. */
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { MovieId, UserId } from "../../ids.js";
import { movies, users } from "./tables.js";

/** Movies that users do not want recommended. */
export const dismissals = sqliteTable(
  "dismissals",
  {
    /** Grows in the order of time. */
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .$type<UserId>()
      .references(() => users.id, { onDelete: "cascade" }),
    movieId: integer()
      .notNull()
      .$type<MovieId>()
      .references(() => movies.id, { onDelete: "cascade" }),
    /** Unix seconds. */
    dismissedAt: integer().notNull(),
  },
  (table) => [uniqueIndex("dismissals_user_movie").on(table.userId, table.movieId)],
);

/** Imports of one person's ratings, each of which can be undone. */
export const ratingImports = sqliteTable(
  "rating_imports",
  {
    id: integer().primaryKey({ autoIncrement: true }),
    userId: integer()
      .notNull()
      .$type<UserId>()
      .references(() => users.id, { onDelete: "cascade" }),
    service: text().notNull(),
    /** Unix seconds. */
    importedAt: integer().notNull(),
    /** Unix seconds; null while it was not undone. */
    undoneAt: integer(),
    added: integer().notNull(),
    changed: integer().notNull(),
    kept: integer().notNull(),
  },
  (table) => [index("rating_imports_user").on(table.userId)],
);

/** The ratings that an import set, and those that were there before; null for none. */
export const ratingImportChanges = sqliteTable(
  "rating_import_changes",
  {
    importId: integer()
      .notNull()
      .references(() => ratingImports.id, { onDelete: "cascade" }),
    movieId: integer()
      .notNull()
      .$type<MovieId>()
      .references(() => movies.id, { onDelete: "cascade" }),
    rating: real().notNull(),
    ratedAt: integer().notNull(),
    ratingBefore: real(),
    ratedAtBefore: integer(),
    editedBefore: integer({ mode: "boolean" }),
  },
  (table) => [primaryKey({ columns: [table.importId, table.movieId] })],
);
