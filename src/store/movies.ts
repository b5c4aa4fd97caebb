/** Movies: by id, by IMDb id, by search, and the whole catalogue. */
import type { ImdbId, MovieId } from "../ids.js";
import type { Keyed, KeyPage, Range } from "./paging.js";
import type { Audience } from "./statistics.js";

export interface Movie {
  id: MovieId;
  /** Index in the data set's own list, from 0: the row of a baseline model that was trained on it elsewhere. */
  position: number;
  /** As given: `Godfather, The (1972)`. */
  title: string;
  /** With the article in front and without the year: `The Godfather`. */
  displayTitle: string;
  year: number | null;
  /** As given, joined by `|`: the whole string is a feature of the baseline model. Empty for none. */
  genres: string;
  imdbId: ImdbId | null;
  tmdbId: number | null;
  /** Who set the link: an import, or a person, whom no import overrules. */
  linkSource: "import" | "manual" | null;
  /** In 0..1; 1 where title and year agree with the link's own. */
  linkConfidence: number | null;
  /** What the link was found by, or why there is none. */
  linkEvidence: string | null;
  /** Whether `addMovie` or `updateMovie` set title and genres: a later import leaves them alone. */
  edited: boolean;
}

export interface MovieFilter {
  /** Words of the title, or their beginnings, in any order and spelling (`foldText`). */
  search?: string;
  /** Genres that a movie must all have. */
  genres?: readonly string[];
  /** Genres of which a movie must have one. */
  anyGenre?: readonly string[];
  /** Genres of which a movie must have none. */
  excludeGenres?: readonly string[];
  years?: Range;
  /** Stars; movies without ratings are left out. */
  meanRating?: Range;
  ratingCount?: Range;
  /** Whether the movie has an IMDb id. */
  linked?: boolean;
  /** Whether an import found its link and was not certain. */
  uncertainLink?: boolean;
  hasPoster?: boolean;
}

/** What lists of movies are ordered by; ties go to the lower id. RELEVANCE needs a search. */
export const movieOrderFields = [
  "RELEVANCE",
  "NUMBER",
  "TITLE",
  "YEAR",
  "POPULARITY",
  "MEAN_RATING",
  "RECENTLY_RATED",
] as const;
export type MovieOrderField = (typeof movieOrderFields)[number];

export interface MovieOrder {
  field: MovieOrderField;
  descending: boolean;
}

export interface MovieTitle {
  title: string;
  displayTitle: string;
  year: number | null;
}

export interface MovieDescription extends MovieTitle {
  genres: readonly string[];
}

export interface MovieStore {
  /** In the order of the ids; undefined where there is no such movie. */
  byIds(ids: readonly MovieId[]): Promise<(Movie | undefined)[]>;
  /** In the order of the ids; undefined where no movie has the IMDb id. */
  byImdbIds(ids: readonly ImdbId[]): Promise<(Movie | undefined)[]>;
  /** Every movie, in the data set's own order. */
  all(): Promise<Movie[]>;
  /** A page of the matching movies. @param audience whose ratings count for filters and orders by ratings */
  list(audience: Audience, filter: MovieFilter, order: MovieOrder, page: KeyPage): Promise<Keyed<Movie>[]>;
  /** The number of matching movies, or of all movies without a filter. */
  count(audience?: Audience, filter?: MovieFilter): Promise<number>;
  /** The number of movies with an IMDb id. */
  countLinked(): Promise<number>;
  /** The lowest id, or undefined without movies. */
  /** Changes with every change of a movie or of a link, through this process or another. */
  version(): Promise<string>;
  firstId(): Promise<MovieId | undefined>;
  /**
   * The movie of this title and year, in whatever spelling (`foldText`); where there is none, it is added under the next id of the
   * API's own, last in the catalogue.
   */
  findOrAdd(movie: MovieDescription): Promise<Movie>;
  /**
   * Changes a movie's title, year and genres.
   * @param describe gives the new description from the present one; pure, since it may be called more than once
   * @returns the movie as it is afterwards, or undefined where there is no such movie
   */
  update(id: MovieId, describe: (before: Movie) => MovieDescription): Promise<Movie | undefined>;
}
