/** Posters of movies, and what providers said of them, in SQLite. */
import { count, eq, sql } from "drizzle-orm";
import { movieNotFound } from "../../errors.js";
import type { MovieId } from "../../ids.js";
import type { ChangeFeed } from "../changes.js";
import type { Poster, PosterFetch, PosterStore } from "../posters.js";
import type { Database } from "./database.js";
import { createKeptRows } from "./kept-rows.js";
import { posterFetches, posters } from "./poster-tables.js";
import { createCounter, createRevisionReader } from "./settings.js";
import { movies } from "./tables.js";
import { write } from "./transaction.js";

export function createPosterStore(db: Database, feed: ChangeFeed, cache = true): PosterStore {
  const { orm, sqlite } = db;
  const { set, remove, recordFetch } = createPosterWrites(db);
  const columns = "movie_id AS movieId, sha256, format, width, height, bytes, source, added_at AS addedAt";
  const byIds = sqlite.prepare(`SELECT ${columns} FROM posters WHERE movie_id IN (SELECT value FROM json_each(?))`);
  // A movie that goes takes its poster along.
  const readKeptVersion = sqlite
    .prepare(
      `SELECT coalesce((SELECT value FROM settings WHERE key = 'postersRevision'), '0') || ' ' ||
         coalesce((SELECT name || ' ' || imported_at || ' ' || revision FROM dataset), '')`,
    )
    .pluck();
  const list = createKeptRows(
    () => readKeptVersion.get() as string,
    (ids: readonly MovieId[]) =>
      (byIds.all(JSON.stringify(ids)) as Poster[]).map((row): [MovieId, Poster] => [row.movieId, row]),
    cache,
  );
  const byContent = orm
    .select()
    .from(posters)
    .where(eq(posters.sha256, sql.placeholder("sha256")))
    .limit(1)
    .prepare();
  const countAll = orm.select({ n: count() }).from(posters).prepare();
  const movieIds = sqlite.prepare("SELECT movie_id FROM posters").pluck();
  const fetches = orm
    .select()
    .from(posterFetches)
    .where(sql`${posterFetches.movieId} IN (SELECT value FROM json_each(${sql.placeholder("ids")}))`)
    .prepare();
  const readRevision = createRevisionReader(db, "postersRevision");
  const toIds = (ids: readonly MovieId[]) => ({ ids: JSON.stringify([...new Set(ids)]) });
  return {
    byMovieIds: async (ids) => list(ids),
    byContent: async (sha256) => byContent.get({ sha256 }),
    count: async () => countAll.get()?.n ?? 0,
    version: async () => readRevision(),
    movieIds: async () => new Set(movieIds.all() as MovieId[]),
    set: async (given) => {
      const changed = await write(db, () => given.filter(set).map(({ movieId }) => movieId));
      for (const movieId of changed) feed.publish({ subject: "posters", movieId });
      return changed;
    },
    delete: async (movieId) => {
      const removed = await write(db, () => remove(movieId));
      if (removed !== undefined) feed.publish({ subject: "posters", movieId });
      return removed;
    },
    fetches: async (ids) => fetches.all(toIds(ids)),
    recordFetch: async (fetch, poster) => {
      const changed = await write(db, () => {
        recordFetch(fetch);
        return poster !== undefined && set(poster);
      });
      if (changed) feed.publish({ subject: "posters", movieId: fetch.movieId });
      return changed;
    },
  };
}

/** Statements to call in a transaction. */
export interface PosterWrites {
  /** @returns whether the movie's poster changed @throws {AppError} MOVIE_NOT_FOUND */
  set(poster: Poster): boolean;
  remove(movieId: MovieId): Poster | undefined;
  recordFetch(fetch: PosterFetch): void;
  /** Forgets what providers said of a movie, and removes a poster that TMDB gave, as when its ids change. @returns whether it had one */
  forgetFetched(movieId: MovieId): boolean;
}

export function createPosterWrites(db: Database): PosterWrites {
  const { orm } = db;
  const countChange = createCounter(db, "postersRevision");
  const find = orm
    .select()
    .from(posters)
    .where(eq(posters.movieId, sql.placeholder("movieId")))
    .prepare();
  const findMovie = orm
    .select({ id: movies.id })
    .from(movies)
    .where(eq(movies.id, sql.placeholder("movieId")))
    .prepare();
  const remove = orm
    .delete(posters)
    .where(eq(posters.movieId, sql.placeholder("movieId")))
    .returning()
    .prepare();
  const forget = orm
    .delete(posterFetches)
    .where(eq(posterFetches.movieId, sql.placeholder("movieId")))
    .prepare();
  const writes: PosterWrites = {
    set(poster) {
      const { movieId } = poster;
      if (findMovie.get({ movieId }) === undefined) throw movieNotFound(movieId);
      if (find.get({ movieId })?.sha256 === poster.sha256) return false;
      orm.insert(posters).values(poster).onConflictDoUpdate({ target: posters.movieId, set: poster }).run();
      countChange();
      return true;
    },
    remove(movieId) {
      const removed = remove.get({ movieId });
      if (removed !== undefined) countChange();
      return removed;
    },
    recordFetch(fetch) {
      orm
        .insert(posterFetches)
        .values(fetch)
        .onConflictDoUpdate({ target: [posterFetches.movieId, posterFetches.provider], set: fetch })
        .run();
    },
    forgetFetched(movieId) {
      forget.run({ movieId });
      return find.get({ movieId })?.source === "tmdb" && writes.remove(movieId) !== undefined;
    },
  };
  return writes;
}
