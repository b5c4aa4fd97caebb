/** The movies that were rated most in the last days. */
import type { Movie } from "../db/movies.js";
import { latestRatingAt, ratingsAfter, type TimePlace } from "../db/ratings.js";
import type { MovieId } from "../ids.js";
import { createPause, withoutSignal } from "../pause.js";
import type { Context } from "./context.js";
import { moviesOf } from "./movies.js";
import { checkFirst, maxPage } from "./pages.js";
import type { Services } from "./services.js";

export interface TrendingMovie {
  movie: Movie;
  ratings: number;
}

interface Trend {
  movieId: MovieId;
  ratings: number;
  stars: number;
}

const daySeconds = 86_400;
const mostDays = 3650;
/** Counted again after so long. */
const keptMs = 60_000;
const rowsPerStep = 2000;

/**
 * Most ratings in the last days before the data set's latest rating first.
 * @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 and days from 1 to 3,650
 */
export async function trending(context: Context, days: number, first: number): Promise<TrendingMovie[]> {
  checkFirst("days", days, mostDays);
  checkFirst("first", first, maxPage);
  const trends = (await trendsOf(context.services, days)).slice(0, first);
  const movies = await moviesOf(
    context,
    trends.map(({ movieId }) => movieId),
  );
  const byId = new Map(movies.map((movie) => [movie.id, movie]));
  return trends.flatMap(({ movieId, ratings }) => {
    const movie = byId.get(movieId);
    return movie === undefined ? [] : [{ movie, ratings }];
  });
}

const kept = new WeakMap<Services["db"], Map<number, { at: number; trends: Promise<Trend[]> }>>();

/** Counted once a minute for each number of days, whoever asks. */
function trendsOf({ db }: Services, days: number): Promise<Trend[]> {
  const own = kept.get(db) ?? new Map<number, { at: number; trends: Promise<Trend[]> }>();
  kept.set(db, own);
  const now = performance.now();
  for (const [of, { at }] of own) if (now - at > keptMs) own.delete(of);
  let found = own.get(days);
  if (found === undefined) {
    found = { at: now, trends: withoutSignal(() => count(db, days)) };
    own.set(days, found);
    found.trends.catch(() => own.delete(days));
  }
  return found.trends;
}

/** A few thousand ratings at a time: others are answered in between, also when whoever asked first has gone. */
async function count(db: Services["db"], days: number): Promise<Trend[]> {
  const latest = latestRatingAt(db);
  if (latest === null) return [];
  const pause = createPause();
  const trends = new Map<MovieId, Trend>();
  for (let place: TimePlace = { ratedAt: latest - days * daySeconds, id: Number.MAX_SAFE_INTEGER }; ; ) {
    const rows = ratingsAfter(db, place, rowsPerStep);
    for (const { movieId, rating } of rows) {
      const trend = trends.get(movieId) ?? { movieId, ratings: 0, stars: 0 };
      trend.ratings++;
      trend.stars += rating;
      trends.set(movieId, trend);
    }
    if (rows.length < rowsPerStep) break;
    place = rows[rows.length - 1];
    await pause();
  }
  const best = [...trends.values()];
  return best.sort((a, b) => b.ratings - a.ratings || b.stars - a.stars || a.movieId - b.movieId).slice(0, maxPage);
}
