/** The interface of poster providers: sources from which a movie's poster can be fetched. */
import type { ImdbId, MovieId } from "../../ids.js";

/** The ids by which a provider may find a movie. */
export interface PosterSubject {
  id: MovieId;
  imdbId: ImdbId | null;
  tmdbId: number | null;
}

/** A provider's answer. `etag` identifies the current version of the picture and is passed back the next time. */
export type FoundPoster =
  | { outcome: "found"; bytes: Buffer; etag: string | null }
  /** The picture still has the etag that was passed. */
  | { outcome: "unchanged" }
  | { outcome: "none"; detail: string };

export interface PosterProvider {
  readonly name: "folder" | "tmdb";
  /**
   * @param etag from the previous answer; null the first time
   * @throws {AppError} FETCH_FAILED, FILE_UNREADABLE, INTERRUPTED
   */
  find(movie: PosterSubject, etag: string | null, signal?: AbortSignal): Promise<FoundPoster>;
}
