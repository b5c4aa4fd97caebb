/**
 * The second way to a link, for what `matchLinks` left unlinked or at low confidence: some films changed their number
 * between releases ("M*A*S*H" is 1294 in 1M and 5060 in 25M), and title and year find them.
 */
import { received } from "../../errors.js";
import type { MovieId } from "../../ids.js";
import type { LinkMatch, LinkReference } from "./link.js";
import { comparableTitles, titleParts } from "./titles.js";

interface Candidate {
  movieId: MovieId;
  row: LinkReference;
  year: number | null;
}

/**
 * One answer for each movie, in their order: linked where exactly one film of the reference has an equal name (no
 * beginnings, no word counts) and a year at most one off; among several, the one with most names in common.
 * Confidence is medium where the year is equal, else low.
 * For a movie that `matchLinks` linked at low confidence, only a medium answer is better than what it has.
 * @param taken ids that already stand for a movie: a film found under one of them is another movie's link
 */
export function searchLinks(
  movies: readonly { movieId: MovieId; title: string }[],
  reference: ReadonlyMap<MovieId, LinkReference>,
  taken: ReadonlySet<MovieId>,
): LinkMatch[] {
  const byName = indexByName(reference, taken);
  const claimed = new Map<Candidate, MovieId>();
  return movies.map(({ movieId, title }) => {
    const names = comparableTitles(title);
    const { year } = titleParts(title);
    if (year === null) return { movieId, linked: false, reason: `${received(title)} has no year to search by` };
    const common = new Map<Candidate, number>();
    for (const name of names) {
      for (const candidate of byName.get(name) ?? []) {
        if (candidate.year === null || Math.abs(candidate.year - year) > 1) continue;
        common.set(candidate, (common.get(candidate) ?? 0) + 1);
      }
    }
    const most = Math.max(...common.values());
    const best = [...common].filter(([, count]) => count === most).map(([candidate]) => candidate);
    if (best.length === 0) {
      return {
        movieId,
        linked: false,
        reason: `the reference has no other film with the title and year of ${received(title)}`,
      };
    }
    if (best.length > 1) {
      const ids = best.map((candidate) => candidate.movieId).join(", ");
      return { movieId, linked: false, reason: `the reference has several films like ${received(title)}: ${ids}` };
    }
    const [found] = best as [Candidate];
    const owner = claimed.get(found);
    if (owner !== undefined) {
      return {
        movieId,
        linked: false,
        reason: `movie ${owner} was already linked as movie ${found.movieId} of the reference`,
      };
    }
    claimed.set(found, movieId);
    const { imdbId, tmdbId } = found.row;
    const evidence = `found by title and year as movie ${found.movieId}, ${received(found.row.title)}`;
    return { movieId, linked: true, imdbId, tmdbId, confidence: found.year === year ? "medium" : "low", evidence };
  });
}

function indexByName(
  reference: ReadonlyMap<MovieId, LinkReference>,
  taken: ReadonlySet<MovieId>,
): Map<string, Candidate[]> {
  const byName = new Map<string, Candidate[]>();
  for (const [movieId, row] of reference) {
    if (row.title === null || taken.has(movieId) || (row.imdbId === null && row.tmdbId === null)) continue;
    const candidate = { movieId, row, year: titleParts(row.title).year };
    for (const name of comparableTitles(row.title)) {
      const list = byName.get(name);
      if (list === undefined) byName.set(name, [candidate]);
      else list.push(candidate);
    }
  }
  return byName;
}
