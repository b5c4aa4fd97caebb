/** Fetches missing posters from their providers, or all of them again. */
import pLimit from "p-limit";
import { AppError } from "../errors.js";
import type { MovieId } from "../ids.js";
import { type FetchOutcome, fetchOutcomes } from "../services/poster-fetcher.js";
import type { Services } from "../services/services.js";
import { type Progress, silent } from "./progress.js";

export interface FetchPostersOptions {
  /** Ask for all movies again, not only for those without a poster. */
  refresh?: boolean;
  signal?: AbortSignal;
}

export interface FetchReport {
  /** Movies whose poster was requested. */
  movies: number;
  outcomes: Record<FetchOutcome, number>;
  failed: { movieId: MovieId; title: string; detail: string }[];
}

const concurrency = 4;

/**
 * Stops when the signal aborts; what is fetched stays.
 * @throws {AppError} CONFIG_INVALID where no provider is set up; DATA_EMPTY without movies
 */
export async function fetchPosters(
  { store, posterFetcher }: Services,
  { refresh = false, signal }: FetchPostersOptions = {},
  progress: Progress = silent,
): Promise<FetchReport> {
  if (posterFetcher.providers.length === 0) {
    throw new AppError(
      "CONFIG_INVALID",
      "expected a poster provider, but none is set up: set POSTER_FOLDER or TMDB_API_KEY (docs/posters.md)",
    );
  }
  const movies = await store.movies.all();
  if (movies.length === 0)
    throw new AppError("DATA_EMPTY", "expected movies to fetch posters of, but none are loaded: run marquee import");
  const present = await store.posters.movieIds();
  const wanted = movies.filter(({ id }) => refresh || !present.has(id));
  const report: FetchReport = {
    movies: 0,
    outcomes: Object.fromEntries(fetchOutcomes.map((outcome) => [outcome, 0])) as Record<FetchOutcome, number>,
    failed: [],
  };
  const limit = pLimit(concurrency);
  const fetchOne = async ({ id, displayTitle }: (typeof wanted)[number]) => {
    if (signal?.aborted) return;
    const result = await posterFetcher.fetch(id, { refresh, signal }).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "INTERRUPTED") return undefined;
      throw error;
    });
    if (result === undefined) return;
    report.outcomes[result.outcome]++;
    if (result.outcome === "failed") report.failed.push({ movieId: id, title: displayTitle, detail: result.detail });
    report.movies++;
    progress.update({ stage: "fetch", done: report.movies, total: wanted.length, unit: "posters" });
  };
  await Promise.all(wanted.map((movie) => limit(fetchOne, movie)));
  return report;
}
