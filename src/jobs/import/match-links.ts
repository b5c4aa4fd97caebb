/** Matches movies with films of a newer MovieLens release, whose IMDb and TMDB ids they take. */
import { type LinkMatch, type LinkReference, matchLinks } from "../../datasets/linking/link.js";
import { searchLinks } from "../../datasets/linking/link-search.js";
import { comparableTitles, titleParts } from "../../datasets/movielens/titles.js";
import type { ImdbId, MovieId } from "../../ids.js";
import type { ImportedLinks } from "../../store/imports.js";
import type { Link, ReferenceFilm } from "../../store/links.js";
import type { Movie } from "../../store/movies.js";

/** A movie without an IMDb id, and why. */
export interface UnlinkedMovie {
  movieId: MovieId;
  title: string;
  reason: string;
}

/** Links to set, and what is known of movies without one once they were decided. */
export interface LinkPlan extends ImportedLinks {
  /** Filled by `decide`. */
  unlinked: readonly UnlinkedMovie[];
}

/** Confidences as numbers in 0..1, to sort and filter by: an order, not a probability. */
const confidences = { high: 1, medium: 0.7, low: 0.3 } as const;

/** By movie id, checked by title and year; then by title and year alone. */
export function planLinks(reference: ReadonlyMap<MovieId, LinkReference>): LinkPlan {
  let unlinked: UnlinkedMovie[] = [];
  return {
    get unlinked() {
      return unlinked;
    },
    reference: toFilms(reference),
    decide: (movies, taken) => {
      unlinked = [];
      return decideLinks(movies, taken, reference, (movie) => unlinked.push(movie));
    },
  };
}

/** @param takenIds ids of movies that are linked by hand */
function decideLinks(
  movies: readonly Movie[],
  takenIds: ReadonlySet<ImdbId>,
  reference: ReadonlyMap<MovieId, LinkReference>,
  onUnlinked: (movie: UnlinkedMovie) => void,
): Map<MovieId, Link> {
  const taken = new Set(takenIds);
  const rows = movies.map(({ id, title }) => ({ movieId: id, title }));
  const matches = findBestMatches(rows, reference).map((match) => withoutTaken(match, taken));
  const claimed = new Set(matches.flatMap((match) => (match.linked ? [match.imdbId] : [])));
  const links = new Map<MovieId, Link>();
  matches.forEach((match, i) => {
    const movie = movies[i];
    // A reference that does not know a movie says nothing against its present link.
    if (!match.linked && movie.imdbId !== null && !claimed.has(movie.imdbId)) return;
    if (!match.linked || match.imdbId === null) {
      const reason = match.linked ? `${match.evidence}, but the reference has no IMDb id for it` : match.reason;
      onUnlinked({ movieId: movie.id, title: movie.title, reason });
    }
    links.set(movie.id, toLink(match, movie));
  });
  return links;
}

function toLink(match: LinkMatch, { imdbId, tmdbId, linkConfidence }: Movie): Link {
  if (match.linked) {
    const { confidence, evidence } = match;
    return {
      imdbId: match.imdbId,
      tmdbId: match.tmdbId,
      linkSource: "import",
      linkConfidence: confidences[confidence],
      linkEvidence: evidence,
    };
  }
  const isLost = imdbId !== null;
  return {
    imdbId: null,
    tmdbId: isLost ? null : tmdbId,
    linkSource: "import",
    linkConfidence: isLost ? null : linkConfidence,
    linkEvidence: match.reason,
  };
}

function toFilms(reference: ReadonlyMap<MovieId, LinkReference>): ReferenceFilm[] {
  return [...reference].flatMap(([movieId, { title, imdbId, tmdbId }]) =>
    title === null
      ? []
      : [{ movieId, title, year: titleParts(title).year, imdbId, tmdbId, names: comparableTitles(title).join(" ") }],
  );
}

function findBestMatches(
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

/** An IMDb id belongs to one movie: the first that claims it, movies linked by hand before all others. */
function withoutTaken(match: LinkMatch, taken: Set<ImdbId>): LinkMatch {
  if (!match.linked || match.imdbId === null) return match;
  if (taken.has(match.imdbId)) {
    return { movieId: match.movieId, linked: false, reason: `${match.imdbId} already belongs to another movie` };
  }
  taken.add(match.imdbId);
  return match;
}
