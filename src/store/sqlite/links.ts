/** Links of movies to IMDb in SQLite. */
import { eq, sql } from "drizzle-orm";
import type { ImdbId, MovieId } from "../../ids.js";
import type { ChangeFeed } from "../changes.js";
import type { LinkResult, LinkStore, ReferenceFilm } from "../links.js";
import type { Movie } from "../movies.js";
import type { Database } from "./database.js";
import { replaceLinks } from "./import/replace-links.js";
import { createPosterWrites } from "./posters.js";
import { createCounter } from "./settings.js";
import { movies } from "./tables.js";
import { write } from "./transaction.js";

export function createLinkStore(db: Database, feed: ChangeFeed): LinkStore {
  const { orm, sqlite } = db;
  const posters = createPosterWrites(db);
  const countChange = createCounter(db, "moviesRevision");
  const byId = orm
    .select()
    .from(movies)
    .where(eq(movies.id, sql.placeholder("id")))
    .prepare();
  const byImdbId = orm
    .select()
    .from(movies)
    .where(eq(movies.imdbId, sql.placeholder("imdbId")))
    .prepare();
  const search = sqlite.prepare(
    `SELECT r.movie_id AS movieId, r.title, r.year, r.imdb_id AS imdbId, r.tmdb_id AS tmdbId
     FROM (SELECT rowid FROM link_reference_names WHERE link_reference_names MATCH ? ORDER BY rank LIMIT ?) f
     JOIN link_reference r ON r.movie_id = f.rowid WHERE r.imdb_id IS NOT NULL`,
  );

  /** @param onPosterRemoved called with movies that lost the poster of their old link */
  function setOne(id: MovieId, imdbId: ImdbId | null, onPosterRemoved: (id: MovieId) => void): LinkResult {
    const holder = imdbId === null ? undefined : byImdbId.get({ imdbId });
    if (holder !== undefined && holder.id !== id) return { takenBy: holder };
    const before = byId.get({ id });
    if (before === undefined) return { missing: id };
    if (before.imdbId === imdbId && before.linkSource === "manual") return { movie: before };
    const isSame = before.imdbId === imdbId;
    // What was found by the old link belongs to another film.
    if (!isSame && posters.forgetFetched(id)) onPosterRemoved(id);
    return { movie: update(before, imdbId, isSame) };
  }

  /** The TMDB id belonged to the link that stood there before. */
  function update(before: Movie, imdbId: ImdbId | null, isSame: boolean): Movie {
    const link = { imdbId, tmdbId: isSame ? before.tmdbId : null, linkConfidence: imdbId === null ? null : 1 };
    countChange();
    return orm
      .update(movies)
      .set({ ...link, linkSource: "manual", linkEvidence: null })
      .where(eq(movies.id, before.id))
      .returning()
      .get();
  }

  return {
    set: async (links) => {
      const { results, removed } = await write(db, () => {
        const without: MovieId[] = [];
        const set = links.map(({ movieId, imdbId }) => setOne(movieId, imdbId, (id) => without.push(id)));
        return { results: set, removed: without };
      });
      for (const movieId of removed) feed.publish({ subject: "posters", movieId });
      return results;
    },
    replaceImported: (decide, reference) => write(db, () => replaceLinks(db, { decide, reference })),
    searchReference: async (words, limit) => {
      if (words.length === 0) return [];
      const query = words.map((word) => `"${word.replaceAll('"', "")}"`).join(" OR ");
      return search.all(query, limit) as Omit<ReferenceFilm, "names">[];
    },
  };
}
