/** Replaces the links that imports made; links made by hand stay. */
import { asc } from "drizzle-orm";
import type { ImportedLinks } from "../../imports.js";
import type { Link, ReferenceFilm } from "../../links.js";
import type { Movie } from "../../movies.js";
import type { Database } from "../database.js";
import { createCounter } from "../settings.js";
import { movies } from "../tables.js";

/** Call in a transaction. @returns the number of movies whose ids changed */
export function replaceLinks(db: Database, { decide, reference }: ImportedLinks): number {
  replaceReference(db, reference);
  const { orm, sqlite } = db;
  const all = orm.select().from(movies).orderBy(asc(movies.position)).all();
  const before = all.filter(({ linkSource }) => linkSource !== "manual");
  const byHand = all.flatMap(({ linkSource, imdbId }) => (linkSource === "manual" && imdbId !== null ? [imdbId] : []));
  const links = decide(before, new Set(byHand));
  const changes = before.flatMap((movie) => {
    const link = links.get(movie.id);
    return link === undefined || isSame(movie, link) ? [] : [{ movie, link }];
  });
  // An id may pass from one movie to another: those that change theirs let go of it first.
  const clear = sqlite.prepare("UPDATE movies SET imdb_id = NULL WHERE id = ?");
  const set = sqlite.prepare(
    `UPDATE movies SET imdb_id = $imdbId, tmdb_id = $tmdbId, link_source = $linkSource, link_confidence = $linkConfidence,
       link_evidence = $linkEvidence WHERE id = $id`,
  );
  const forgetFetches = sqlite.prepare("DELETE FROM poster_fetches WHERE movie_id = ?");
  for (const { movie, link } of changes) if (movie.imdbId !== link.imdbId) clear.run(movie.id);
  if (changes.length > 0) createCounter(db, "moviesRevision")();
  let changed = 0;
  for (const { movie, link } of changes) {
    set.run({ ...link, id: movie.id });
    const isLinked = link.linkConfidence !== null;
    if (isLinked || movie.imdbId !== link.imdbId) changed++;
    if (isLinked) forgetFetches.run(movie.id);
  }
  return changed;
}

function isSame(movie: Movie, link: Link): boolean {
  const parts = ["imdbId", "tmdbId", "linkSource", "linkConfidence", "linkEvidence"] as const;
  return parts.every((part) => movie[part] === link[part]);
}

function replaceReference({ sqlite }: Database, reference: readonly ReferenceFilm[]): void {
  if (reference.length === 0) return;
  sqlite.exec("DELETE FROM link_reference");
  sqlite.exec("INSERT INTO link_reference_names (link_reference_names) VALUES ('delete-all')");
  const put = sqlite.prepare(
    "INSERT INTO link_reference (movie_id, title, year, imdb_id, tmdb_id) VALUES (?, ?, ?, ?, ?)",
  );
  const putNames = sqlite.prepare("INSERT INTO link_reference_names (rowid, names) VALUES (?, ?)");
  for (const { movieId, title, year, imdbId, tmdbId, names } of reference) {
    put.run(movieId, title, year, imdbId, tmdbId);
    putNames.run(movieId, names);
  }
}
