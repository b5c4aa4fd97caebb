/** The films that links were taken from, searchable by name for whoever corrects a link. */

import type { LinkReference } from "../datasets/linking/link.js";
import { comparableTitles, titleParts, titlesAgree } from "../datasets/movielens/titles.js";
import { received } from "../errors.js";
import type { ImdbId, MovieId } from "../ids.js";
import { type Movie, moviesByImdbIds } from "./movies.js";
import type { Database } from "./open.js";

/** A film that a movie may be. */
export interface LinkCandidate {
  imdbId: ImdbId;
  tmdbId: number | null;
  /** As the release gives it. */
  title: string;
  year: number | null;
  /** In 0..1: 1 where title and year agree. */
  confidence: number;
  evidence: string;
  /** The movie that has this IMDb id already. */
  takenBy: Movie | null;
}

/** Takes the place of what was kept before. Call inside `write`. A reference without titles changes nothing. */
export function saveLinkReference(db: Database, reference: ReadonlyMap<MovieId, LinkReference>): void {
  const rows = [...reference].filter(([, { title }]) => title !== null);
  if (rows.length === 0) return;
  db.sqlite.exec("DELETE FROM link_reference");
  db.sqlite.exec("INSERT INTO link_reference_names (link_reference_names) VALUES ('delete-all')");
  const put = db.sqlite.prepare(
    "INSERT INTO link_reference (movie_id, title, year, imdb_id, tmdb_id) VALUES (?, ?, ?, ?, ?)",
  );
  const putNames = db.sqlite.prepare("INSERT INTO link_reference_names (rowid, names) VALUES (?, ?)");
  for (const [movieId, { title, imdbId, tmdbId }] of rows) {
    put.run(movieId, title, titleParts(title as string).year, imdbId, tmdbId);
    putNames.run(movieId, comparableTitles(title as string).join(" "));
  }
}

/** So many films that share words with the title are compared with it. */
const mostCompared = 200;

/** Films that may be this one, likeliest first; none where no reference with titles was read yet. */
export function findLinkCandidates(db: Database, movie: Movie, first: number): LinkCandidate[] {
  const names = comparableTitles(movie.title);
  const words = [...new Set(names.flatMap((name) => name.split(" ")))];
  // A title of nothing but signs, such as `$ (1971)`, has no word to search by.
  if (words.length === 0) return [];
  const query = words.map((word) => `"${word.replaceAll('"', "")}"`).join(" OR ");
  const rows = db.sqlite
    .prepare(
      `SELECT r.title, r.year, r.imdb_id AS imdbId, r.tmdb_id AS tmdbId
       FROM (SELECT rowid FROM link_reference_names WHERE link_reference_names MATCH ? ORDER BY rank LIMIT ?) f
       JOIN link_reference r ON r.movie_id = f.rowid WHERE r.imdb_id IS NOT NULL`,
    )
    .all(query, mostCompared) as { title: string; year: number | null; imdbId: ImdbId; tmdbId: number | null }[];
  const best = rows
    .map((row) => ({ ...row, ...likeness(movie, names, row) }))
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, first);
  const holders = moviesByImdbIds(
    db,
    best.map(({ imdbId }) => imdbId),
  );
  return best.map((candidate, i) => ({ ...candidate, takenBy: holders[i] ?? null }));
}

function likeness(
  movie: Movie,
  names: readonly string[],
  row: { title: string; year: number | null },
): { confidence: number; evidence: string } {
  const apart = movie.year === null || row.year === null ? null : Math.abs(movie.year - row.year);
  const sameTitle = titlesAgree(movie.title, row.title);
  const others = comparableTitles(row.title);
  const alike = sameTitle
    ? 1
    : Math.max(0, ...names.flatMap((name) => others.map((other) => commonPairs(name, other))));
  // Releases differ by a year; two years apart are two films more often than one, unless the title is the same.
  const least = sameTitle ? 0.5 : 0.2;
  const time = apart === null ? 0.6 : apart === 0 ? 1 : apart === 1 ? 0.9 : Math.max(least, 0.7 - 0.05 * apart);
  const title = sameTitle ? "same title" : `title differs: ${received(row.title)}`;
  const year =
    apart === null
      ? "no year to check"
      : apart === 0
        ? "same year"
        : `year differs: ${movie.year} is ${row.year} there`;
  return { confidence: Math.round(alike * alike * time * 100) / 100, evidence: `${title}, ${year}` };
}

/** Dice's coefficient over pairs of letters: 1 for equal names, a little less for each letter that differs. */
function commonPairs(one: string, other: string): number {
  const pairs = new Map<string, number>();
  for (let i = 0; i + 1 < one.length; i++) pairs.set(one.slice(i, i + 2), (pairs.get(one.slice(i, i + 2)) ?? 0) + 1);
  let common = 0;
  for (let i = 0; i + 1 < other.length; i++) {
    const left = pairs.get(other.slice(i, i + 2)) ?? 0;
    if (left === 0) continue;
    pairs.set(other.slice(i, i + 2), left - 1);
    common++;
  }
  const all = Math.max(0, one.length - 1) + Math.max(0, other.length - 1);
  return all === 0 ? 0 : (2 * common) / all;
}
