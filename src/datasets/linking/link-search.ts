/**
 * Links movies by title and year where `matchLinks` found no link or one of low confidence: some films changed their id
 * between releases ("M*A*S*H" is 1294 in 1M and 5060 in 25M), and title and year find them.
 */
import { received } from "../../errors.js";
import type { MovieId } from "../../ids.js";
import { comparableTitles, titleParts } from "../movielens/titles.js";
import type { LinkMatch, LinkReference } from "./link.js";

interface Candidate {
  movieId: MovieId;
  row: LinkReference;
  year: number | null;
}

/**
 * One result per movie, in the same order: linked where exactly one film of the reference has an equal name (no
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
  const byName = indexByName(reference);
  const claimed = new Map<Candidate, MovieId>();
  return movies.map(({ movieId, title }) => {
    const names = comparableTitles(title);
    const { year } = titleParts(title);
    if (year === null) return { movieId, linked: false, reason: `${received(title)} has no year to search by` };
    const best = bestMatches(byName, names, year, (candidate) => !taken.has(candidate.movieId));
    const [double] = best.length === 0 ? bestMatches(byName, names, year, () => true) : [];
    if (double !== undefined) {
      const { movieId: other, row } = double;
      const reason = `by title and year it is movie ${other}, ${received(row.title)}, which has the link already`;
      return { movieId, linked: false, reason };
    }
    if (best.length === 0) {
      return { movieId, linked: false, reason: "no other film of the reference has its title and year" };
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

/** The films of a year, or one beside it, that have most names in common. */
function bestMatches(
  byName: ReadonlyMap<string, Candidate[]>,
  names: readonly string[],
  year: number,
  mayBe: (candidate: Candidate) => boolean,
): Candidate[] {
  const common = new Map<Candidate, number>();
  for (const name of names) {
    for (const candidate of byName.get(name) ?? []) {
      if (candidate.year === null || Math.abs(candidate.year - year) > 1 || !mayBe(candidate)) continue;
      common.set(candidate, (common.get(candidate) ?? 0) + 1);
    }
  }
  const maxCommon = Math.max(...common.values());
  return [...common].filter(([, count]) => count === maxCommon).map(([candidate]) => candidate);
}

function indexByName(reference: ReadonlyMap<MovieId, LinkReference>): Map<string, Candidate[]> {
  const byName = new Map<string, Candidate[]>();
  for (const [movieId, row] of reference) {
    if (row.title === null || (row.imdbId === null && row.tmdbId === null)) continue;
    const candidate = { movieId, row, year: titleParts(row.title).year };
    for (const name of comparableTitles(row.title)) {
      const list = byName.get(name);
      if (list === undefined) byName.set(name, [candidate]);
      else list.push(candidate);
    }
  }
  return byName;
}
