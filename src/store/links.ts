/** Links of movies to IMDb and TMDB, and the films they may be linked to. */
import type { ImdbId, MovieId } from "../ids.js";
import type { Movie } from "./movies.js";

/** What links a movie, or why nothing does. */
export type Link = Pick<Movie, "imdbId" | "tmdbId" | "linkSource" | "linkConfidence" | "linkEvidence">;

/** A film of the MovieLens release that links were last taken from. */
export interface ReferenceFilm {
  movieId: MovieId;
  title: string;
  year: number | null;
  imdbId: ImdbId | null;
  tmdbId: number | null;
  /** Words of the title in comparable form, to search by. */
  names: string;
}

/** The result of linking one movie by hand. */
export type LinkResult = { movie: Movie } | { takenBy: Movie } | { missing: MovieId };

/**
 * Gives the new links of movies, given those that are not linked by hand and the IMDb ids of those that are; pure, since it may be called
 * more than once.
 */
export type DecideLinks = (movies: readonly Movie[], taken: ReadonlySet<ImdbId>) => ReadonlyMap<MovieId, Link>;

export interface LinkStore {
  /**
   * Links movies by hand, one after another; each that cannot be linked leaves the others alone. An import never overrules them.
   * What providers said of a changed movie is forgotten, and a poster that TMDB gave is removed.
   * @param links an IMDb id of null unlinks
   * @returns one result for each: the movie afterwards, or the movie that has the IMDb id already, or the id of a missing movie
   */
  set(links: readonly { movieId: MovieId; imdbId: ImdbId | null }[]): Promise<LinkResult[]>;
  /**
   * Replaces the links that imports made, all or none.
   * @param decide gives the new links; movies without one keep theirs
   * @param reference the films they were taken from, which replace those kept before; an empty list keeps them
   * @returns the number of movies whose ids changed
   */
  replaceImported(decide: DecideLinks, reference: readonly ReferenceFilm[]): Promise<number>;
  /** Films with an IMDb id whose titles share a word with `words`, the best matches first. */
  searchReference(words: readonly string[], limit: number): Promise<Omit<ReferenceFilm, "names">[]>;
}
