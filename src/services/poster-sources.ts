/** Fetches missing posters from providers, one at once or many in the background. */
import pLimit from "p-limit";
import { moviesByIds } from "../db/movies.js";
import type { Database } from "../db/open.js";
import { type PosterFetch, posterFetchesOf, recordPosterFetch } from "../db/poster-fetches.js";
import { type PosterRow, postersByMovieIds, setPoster } from "../db/posters.js";
import { write } from "../db/write.js";
import { AppError } from "../errors.js";
import { withoutSignal } from "../event-loop.js";
import type { MovieId } from "../ids.js";
import { inspectPoster } from "../posters/images/inspect-poster.js";
import { savePoster } from "../posters/images/store.js";
import type { FoundPoster, PosterProvider } from "../posters/providers/provider.js";
import { unixNow } from "../unix-time.js";
import type { Encoders } from "./encoders-in-use.js";
import { createUpdates, type Updates } from "./publish-subscribe.js";

/** `kept`: what a person uploaded is never replaced. `waiting`: asked not long ago, and not again yet. */
export const fetchOutcomes = ["added", "changed", "unchanged", "kept", "none", "failed", "waiting"] as const;
export type FetchOutcome = (typeof fetchOutcomes)[number];

export interface FetchResult {
  outcome: FetchOutcome;
  /** Why there is none, by source. */
  detail: string;
}

export interface PosterSources {
  readonly providers: readonly PosterProvider[];
  /** Movies whose posters have come, were replaced or were taken away. */
  readonly updates: Updates<MovieId>;
  /** Asks the sources in their order, the next one where one has none. @param refresh even where asked not long ago */
  fetch(movieId: MovieId, options?: { refresh?: boolean; signal?: AbortSignal }): Promise<FetchResult>;
  /** Has the posters of movies fetched in the background, those that no source refused lately. Returns at once. */
  request(movieIds: readonly MovieId[]): void;
  /** Whether a movie's poster is being fetched, or waits for it. */
  isPending(movieId: MovieId): boolean;
  /** When nothing is pending any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface PosterSourcesOptions {
  providers: readonly PosterProvider[];
  /** Told what went wrong in the background. */
  onError?(error: unknown): void;
}

/** Movies at a time. */
const concurrency = 4;
/** In the background, so many movies wait at most: the next query asks for the others. */
const mostPending = 500;
const day = 86_400;
const askAgainAfter = { found: 90 * day, none: 30 * day, failed: day } as const;

export function createPosterSources(
  db: Database,
  postersFolder: string,
  encoders: Encoders,
  { providers, onError }: PosterSourcesOptions,
): PosterSources {
  const updates = createUpdates<MovieId>();
  const limit = pLimit(concurrency);
  const pending = new Map<MovieId, Promise<void>>();
  const controller = new AbortController();

  async function fetch(
    movieId: MovieId,
    { refresh = false, signal }: { refresh?: boolean; signal?: AbortSignal } = {},
  ): Promise<FetchResult> {
    const [movie] = moviesByIds(db, [movieId]);
    if (movie === undefined) throw new AppError("MOVIE_NOT_FOUND", `expected the id of a movie, received ${movieId}`);
    const [poster] = postersByMovieIds(db, [movieId]);
    if (poster?.source === "upload") return { outcome: "kept", detail: "uploaded by a person" };
    const said = new Map(posterFetchesOf(db, [movieId]).map((row) => [row.provider, row]));
    const now = unixNow();
    const details: string[] = [];
    let outcome: FetchOutcome = "none";
    for (const provider of providers) {
      const last = said.get(provider.name);
      if (
        !refresh &&
        last !== undefined &&
        last.askAgainAt > now &&
        !(last.outcome === "found" && poster === undefined)
      ) {
        if (poster?.source === provider.name) return { outcome: "unchanged", detail: provider.name };
        if (outcome === "none") outcome = "waiting";
        details.push(`${provider.name}: ${last.detail ?? last.outcome}`);
        continue;
      }
      // Only the source that the poster is from can say that it is still the same.
      const etag = poster?.source === provider.name && last?.outcome === "found" ? last.etag : null;
      try {
        const found = await provider.find(movie, etag, signal);
        if (found.outcome !== "none") return await keep(provider, movieId, found, poster, last);
        await record(provider, movieId, "none", found.detail, null);
        details.push(`${provider.name}: ${found.detail}`);
        if (outcome === "waiting") outcome = "none";
      } catch (error) {
        if (!(error instanceof AppError) || error.code === "INTERRUPTED" || error.code === "DATABASE_BUSY") throw error;
        if (signal?.aborted) throw new AppError("INTERRUPTED", "the fetch was stopped", { cause: error });
        // A picture that is no poster is none tomorrow either.
        const isLasting = error.code === "POSTER_UNREADABLE";
        await record(provider, movieId, isLasting ? "none" : "failed", error.message, null);
        details.push(`${provider.name}: ${error.message}`);
        outcome = "failed";
      }
    }
    return { outcome, detail: details.join("; ") };
  }

  /** Nothing is recorded before the picture was decoded in full and lies in the store. */
  async function keep(
    provider: PosterProvider,
    movieId: MovieId,
    found: Exclude<FoundPoster, { outcome: "none" }>,
    before: PosterRow | undefined,
    last: PosterFetch | undefined,
  ): Promise<FetchResult> {
    if (found.outcome === "unchanged") {
      await record(provider, movieId, "found", null, last?.etag ?? null);
      return { outcome: "unchanged", detail: provider.name };
    }
    const { format, width, height, sha256, bytes } = await inspectPoster(found.bytes);
    await savePoster(postersFolder, found.bytes, format);
    const addedAt = unixNow();
    const changed = await write(db, () => {
      recordPosterFetch(db, rowOf(provider, movieId, "found", null, found.etag));
      return setPoster(db, { movieId, sha256, format, width, height, bytes, source: provider.name, addedAt });
    });
    if (changed) updates.publish(movieId);
    const outcome = !changed ? "unchanged" : before === undefined ? "added" : "changed";
    return { outcome, detail: provider.name };
  }

  function record(
    provider: PosterProvider,
    movieId: MovieId,
    outcome: PosterFetch["outcome"],
    detail: string | null,
    etag: string | null,
  ): Promise<void> {
    return write(db, () => recordPosterFetch(db, rowOf(provider, movieId, outcome, detail, etag)));
  }

  function request(movieIds: readonly MovieId[]): void {
    if (providers.length === 0 || controller.signal.aborted || movieIds.length === 0) return;
    const now = unixNow();
    const refused = new Map<MovieId, number>();
    for (const { movieId, outcome, askAgainAt } of posterFetchesOf(db, movieIds)) {
      if (outcome !== "found" && askAgainAt > now) refused.set(movieId, (refused.get(movieId) ?? 0) + 1);
    }
    for (const movieId of movieIds) {
      if (pending.has(movieId) || pending.size >= mostPending) continue;
      if ((refused.get(movieId) ?? 0) >= providers.length) continue;
      pending.set(
        movieId,
        // For whoever asks next, so also when whoever asked first has gone.
        limit(() => withoutSignal(() => fetchAndEmbed(movieId)))
          .catch((error: unknown) => {
            if (!controller.signal.aborted) onError?.(error);
          })
          .finally(() => pending.delete(movieId)),
      );
    }
  }

  /** The next query finds the embedding made. */
  async function fetchAndEmbed(movieId: MovieId): Promise<void> {
    if (controller.signal.aborted) return;
    const { outcome, detail } = await fetch(movieId, { signal: controller.signal });
    if (outcome === "failed") onError?.(new AppError("FETCH_FAILED", `no poster of movie ${movieId}: ${detail}`));
    const [poster] = postersByMovieIds(db, [movieId]);
    if (poster !== undefined && !controller.signal.aborted) await encoders.embeddings([poster]);
  }

  async function settled(): Promise<void> {
    while (pending.size > 0) await Promise.all(pending.values());
  }

  return {
    providers,
    updates,
    fetch,
    request,
    isPending: (movieId) => pending.has(movieId),
    settled,
    async close() {
      controller.abort();
      updates.close();
      await settled();
    },
  };
}

function rowOf(
  { name }: PosterProvider,
  movieId: MovieId,
  outcome: PosterFetch["outcome"],
  detail: string | null,
  etag: string | null,
): PosterFetch {
  const askedAt = unixNow();
  return { movieId, provider: name, outcome, detail, etag, askedAt, askAgainAt: askedAt + askAgainAfter[outcome] };
}
