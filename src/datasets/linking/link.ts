/**
 * Links movies to IMDb and TMDB ids by means of a newer MovieLens release. Movie ids are the same in every release, so
 * the id finds the row; title and year determine the confidence. Of 1M's 3,883 movies, 25M has 3,849.
 */
import { AppError, received } from "../../errors.js";
import type { ImdbId, MovieId } from "../../ids.js";
import { readToEnd } from "../movielens/lines.js";
import { readLinksCsv, readMoviesCsv } from "../movielens/read-csv.js";
import { type LinkRow, type MovieRow, type ReadOptions, UniqueRows } from "../movielens/rows.js";
import type { Source } from "../movielens/source.js";
import { comparableTitles, titleParts, titlesAgree, yearsAgree } from "../movielens/titles.js";

export interface LinkReference {
  /** Null where the reference has ids only, so that nothing can be checked. */
  title: string | null;
  imdbId: ImdbId | null;
  tmdbId: number | null;
}

/**
 * `high`: same id, title and year. `medium`: same id and title, the year differs; or the year agrees and most words
 * do. `low`: same id, but the title is another or could not be checked.
 */
export type LinkConfidence = "high" | "medium" | "low";

export type LinkMatch =
  | {
      movieId: MovieId;
      linked: true;
      imdbId: ImdbId | null;
      tmdbId: number | null;
      confidence: LinkConfidence;
      evidence: string;
    }
  | { movieId: MovieId; linked: false; reason: string };

/**
 * One result per movie, in the same order. Only a row whose title *and* year are another film's is rejected: real
 * releases rename films ("Taxman" became "Promise Her Anything") and correct years (1926 to 1927), hardly ever both.
 */
export function matchLinks(
  movies: readonly { movieId: MovieId; title: string }[],
  reference: ReadonlyMap<MovieId, LinkReference>,
): LinkMatch[] {
  return movies.map(({ movieId, title }) => {
    const row = reference.get(movieId);
    if (row === undefined) return { movieId, linked: false, reason: `the reference has no movie ${movieId}` };
    const judged = row.title === null ? unchecked : judge(title, row.title);
    if (judged === undefined) {
      const reason = `same id, but title and year are another film's: ${received(row.title)} is not ${received(title)}`;
      return { movieId, linked: false, reason };
    }
    if (row.imdbId === null && row.tmdbId === null) {
      const reason = `the reference has the movie (${judged.evidence}), but neither an IMDb nor a TMDB id for it`;
      return { movieId, linked: false, reason };
    }
    return { movieId, linked: true, imdbId: row.imdbId, tmdbId: row.tmdbId, ...judged };
  });
}

interface Judgement {
  confidence: LinkConfidence;
  evidence: string;
}

const unchecked: Judgement = {
  confidence: "low",
  evidence: "same id; the reference has no titles, so nothing could be checked",
};

/** The confidence that the reference's title supports; undefined where it contradicts the link. */
function judge(title: string, other: string): Judgement | undefined {
  const year = titleParts(title).year;
  const otherYear = titleParts(other).year;
  const sameTitle = titlesAgree(title, other);
  const sameYear = yearsAgree(year, otherYear);
  if (sameTitle && sameYear) return { confidence: "high", evidence: "same id, title and year" };
  if (sameTitle)
    return { confidence: "medium", evidence: `same id and title, year differs: ${year} is ${otherYear} there` };
  if (!sameYear) return undefined;
  const evidence = `same id, title differs: ${received(title)} is ${received(other)} there`;
  return { confidence: mostWordsAgree(title, other) ? "medium" : "low", evidence };
}

/** Whether two of their names share two thirds of the shorter one's words: "Vacation", "National Lampoon's Vacation". */
function mostWordsAgree(title: string, other: string): boolean {
  const others = comparableTitles(other).map((name) => new Set(name.split(" ")));
  return comparableTitles(title).some((name) => {
    const words = new Set(name.split(" "));
    return others.some((set) => {
      const common = [...words].filter((word) => set.has(word)).length;
      return common >= (2 / 3) * Math.min(words.size, set.size);
    });
  });
}

/**
 * A reference from `links.csv` and, beside it, `movies.csv`; without the latter nothing can be checked.
 * A movie without a line in links.csv is there with null ids.
 * @param source a zip or folder such as MovieLens 25M's, with or without its ratings
 * @throws {AppError} DATA_BAD_LINE unless `skipBad`; DATA_FORMAT where there is no links.csv, or a file cannot be read
 */
export async function readLinkReference(
  source: Source,
  options: ReadOptions = { skipBad: false },
): Promise<Map<MovieId, LinkReference>> {
  const links = source.files.find(({ name }) => /(?:^|\/)links\.csv$/i.test(name))?.name;
  if (links === undefined) {
    throw new AppError("DATA_FORMAT", `${source.label}: expected a links.csv to link movies by, but there is none`);
  }
  const folder = links.slice(0, -"links.csv".length);
  const movies = source.files.find(({ name }) => name.toLowerCase() === `${folder}movies.csv`.toLowerCase())?.name;
  const titles = new Map<MovieId, string>();
  if (movies !== undefined) {
    const unique = new UniqueRows<MovieId>("movie");
    const checkMovie = ({ movieId, title, line }: MovieRow) => {
      if (unique.isNew(movieId, title, line)) titles.set(movieId, title);
    };
    await readToEnd(readMoviesCsv(source, movies, { ...options, checkMovie }));
  }
  const reference = new Map<MovieId, LinkReference>();
  for (const [movieId, title] of titles) reference.set(movieId, { title, imdbId: null, tmdbId: null });
  const unique = new UniqueRows<MovieId>("movie");
  const checkLink = ({ movieId, imdbId, tmdbId, line }: LinkRow) => {
    if (!unique.isNew(movieId, `${imdbId} ${tmdbId}`, line)) return;
    reference.set(movieId, { title: titles.get(movieId) ?? null, imdbId, tmdbId });
  };
  await readToEnd(readLinksCsv(source, links, { ...options, checkLink }));
  return reference;
}
