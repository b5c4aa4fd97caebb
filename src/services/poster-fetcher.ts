/** Fetches missing posters from providers, one at once or many in the background. */
import pLimit from "p-limit";
import { AppError, movieNotFound } from "../errors.js";
import { withoutSignal } from "../event-loop.js";
import type { MovieId } from "../ids.js";
import { inspectPoster } from "../posters/images/inspect-poster.js";
import { savePoster } from "../posters/images/poster-files.js";
import type { FoundPoster, PosterProvider } from "../posters/providers/provider.js";
import type { Poster, PosterFetch } from "../store/posters.js";
import type { Store } from "../store/store.js";
import { unixNow } from "../unix-time.js";
import type { Encoders } from "./encoders-in-use.js";

/** `kept`: an uploaded poster is never replaced. `waiting`: the provider was asked lately and is not asked again yet. */
export const fetchOutcomes = ["added", "changed", "unchanged", "kept", "none", "failed", "waiting"] as const;
export type FetchOutcome = (typeof fetchOutcomes)[number];

export interface FetchResult {
  outcome: FetchOutcome;
  /** Why there is none, by provider. */
  detail: string;
}

export interface PosterFetcher {
  readonly providers: readonly PosterProvider[];
  /** Asks the providers in their order, each where those before have none. @param refresh even those that were asked lately */
  fetch(movieId: MovieId, options?: { refresh?: boolean; signal?: AbortSignal }): Promise<FetchResult>;
  /** Queues posters to be fetched in the background, except those that every provider refused lately. */
  request(movieIds: readonly MovieId[]): Promise<void>;
  /** Whether a movie's poster is being fetched, or waits for it. */
  isPending(movieId: MovieId): boolean;
  /** Resolves when nothing is pending any more. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface PosterFetcherOptions {
  providers: readonly PosterProvider[];
  /** Told what went wrong in the background. */
  onError?(error: unknown): void;
}

/** Movies at a time. */
const concurrency = 4;
/** Movies that wait in the background; the next query requests the others. */
const maxPending = 500;
const day = 86_400;
/** Seconds. */
const retryAfter = { found: 90 * day, none: 30 * day, failed: day } as const;

export function createPosterFetcher(
  { movies, posters }: Pick<Store, "movies" | "posters">,
  postersFolder: string,
  encoders: Encoders,
  { providers, onError }: PosterFetcherOptions,
): PosterFetcher {
  const limit = pLimit(concurrency);
  const pending = new Map<MovieId, Promise<void>>();
  const controller = new AbortController();

  async function fetch(
    movieId: MovieId,
    { refresh = false, signal }: { refresh?: boolean; signal?: AbortSignal } = {},
  ): Promise<FetchResult> {
    const [movie] = await movies.byIds([movieId]);
    if (movie === undefined) throw movieNotFound(movieId);
    const [poster] = await posters.byMovieIds([movieId]);
    if (poster?.source === "upload") return { outcome: "kept", detail: "uploaded by a person" };
    const lastFetches = new Map((await posters.fetches([movieId])).map((fetch) => [fetch.provider, fetch]));
    const now = unixNow();
    const details: string[] = [];
    let outcome: FetchOutcome = "none";
    for (const provider of providers) {
      const last = lastFetches.get(provider.name);
      if (!refresh && last !== undefined && last.retryAt > now && !(last.outcome === "found" && poster === undefined)) {
        if (poster?.source === provider.name) return { outcome: "unchanged", detail: provider.name };
        if (outcome === "none") outcome = "waiting";
        details.push(`${provider.name}: ${last.detail ?? last.outcome}`);
        continue;
      }
      // Only the provider of the present poster can say that it is still the same.
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
        // A file that is no picture will be none tomorrow either.
        const isLasting = error.code === "POSTER_UNREADABLE";
        await record(provider, movieId, isLasting ? "none" : "failed", error.message, null);
        details.push(`${provider.name}: ${error.message}`);
        outcome = "failed";
      }
    }
    return { outcome, detail: details.join("; ") };
  }

  /** Nothing is recorded before the picture was decoded in full and its file is written. */
  async function keep(
    provider: PosterProvider,
    movieId: MovieId,
    found: Exclude<FoundPoster, { outcome: "none" }>,
    before: Poster | undefined,
    last: PosterFetch | undefined,
  ): Promise<FetchResult> {
    if (found.outcome === "unchanged") {
      await record(provider, movieId, "found", null, last?.etag ?? null);
      return { outcome: "unchanged", detail: provider.name };
    }
    const { format, width, height, sha256, bytes } = await inspectPoster(found.bytes);
    await savePoster(postersFolder, found.bytes, format);
    const poster = { movieId, sha256, format, width, height, bytes, source: provider.name, addedAt: unixNow() };
    const changed = await posters.recordFetch(toFetch(provider, movieId, "found", null, found.etag), poster);
    const outcome = !changed ? "unchanged" : before === undefined ? "added" : "changed";
    return { outcome, detail: provider.name };
  }

  async function record(...args: Parameters<typeof toFetch>): Promise<void> {
    await posters.recordFetch(toFetch(...args));
  }

  async function request(movieIds: readonly MovieId[]): Promise<void> {
    if (providers.length === 0 || controller.signal.aborted || movieIds.length === 0) return;
    const refusals = await countRefusals(movieIds);
    for (const movieId of movieIds) {
      if (pending.has(movieId) || pending.size >= maxPending || controller.signal.aborted) continue;
      if ((refusals.get(movieId) ?? 0) >= providers.length) continue;
      pending.set(
        movieId,
        // For later queries too, so also when the client of this one has gone.
        limit(() => withoutSignal(() => fetchAndEmbed(movieId)))
          .catch((error: unknown) => {
            if (!controller.signal.aborted) onError?.(error);
          })
          .finally(() => pending.delete(movieId)),
      );
    }
  }

  /** The number of providers that said lately that there is no poster, by movie. */
  async function countRefusals(movieIds: readonly MovieId[]): Promise<Map<MovieId, number>> {
    const now = unixNow();
    const refusals = new Map<MovieId, number>();
    for (const { movieId, outcome, retryAt } of await posters.fetches(movieIds)) {
      if (outcome !== "found" && retryAt > now) refusals.set(movieId, (refusals.get(movieId) ?? 0) + 1);
    }
    return refusals;
  }

  /** The next query finds the poster embedded. */
  async function fetchAndEmbed(movieId: MovieId): Promise<void> {
    if (controller.signal.aborted) return;
    const { outcome, detail } = await fetch(movieId, { signal: controller.signal });
    if (outcome === "failed") onError?.(new AppError("FETCH_FAILED", `no poster of movie ${movieId}: ${detail}`));
    const [poster] = await posters.byMovieIds([movieId]);
    if (poster !== undefined && !controller.signal.aborted) await encoders.embeddings([poster]);
  }

  async function settled(): Promise<void> {
    while (pending.size > 0) await Promise.all(pending.values());
  }

  return {
    providers,
    fetch,
    request,
    isPending: (movieId) => pending.has(movieId),
    settled,
    async close() {
      controller.abort();
      await settled();
    },
  };
}

function toFetch(
  { name }: PosterProvider,
  movieId: MovieId,
  outcome: PosterFetch["outcome"],
  detail: string | null,
  etag: string | null,
): PosterFetch {
  const fetchedAt = unixNow();
  return { movieId, provider: name, outcome, detail, etag, fetchedAt, retryAt: fetchedAt + retryAfter[outcome] };
}
