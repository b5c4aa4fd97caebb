/** DataLoaders of one request: every field and every stage of recommending reads through them, in batches and once. */
import DataLoader from "dataloader";
import { AppError } from "../../errors.js";
import type { ImdbId, MovieId, UserId } from "../../ids.js";
import type { RatingReason } from "../../ml/model/predictor.js";
import type { PosterPreview } from "../../posters/images/preview.js";
import { createRecommendationCache, type ListKey, type RecommendationCache } from "../../recommend/cache.js";
import { getVisualTastes, type VisualTaste } from "../../recommend/cluster-taste.js";
import { explainPairs } from "../../recommend/explain.js";
import { createOnce, type Once } from "../../recommend/once.js";
import { getPosterSimilarities, type SimilarityKey, toTargetName } from "../../recommend/poster-similarity.js";
import { type Prediction, type PredictionKey, predictPairs } from "../../recommend/predict.js";
import { type CreateLoader, createReader, loadAll, type Reader, readInGroups } from "../../recommend/reader.js";
import type { RecommendedMovie } from "../../recommend/recommend-request.js";
import { recommendToUsers } from "../../recommend/recommend-to-users.js";
import type { RequestServices } from "../../services/services.js";
import type { Dismissal } from "../../store/dismissals.js";
import type { Movie } from "../../store/movies.js";
import type { Keyed, KeyPage } from "../../store/paging.js";
import type { RatingImport } from "../../store/rating-imports.js";
import type { Rating, RatingFilter, RatingOrder } from "../../store/ratings.js";
import type { Audience, MovieStatistics } from "../../store/statistics.js";
import type { User } from "../../store/users.js";
import { unixNow } from "../../unix-time.js";
import { createReads, expireBy, type Reads, recordUsers } from "./reads.js";
import type { Scheduler } from "./scheduler.js";

export interface RatingsKey {
  userId: UserId;
  list: { filter: RatingFilter; order: RatingOrder; page: KeyPage };
}

export interface RatingCountKey {
  userId: UserId;
  filter: RatingFilter;
}

export interface DismissalsKey {
  userId: UserId;
  page: KeyPage;
}

export interface Loaders extends Reader {
  /** What was read so far. */
  reads: Reads;
  cache: LoaderCache;
  movieByImdbId: DataLoader<ImdbId, Movie | undefined>;
  statisticsByMovieId: DataLoader<MovieId, MovieStatistics>;
  /** Number and mean stars of all ratings, as the viewer may see them. */
  ratingTotals: Once<{ count: number; mean: number | null }>;
  /** Requests a missing poster from the providers. Whether it is being fetched, or waits for it. */
  isPosterPending: DataLoader<MovieId, boolean>;
  /** Colours and a blurhash of a movie's poster; undefined without a readable one. */
  previewByMovieId: DataLoader<MovieId, PosterPreview | undefined>;
  /** All pairs of a request in one call of the model. */
  prediction: DataLoader<PredictionKey, Prediction, string>;
  posterSimilarity: DataLoader<SimilarityKey, number | null, string>;
  /** Lists of recommendations; movies are predicted once for each user. */
  recommendations: DataLoader<ListKey, RecommendedMovie[], string>;
  visualTaste: DataLoader<User, VisualTaste | null, UserId>;
  /** The same page of many users' ratings in one statement. */
  ratingsPage: DataLoader<RatingsKey, Keyed<Rating>[], string>;
  ratingCount: DataLoader<RatingCountKey, number, string>;
  /** Imports of a user's ratings, the latest first. */
  ratingImports: DataLoader<UserId, RatingImport[]>;
  /** The same page of many users' dismissals in one statement. */
  dismissalsPage: DataLoader<DismissalsKey, Keyed<Dismissal>[], string>;
  dismissalCount: DataLoader<UserId, number>;
  /** A user's rating of a movie; null without one. */
  ratingOfPair: DataLoader<PredictionKey, Rating | null, string>;
  /** A user's ratings that raise the prediction of a movie, the most first; one solve for each user. */
  reasons: DataLoader<PredictionKey, RatingReason[], string>;
}

/** After so long, what was missing is looked for again. */
const recheckSeconds = 60;

/** What loaders keep between requests. */
export type LoaderCache = RecommendationCache;

/** @param isOn whether anything is kept */
export function createLoaderCache(isOn = true): LoaderCache {
  return createRecommendationCache(isOn);
}

/**
 * @param audience whose ratings the statistics count
 */
export function createLoaders(
  services: RequestServices,
  audience: () => Audience | Promise<Audience>,
  scheduler: Scheduler,
  cache: LoaderCache,
): Loaders {
  const { store, posterFetcher } = services;
  const lookup: CreateLoader = (read, cacheKeyFn) =>
    new DataLoader((keys) => scheduler.trackLookup(() => read(keys)), {
      cacheKeyFn,
      // As late as DataLoader's own scheduling, after all resolved promises, and not before the last item of a list.
      batchScheduleFn: (run) => {
        void Promise.resolve().then(() => process.nextTick(() => scheduler.scheduleLookup(run)));
      },
    });
  const reads = createReads();
  const reader = createReader(services, {
    createLoader: lookup,
    topRatings: cache.topRatings,
    onUsers: (ids, users) => recordUsers(reads, ids, users),
    onCatalogue: (catalogue) => {
      reads.catalogue = catalogue;
    },
    onModel: (model) => {
      reads.model = model;
    },
    onMovies: () => {
      reads.movies = true;
    },
    onPosters: (ids, posters) => {
      for (let i = 0; i < ids.length; i++) reads.posters.set(ids[i], posters[i]?.sha256);
    },
  });
  /** For computations, which wait until every field has asked. */
  const compute = <Key, Value>(
    read: (keys: readonly Key[]) => Promise<(Value | AppError)[]>,
    cacheKeyFn: (key: Key) => string,
  ) => new DataLoader<Key, Value, string>(read, { cacheKeyFn, batchScheduleFn: scheduler.scheduleWork });
  const forAudience = <Value>(read: (known: Audience) => Promise<Value>): Promise<Value> => {
    reads.ratings = true;
    const found = audience();
    return typeof found === "string" ? read(found) : found.then(read);
  };
  const toPairName = ({ userId, movieId }: PredictionKey) => `${userId} ${movieId}`;
  return {
    reads,
    cache,
    // Listed, since a spread of this size makes a slow object at every request.
    services,
    userById: reader.userById,
    movieById: reader.movieById,
    posterByMovieId: reader.posterByMovieId,
    embeddingByMovieId: reader.embeddingByMovieId,
    ratingsByUserId: reader.ratingsByUserId,
    dismissedByUserId: reader.dismissedByUserId,
    posters: reader.posters,
    embeddedPosters: reader.embeddedPosters,
    encoder: reader.encoder,
    preparedByUserId: reader.preparedByUserId,
    preparedEmbedding: reader.preparedEmbedding,
    topRatings: reader.topRatings,
    ratedAtLeast: reader.ratedAtLeast,
    catalogue: reader.catalogue,
    model: reader.model,
    untrained: reader.untrained,
    postersVersion: reader.postersVersion,
    posterIndex: reader.posterIndex,
    posterClusters: reader.posterClusters,
    movieByImdbId: lookup((ids) => store.movies.byImdbIds(ids)),
    statisticsByMovieId: lookup((ids) => forAudience((known) => store.statistics.ofMovies(known, ids))),
    ratingTotals: createOnce(() => forAudience((known) => store.statistics.totals(known))),
    isPosterPending: lookup(async (ids) => {
      // One that comes meanwhile changes the posters; this only asks for it again.
      if (posterFetcher.providers.length > 0) expireBy(reads, unixNow() + recheckSeconds);
      await posterFetcher.request(ids);
      return ids.map((id) => posterFetcher.isPending(id));
    }),
    previewByMovieId: lookup(async (ids) => {
      const posters = await loadAll(reader.posterByMovieId, ids);
      const previews = await services.posterPreviews(posters);
      // A file that cannot be read may come back, and nothing tells.
      if (posters.some((poster, i) => poster !== undefined && previews[i] === undefined))
        expireBy(reads, unixNow() + recheckSeconds);
      return previews;
    }),
    prediction: compute((keys) => predictPairs(reader, keys), toPairName),
    posterSimilarity: compute(
      (keys) => {
        reads.isComplete = false;
        return getPosterSimilarities(reader, keys);
      },
      ({ movieId, target }) => `${movieId} ${toTargetName(target)}`,
    ),
    recommendations: compute(
      async (keys) => {
        const lists = await recommendToUsers(reader, cache, keys);
        lists.forEach((movies, i) => {
          if (!(movies instanceof AppError)) reads.lists.push({ key: keys[i], movies });
        });
        return lists;
      },
      ({ user, options }) => `${user.id} ${JSON.stringify(options)}`,
    ),
    visualTaste: lookup(
      (users) => getVisualTastes(reader, users),
      ({ id }) => id,
    ),
    ratingsPage: lookup(
      (keys) =>
        readInGroups(
          keys,
          ({ list }) => list,
          ({ filter, order, page }, ids) => store.ratings.listOfUsers(ids, filter, order, page),
        ),
      JSON.stringify,
    ),
    ratingCount: lookup(
      (keys) =>
        readInGroups(
          keys,
          ({ filter }) => filter,
          (filter, ids) => store.ratings.countOfUsers(ids, filter),
        ),
      JSON.stringify,
    ),
    ratingImports: lookup((ids) => store.ratingImports.ofUsers(ids)),
    dismissalsPage: lookup(
      (keys) =>
        readInGroups(
          keys,
          ({ page }) => page,
          (page, ids) => store.dismissals.listOfUsers(ids, page),
        ),
      JSON.stringify,
    ),
    dismissalCount: lookup((ids) => store.dismissals.countOfUsers(ids)),
    ratingOfPair: lookup(async (pairs) => {
      const ratings = await store.ratings.ofPairs(pairs);
      return ratings.map((rating) => rating ?? null);
    }, toPairName),
    reasons: compute((keys) => explainPairs(reader, keys, cache.reasons), toPairName),
  };
}

/** Forgets what was read so far, after a mutation changed something. */
export function forgetAll({ loaders, services }: { loaders: Loaders; services: RequestServices }): void {
  for (const part of Object.values(loaders)) if ("clearAll" in part) part.clearAll();
  services.forgetDataset();
}
