/** Ranks films that a movie may be, by how similar their titles and years are. */
import { received } from "../../errors.js";
import { comparableTitles, titlesAgree } from "../movielens/titles.js";

interface Film {
  /** As a data set gives it. */
  title: string;
  year: number | null;
}

/** The films with their confidence in 0..1, 1 where title and year agree, and what it rests on; the most similar first. */
export function rankLinkCandidates<Candidate extends Film>(
  movie: Film,
  films: readonly Candidate[],
): (Candidate & { confidence: number; evidence: string })[] {
  const names = comparableTitles(movie.title);
  return films
    .map((film) => ({ ...film, ...getConfidence(movie, names, film) }))
    .sort((a, b) => b.confidence - a.confidence);
}

function getConfidence(movie: Film, names: readonly string[], film: Film): { confidence: number; evidence: string } {
  const apart = movie.year === null || film.year === null ? null : Math.abs(movie.year - film.year);
  const sameTitle = titlesAgree(movie.title, film.title);
  const others = comparableTitles(film.title);
  const similarity = sameTitle
    ? 1
    : Math.max(0, ...names.flatMap((name) => others.map((other) => commonBigrams(name, other))));
  // Releases differ by a year; two years apart are two films more often than one, unless the title is the same.
  const min = sameTitle ? 0.5 : 0.2;
  const time = apart === null ? 0.6 : apart === 0 ? 1 : apart === 1 ? 0.9 : Math.max(min, 0.7 - 0.05 * apart);
  const title = sameTitle ? "same title" : `title differs: ${received(film.title)}`;
  const year =
    apart === null
      ? "no year to check"
      : apart === 0
        ? "same year"
        : `year differs: ${movie.year} is ${film.year} there`;
  return { confidence: Math.round(similarity * similarity * time * 100) / 100, evidence: `${title}, ${year}` };
}

/** Dice's coefficient over pairs of letters: 1 for equal names, a little less for each different letter. */
function commonBigrams(one: string, other: string): number {
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
