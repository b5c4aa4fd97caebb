/** Movies rated most often in the last days. */
import PQueue from "p-queue";
import { audienceOf } from "../../access/read-policy.js";
import type { Movie } from "../../db/movies.js";
import { currentDataset } from "../../db/settings.js";
import type { Audience } from "../../db/statistics.js";
import { ratingsAfter, ratingsBefore, type TimePlace } from "../../db/timed-ratings.js";
import { AppError } from "../../errors.js";
import { createYield, stillWaiting, withoutSignal } from "../../event-loop.js";
import type { MovieId } from "../../ids.js";
import type { Services } from "../../services/services.js";
import { unixNow } from "../../unix-time.js";
import type { Context } from "../request/context.js";
import { checkFirst, maxPage } from "../request/cursors.js";
import { moviesOf } from "./list-movies.js";

export interface TrendingMovie {
  movie: Movie;
  ratings: number;
}

interface Trend {
  movieId: MovieId;
  ratings: number;
  /** Of those whose stars the audience may read; they order movies of as many ratings. */
  stars: number;
}

/** The ratings of a movie, by imported users and by those who were added here. */
interface Counted {
  imported: { ratings: number; stars: number };
  created: { ratings: number; stars: number };
}

type Trends = (audience: Audience) => Trend[];

const daySeconds = 86_400;
const mostDays = 3650;
/** Counted again after so long. */
const keptMs = 60_000;
const rowsPerStep = 2000;

/**
 * Most ratings in the last days first: of the data set, before its latest rating, and of those given here, before now.
 * @throws {AppError} INVALID_ARGUMENT unless first is from 1 to 100 and days from 1 to 3,650
 */
export async function trending(context: Context, days: number, first: number): Promise<TrendingMovie[]> {
  checkFirst("days", days, mostDays);
  checkFirst("first", first, maxPage);
  const trends = (await trendsOf(context.services, days))(audienceOf(context)).slice(0, first);
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

interface Counting {
  /** When it began; not yet while it waits for its turn. */
  at?: number;
  trends: Promise<Trends>;
  /** Of everybody who asked: whether they still wait. */
  askers: (() => boolean)[];
}

interface Counts {
  byDays: Map<number, Counting>;
  /** One after another: many numbers of days at once must not take the server. The fewest days first, which take least. */
  queue: PQueue;
}

const countsOf = new WeakMap<Services["db"], Counts>();

/** Counted once a minute for each number of days, whoever asks. */
function trendsOf({ db }: Services, days: number): Promise<Trends> {
  const counts = countsOf.get(db) ?? { byDays: new Map(), queue: new PQueue({ concurrency: 1 }) };
  countsOf.set(db, counts);
  const now = performance.now();
  for (const [of, { at = now }] of counts.byDays) if (now - at > keptMs) counts.byDays.delete(of);
  const counting = counts.byDays.get(days) ?? beginCounting(db, days, counts);
  counting.askers.push(stillWaiting());
  return counting.trends;
}

function beginCounting(db: Services["db"], days: number, { byDays, queue }: Counts): Counting {
  const forget = (error: unknown): never => {
    byDays.delete(days);
    throw error;
  };
  const counting: Counting = {
    askers: [],
    trends: queue.add(
      async () => {
        // The queue begins at once, before whoever asked is known.
        await Promise.resolve();
        // Not worth beginning where everybody has gone meanwhile.
        if (counting.askers.every((isWaiting) => !isWaiting())) return forget(new AppError("TIMEOUT", "nobody waits"));
        counting.at = performance.now();
        return withoutSignal(() => count(db, days)).catch(forget);
      },
      { priority: -days },
    ),
  };
  // Nobody may be left to be told.
  counting.trends.catch(() => {});
  byDays.set(days, counting);
  return counting;
}

/** The last days of what was imported, and the last days here: a first rating of today does not make an old data set's trends. */
async function count(db: Services["db"], days: number): Promise<Trends> {
  const counted = new Map<MovieId, Counted>();
  const span = days * daySeconds;
  const now = unixNow();
  const end = await endOfImport(db);
  if (end !== null) await countWithin(db, { from: end - span, to: end, edited: false }, counted);
  await countWithin(db, { from: now - span, to: now, edited: true }, counted);
  return bestOf(counted);
}

/** @returns the most rated movies for an audience, put in order when it first asks */
function bestOf(counted: Map<MovieId, Counted>): Trends {
  const kept = new Map<Audience, Trend[]>();
  return (audience) => {
    const trends = kept.get(audience) ?? best(counted, audience);
    kept.set(audience, trends);
    return trends;
  };
}

/** Ratings of people whom a reader may not read are counted ten at a time, as in the sums of movies. */
function wholeTens(ratings: number): number {
  return ratings - (ratings % 10);
}

function best(counted: Map<MovieId, Counted>, audience: Audience): Trend[] {
  return Array.from(counted, ([movieId, { imported, created }]): Trend => {
    if (audience === "published") {
      return { movieId, ratings: imported.ratings + wholeTens(created.ratings), stars: imported.stars };
    }
    const ratings = imported.ratings + created.ratings;
    if (audience === "private") return { movieId, ratings: wholeTens(ratings), stars: 0 };
    return { movieId, ratings, stars: imported.stars + created.stars };
  })
    .filter(({ ratings }) => ratings > 0)
    .sort((a, b) => b.ratings - a.ratings || b.stars - a.stars || a.movieId - b.movieId)
    .slice(0, maxPage);
}

/** A few thousand ratings at a time: others are answered in between. @param edited whether those given here are counted, or those imported */
async function countWithin(
  db: Services["db"],
  { from, to, edited }: { from: number; to: number; edited: boolean },
  counted: Map<MovieId, Counted>,
): Promise<void> {
  const pause = createYield();
  for (let place: TimePlace = { ratedAt: from, id: Number.MAX_SAFE_INTEGER }; ; ) {
    const rows = ratingsAfter(db, place, rowsPerStep);
    for (const row of rows) {
      if (row.ratedAt > to) return;
      if (row.edited !== edited) continue;
      const one = counted.get(row.movieId) ?? { imported: { ratings: 0, stars: 0 }, created: { ratings: 0, stars: 0 } };
      const side = row.byImported ? one.imported : one.created;
      side.ratings++;
      side.stars += row.rating;
      counted.set(row.movieId, one);
    }
    if (rows.length < rowsPerStep) return;
    place = rows[rows.length - 1];
    await pause();
  }
}

const endsOfImports = new WeakMap<Services["db"], { of: string; end: number | null }>();

/** When the latest of the imported ratings was given, in Unix seconds; null where none has a time. Looked for once an import. */
async function endOfImport(db: Services["db"]): Promise<number | null> {
  const dataset = currentDataset(db);
  const of = `${dataset?.name} ${dataset?.importedAt}`;
  const kept = endsOfImports.get(db);
  if (kept?.of === of) return kept.end;
  const end = await latestImported(db);
  endsOfImports.set(db, { of, end });
  return end;
}

async function latestImported(db: Services["db"]): Promise<number | null> {
  const pause = createYield();
  for (let place: TimePlace = { ratedAt: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER }; ; ) {
    const rows = ratingsBefore(db, place, rowsPerStep);
    const imported = rows.find(({ edited }) => !edited);
    if (imported !== undefined) return imported.ratedAt;
    if (rows.length < rowsPerStep) return null;
    place = rows[rows.length - 1];
    await pause();
  }
}
