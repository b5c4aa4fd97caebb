/** Where posters may come from: one small interface for every source. */
import type { ImdbId, MovieId } from "../../ids.js";

/** What a source may find a movie by. */
export interface PosterSubject {
  id: MovieId;
  imdbId: ImdbId | null;
  tmdbId: number | null;
}

/** What a source has. `etag` is its own name for the picture as it is now, given back to it the next time. */
export type FoundPoster =
  | { outcome: "found"; bytes: Buffer; etag: string | null }
  /** The picture is still the one that had this etag. */
  | { outcome: "unchanged" }
  | { outcome: "none"; detail: string };

export interface PosterProvider {
  readonly name: "folder" | "tmdb";
  /**
   * @param etag what the source said last time; null where it was never asked
   * @throws {AppError} FETCH_FAILED, FILE_UNREADABLE, INTERRUPTED
   */
  find(movie: PosterSubject, etag: string | null, signal?: AbortSignal): Promise<FoundPoster>;
}
