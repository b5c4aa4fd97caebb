/** Counts the movies that were rated most often in the last days, once a minute for each number of days. */
import PQueue from "p-queue";
import { AppError } from "../errors.js";
import { createYield, stillWaiting, withoutSignal } from "../event-loop.js";
import type { MovieId } from "../ids.js";
import type { TimePosition } from "../store/ratings.js";
import type { Audience } from "../store/statistics.js";
import type { Store } from "../store/store.js";
import { unixNow } from "../unix-time.js";

export interface Trend {
  movieId: MovieId;
  ratings: number;
  /** Sum of the stars that the audience may read; it orders movies with equally many ratings. */
  stars: number;
}

/** The ratings of a movie, by imported users and by users added through the API. */
interface Counted {
  imported: { ratings: number; stars: number };
  created: { ratings: number; stars: number };
}

type TrendsByAudience = (audience: Audience) => Trend[];

export interface Trends {
  /** Movies with the most ratings in the last days, the most first, at most 100; and until when they are kept, in Unix seconds. */
  get(days: number, audience: Audience): Promise<{ trends: Trend[]; expiresAt: number }>;
}

const daySeconds = 86_400;
/** Counts are kept for this long. */
const keptMs = 60_000;
const rowsPerStep = 2000;

const maxTrends = 100;

interface Counting {
  /** When it began; undefined while it waits. */
  beganAt?: number;
  trends: Promise<TrendsByAudience>;
  /** For each client that asked: whether it still waits. */
  clients: (() => boolean)[];
}

export function createTrends(store: Pick<Store, "ratings" | "settings">): Trends {
  const byDays = new Map<number, Counting>();
  // One after another: many numbers of days at once must not block the server. The fewest days first, which take least.
  const queue = new PQueue({ concurrency: 1 });
  const getEndOfImport = createEndOfImport(store);

  function begin(days: number): Counting {
    const forget = (error: unknown): never => {
      byDays.delete(days);
      throw error;
    };
    const counting: Counting = {
      clients: [],
      trends: queue.add(
        async () => {
          // The queue begins at once, before the client is known.
          await Promise.resolve();
          // Not worth beginning where every client has gone meanwhile.
          if (counting.clients.every((isWaiting) => !isWaiting()))
            return forget(new AppError("TIMEOUT", "nobody waits"));
          counting.beganAt = performance.now();
          return withoutSignal(() => count(days)).catch(forget);
        },
        { priority: -days },
      ),
    };
    // No client may be left to be told.
    counting.trends.catch(() => {});
    byDays.set(days, counting);
    return counting;
  }

  /** The last days of the import and the last days of the API: a first rating of today does not end an old data set's trends. */
  async function count(days: number): Promise<TrendsByAudience> {
    const counted = new Map<MovieId, Counted>();
    const span = days * daySeconds;
    const now = unixNow();
    const end = await getEndOfImport();
    if (end !== null) await countWithin(store, { from: end - span, to: end, edited: false }, counted);
    await countWithin(store, { from: now - span, to: now, edited: true }, counted);
    return rankOnce(counted);
  }

  return {
    async get(days, audience) {
      const now = performance.now();
      for (const [key, { beganAt = now }] of byDays) if (now - beganAt > keptMs) byDays.delete(key);
      const counting = byDays.get(days) ?? begin(days);
      counting.clients.push(stillWaiting());
      const trends = (await counting.trends)(audience);
      const leftMs = keptMs - (performance.now() - (counting.beganAt ?? now));
      return { trends, expiresAt: Date.now() / 1000 + leftMs / 1000 };
    },
  };
}

/** @returns the most rated movies for an audience, ranked when they are first asked for */
function rankOnce(counted: Map<MovieId, Counted>): TrendsByAudience {
  const kept = new Map<Audience, Trend[]>();
  return (audience) => {
    const trends = kept.get(audience) ?? rank(counted, audience);
    kept.set(audience, trends);
    return trends;
  };
}

/** Ratings of people whom the reader may not read are counted in tens, as in the sums of movies. */
function toWholeTens(ratings: number): number {
  return ratings - (ratings % 10);
}

function rank(counted: Map<MovieId, Counted>, audience: Audience): Trend[] {
  return Array.from(counted, ([movieId, { imported, created }]): Trend => {
    if (audience === "published") {
      return { movieId, ratings: imported.ratings + toWholeTens(created.ratings), stars: imported.stars };
    }
    const ratings = imported.ratings + created.ratings;
    if (audience === "private") return { movieId, ratings: toWholeTens(ratings), stars: 0 };
    return { movieId, ratings, stars: imported.stars + created.stars };
  })
    .filter(({ ratings }) => ratings > 0)
    .sort((a, b) => b.ratings - a.ratings || b.stars - a.stars || a.movieId - b.movieId)
    .slice(0, maxTrends);
}

/** A few thousand ratings in one step. @param edited whether ratings of the API are counted, or imported ones */
async function countWithin(
  store: Pick<Store, "ratings">,
  { from, to, edited }: { from: number; to: number; edited: boolean },
  counted: Map<MovieId, Counted>,
): Promise<void> {
  const pause = createYield();
  for (let position: TimePosition = { ratedAt: from, id: Number.MAX_SAFE_INTEGER }; ; ) {
    const rows = await store.ratings.after(position, rowsPerStep);
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
    position = rows[rows.length - 1];
    await pause();
  }
}

/** @returns when the latest imported rating was given, in Unix seconds; null where none has a time. Read once for each import. */
function createEndOfImport(store: Pick<Store, "ratings" | "settings">): () => Promise<number | null> {
  let kept: { version: string; end: number | null } | undefined;
  return async () => {
    const { dataset } = await store.settings.serving();
    const version = `${dataset?.name} ${dataset?.importedAt}`;
    if (kept?.version !== version) kept = { version, end: await findEndOfImport(store) };
    return kept.end;
  };
}

async function findEndOfImport(store: Pick<Store, "ratings">): Promise<number | null> {
  const pause = createYield();
  for (let position: TimePosition = { ratedAt: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER }; ; ) {
    const rows = await store.ratings.before(position, rowsPerStep);
    const imported = rows.find(({ edited }) => !edited);
    if (imported !== undefined) return imported.ratedAt;
    if (rows.length < rowsPerStep) return null;
    position = rows[rows.length - 1];
    await pause();
  }
}
