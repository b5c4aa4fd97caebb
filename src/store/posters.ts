/** Posters: which picture each movie has, and what providers said. The pictures themselves are files. */
import type { MovieId } from "../ids.js";

export interface Poster {
  movieId: MovieId;
  /** Of the picture: its file's name. */
  sha256: string;
  format: "jpeg" | "png" | "webp";
  /** Pixels. */
  width: number;
  height: number;
  bytes: number;
  source: "folder" | "upload" | "tmdb" | "drawn";
  /** Unix seconds. */
  addedAt: number;
}

/** What a provider last said of a movie's poster. */
export interface PosterFetch {
  movieId: MovieId;
  provider: string;
  outcome: "found" | "none" | "failed";
  /** Why there is none, or what failed. */
  detail: string | null;
  /** What the provider knows the picture by, to find out whether it changed. */
  etag: string | null;
  /** Unix seconds. */
  fetchedAt: number;
  /** Unix seconds; until then the provider is not asked for it again. */
  retryAt: number;
}

export interface PosterStore {
  /** In the order of the ids; undefined where a movie has no poster. */
  byMovieIds(ids: readonly MovieId[]): Promise<(Poster | undefined)[]>;
  /** A poster of this content, or undefined: only recorded pictures may be served. */
  byContent(sha256: string): Promise<Poster | undefined>;
  count(): Promise<number>;
  movieIds(): Promise<Set<MovieId>>;
  /** Changes whenever any movie's poster does. */
  version(): Promise<string>;
  /**
   * Sets movies' posters, all or none; the same picture again changes nothing.
   * @returns the movies whose poster changed
   * @throws {AppError} MOVIE_NOT_FOUND
   */
  set(posters: readonly Poster[]): Promise<MovieId[]>;
  /** Removes a movie's poster; its file stays. @returns the poster that was there, or undefined */
  delete(movieId: MovieId): Promise<Poster | undefined>;
  /** What every provider last said of movies, in no order. */
  fetches(ids: readonly MovieId[]): Promise<PosterFetch[]>;
  /** Records what a provider said, with the poster that it gave. @returns whether the movie's poster changed */
  recordFetch(fetch: PosterFetch, poster?: Poster): Promise<boolean>;
}
