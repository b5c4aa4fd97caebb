/** Giving movies their IMDb and TMDB ids from a MovieLens release's links; a link made by hand is never touched. */

import { type LinkMatch, type LinkReference, matchLinks } from "../../datasets/linking/link.js";
import { searchLinks } from "../../datasets/linking/link-search.js";
import type { ImdbId, MovieId } from "../../ids.js";
import { saveLinkReference } from "../link-reference.js";
import { allMovies } from "../movies.js";
import type { Database } from "../open.js";
import { forgetPosterFetches } from "../poster-fetches.js";

/** A confidence in words as a number in 0..1, to sort and filter by: an order, not a probability. */
const confidenceOf = { high: 1, medium: 0.7, low: 0.3 } as const;

export interface LinkReport {
  /** Links added, changed or taken away. */
  changed: number;
  /** Movies without an IMDb id, and why. */
  unlinked: { movieId: MovieId; title: string; reason: string }[];
}

/**
 * Links by movie id, checked by title and year; then by title and year alone. What is left without a link keeps the
 * reason. Call inside a transaction.
 */
export function importLinks(db: Database, reference: ReadonlyMap<MovieId, LinkReference>): LinkReport {
  saveLinkReference(db, reference);
  const movies = allMovies(db).filter((movie) => movie.linkSource !== "manual");
  const rows = movies.map(({ id, title }) => ({ movieId: id, title }));
  const matches = bestMatches(rows, reference);
  const report: LinkReport = { changed: 0, unlinked: [] };

  // An id may pass from one movie to another: those that change, or whose id another one claims, let go of it first.
  const clear = db.sqlite.prepare(`
    UPDATE movies SET imdb_id = NULL, tmdb_id = NULL, link_source = NULL, link_confidence = NULL, link_evidence = NULL
    WHERE id = ?`);
  const set = db.sqlite.prepare(`
    UPDATE movies SET imdb_id = $imdbId, tmdb_id = $tmdbId, link_source = 'import', link_confidence = $confidence,
      link_evidence = $evidence
    WHERE id = $id AND (imdb_id, tmdb_id, link_confidence, link_evidence) IS NOT ($imdbId, $tmdbId, $confidence, $evidence)`);
  const explain = db.sqlite.prepare(`
    UPDATE movies SET link_source = 'import', link_evidence = $reason
    WHERE id = $id AND (link_source, link_evidence) IS NOT ('import', $reason)`);
  const taken = new Set<ImdbId>(
    allMovies(db).flatMap((movie) => (movie.linkSource === "manual" && movie.imdbId !== null ? [movie.imdbId] : [])),
  );
  const links = matches.map((match) => withoutTaken(match, taken));
  const claims = new Map(links.flatMap((match) => (match.linked ? [[match.imdbId, match.movieId] as const] : [])));
  const kept = new Set<MovieId>();
  links.forEach((match, i) => {
    const before = movies[i].imdbId;
    if (before === null || (match.linked && match.imdbId === before)) return;
    if (match.linked) clear.run(match.movieId);
    else if (claims.has(before)) report.changed += clear.run(match.movieId).changes;
    else kept.add(match.movieId);
  });
  links.forEach((match, i) => {
    // A reference that does not know a movie says nothing against the link it has.
    if (kept.has(match.movieId)) return;
    if (!match.linked || match.imdbId === null) {
      const reason = match.linked ? `${match.evidence}, but the reference has no IMDb id for it` : match.reason;
      report.unlinked.push({ movieId: match.movieId, title: rows[i].title, reason });
      if (!match.linked) explain.run({ id: match.movieId, reason });
    }
    if (!match.linked) return;
    const { changes } = set.run({
      id: match.movieId,
      imdbId: match.imdbId,
      tmdbId: match.tmdbId,
      confidence: confidenceOf[match.confidence],
      evidence: match.evidence,
    });
    report.changed += changes;
    if (changes > 0) forgetPosterFetches(db, [match.movieId]);
  });
  return report;
}

function bestMatches(
  rows: readonly { movieId: MovieId; title: string }[],
  reference: ReadonlyMap<MovieId, LinkReference>,
): LinkMatch[] {
  const matches = matchLinks(rows, reference);
  const isDoubtful = (match: LinkMatch) => !match.linked || match.confidence === "low";
  const settled = new Set(matches.filter((match) => !isDoubtful(match)).map((match) => match.movieId));
  const doubtful = rows.filter((row) => !settled.has(row.movieId));
  const found = new Map(searchLinks(doubtful, reference, settled).map((match) => [match.movieId, match]));
  return matches.map((match) => {
    const other = found.get(match.movieId);
    if (other === undefined) return match;
    if (!other.linked) return match.linked ? match : { ...match, reason: `${match.reason}; ${other.reason}` };
    // A link by the same id, however doubtful, yields only to one whose title and year are both right.
    return !match.linked || other.confidence === "medium" ? other : match;
  });
}

/** An IMDb id belongs to one movie: the first that claims it, those linked by hand before all. */
function withoutTaken(match: LinkMatch, taken: Set<ImdbId>): LinkMatch {
  if (!match.linked || match.imdbId === null) return match;
  if (taken.has(match.imdbId)) {
    return { movieId: match.movieId, linked: false, reason: `${match.imdbId} already belongs to another movie` };
  }
  taken.add(match.imdbId);
  return match;
}
