/** The tables of posters: which picture each movie has, what providers said, and what is computed of pictures. */
import { blob, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { MovieId } from "../../ids.js";
import type { StoredPreview } from "../previews.js";
import { movies } from "./tables.js";

/** The poster in use for a movie; its bytes lie in the poster store under their SHA-256. */
export const posters = sqliteTable(
  "posters",
  {
    movieId: integer()
      .primaryKey()
      .$type<MovieId>()
      .references(() => movies.id, { onDelete: "cascade" }),
    sha256: text().notNull(),
    format: text({ enum: ["jpeg", "png", "webp"] }).notNull(),
    width: integer().notNull(),
    height: integer().notNull(),
    bytes: integer().notNull(),
    source: text({ enum: ["folder", "upload", "tmdb", "drawn"] }).notNull(),
    addedAt: integer().notNull(),
  },
  (table) => [index("posters_sha256").on(table.sha256)],
);

/** What a provider last said of a movie's poster: what it has not is not asked for again until `retryAt`. */
export const posterFetches = sqliteTable(
  "poster_fetches",
  {
    movieId: integer()
      .notNull()
      .$type<MovieId>()
      .references(() => movies.id, { onDelete: "cascade" }),
    provider: text().notNull(),
    outcome: text({ enum: ["found", "none", "failed"] }).notNull(),
    /** Why there is none, or what failed. */
    detail: text(),
    /** What the provider knows the picture by, to ask whether it changed. */
    etag: text(),
    /** Unix seconds. */
    fetchedAt: integer("asked_at").notNull(),
    retryAt: integer("ask_again_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.movieId, table.provider] })],
);

/** Embeddings belong to a poster's content, an encoder and a preprocessing: no two kinds are ever compared. */
export const posterEmbeddings = sqliteTable(
  "poster_embeddings",
  {
    sha256: text().notNull(),
    encoderId: text().notNull(),
    preprocessing: text().notNull(),
    /** Float32, little-endian, `dimension` components. */
    vector: blob({ mode: "buffer" }).notNull(),
    dimension: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sha256, table.encoderId, table.preprocessing] })],
);

/** Previews belong to a poster's content. */
export const posterPreviews = sqliteTable("poster_previews", {
  sha256: text().primaryKey(),
  /** Of how previews are made: those of another are made anew. */
  version: integer().notNull(),
  palette: text({ mode: "json" }).notNull().$type<StoredPreview["palette"]>(),
  blurhash: text().notNull(),
});

/** Layouts of all posters in two dimensions, one for each encoder. */
export const posterMaps = sqliteTable(
  "poster_maps",
  {
    encoderId: text().notNull(),
    preprocessing: text().notNull(),
    /** Changes with the layout and the pictures. */
    name: text().notNull(),
    /** Movie numbers, x, y and cluster of each poster. */
    points: blob({ mode: "buffer" }).notNull(),
    /** As JSON. */
    clusters: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.encoderId, table.preprocessing] })],
);
