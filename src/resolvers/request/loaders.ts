/** DataLoaders of one request: every field and every stage reads through them, in batches and once. */
import DataLoader from "dataloader";
import { type Movie, moviesByIds, moviesByImdbIds } from "../../db/movies.js";
import { type PosterRow, postersByMovieIds } from "../../db/posters.js";
import {
  countMatchingRatingsOfUsers,
  listRatingsOfUsers,
  type Rating,
  type RatingFilter,
  type RatingOrder,
  topRatingsOfUsers,
} from "../../db/ratings.js";
import { type Audience, type MovieStatistics, statisticsOfMovies } from "../../db/statistics.js";
import { type User, usersByIds } from "../../db/users.js";
import type { ImdbId, MovieId, UserId } from "../../ids.js";
import type { Predictor, RatingReason } from "../../ml/model/predictor.js";
import { reasonsOfPairs } from "../../recommend/pair-reasons.js";
import { embeddingsOfMovies } from "../../recommend/poster-similarity.js";
import { type VisualTaste, visualTastes } from "../../recommend/poster-taste.js";
import { type Prediction, type PredictionKey, predictPairs } from "../../recommend/predict.js";
import type { RecommendedMovie } from "../../recommend/recommend-request.js";
import type { Catalogue } from "../../services/catalogue.js";
import { looksOfMovies, type PosterPreview } from "../../services/poster-looks.js";
import type { PosterMap } from "../../services/poster-map.js";
import type { Services } from "../../services/services.js";
import {
  ofUsers,
  type RecommendationsKey,
  recommendationsOfUsers,
  type SimilarityKey,
  similaritiesByTarget,
  targetName,
} from "./batches.js";
import type { Keyed, KeyPage } from "./cursors.js";
import type { Scheduler } from "./scheduler.js";

export interface RatingsKey {
  userId: UserId;
  list: { filter: RatingFilter; order: RatingOrder; page: KeyPage };
}

export interface RatingCountKey {
  userId: UserId;
  filter: RatingFilter;
}

export interface TopRatingsKey {
  userId: UserId;
  first: number;
}

export interface Loaders {
  userById: DataLoader<UserId, User | undefined>;
  movieById: DataLoader<MovieId, Movie | undefined>;
  movieByImdbId: DataLoader<ImdbId, Movie | undefined>;
  posterByMovieId: DataLoader<MovieId, PosterRow | undefined>;
  statisticsByMovieId: DataLoader<MovieId, MovieStatistics>;
  /** All pairs of a request in one call of the model. */
  prediction: DataLoader<PredictionKey, Prediction, string>;
  posterSimilarity: DataLoader<SimilarityKey, number | null, string>;
  /** Embeddings of movies' posters, made where there is none yet; undefined where there is no poster. */
  embeddingByMovieId: DataLoader<MovieId, Float32Array | undefined>;
  /** Users' best-rated movies, at most `first` of each. */
  topRatings: DataLoader<TopRatingsKey, Rating[], string>;
  /** Every embedded poster, as of this request. */
  posterMap: DataLoader<"current", PosterMap>;
  /** The movies of the data set, as of this request. */
  catalogue: DataLoader<"current", Catalogue>;
  /** The model that serves, as of this request. */
  model: DataLoader<"current", Predictor>;
  /** Lists of recommendations of users, in one reading; movies are predicted once for each user. */
  recommendations: DataLoader<RecommendationsKey, RecommendedMovie[], string>;
  visualTaste: DataLoader<User, VisualTaste | null, UserId>;
  /** The same page of many users' ratings in one statement. */
  ratingsPage: DataLoader<RatingsKey, Keyed<Rating>[], string>;
  ratingCount: DataLoader<RatingCountKey, number, string>;
  /** What movies' posters look like at a glance; undefined where there is none. */
  lookByMovieId: DataLoader<MovieId, PosterPreview | undefined>;
  /** A user's ratings by how much they move the prediction of a movie; one solve a user. */
  reasons: DataLoader<PredictionKey, RatingReason[], string>;
}

/** @param audience whose ratings the statistics count */
export function createLoaders(services: Services, audience: () => Audience, scheduler: Scheduler): Loaders {
  const { db } = services;
  const lookup = <Key, Value, CacheKey = Key>(
    read: (keys: readonly Key[]) => Value[] | Promise<Value[]>,
    cacheKeyFn?: (key: Key) => CacheKey,
  ) =>
    new DataLoader<Key, Value, CacheKey>((keys) => scheduler.trackLookup(() => read(keys)), {
      cacheKeyFn,
      // As late as DataLoader's own scheduling, after all promises that are resolved already, and not before the last item of a list.
      batchScheduleFn: (run) => {
        void Promise.resolve().then(() => process.nextTick(() => scheduler.scheduleLookup(run)));
      },
    });
  const batchScheduleFn = scheduler.scheduleWork;
  const pairName = ({ userId, movieId }: PredictionKey) => `${userId} ${movieId}`;
  return {
    userById: lookup((ids) => usersByIds(db, ids)),
    movieById: lookup((ids) => moviesByIds(db, ids)),
    movieByImdbId: lookup((ids) => moviesByImdbIds(db, ids)),
    posterByMovieId: lookup((ids) => postersByMovieIds(db, ids)),
    statisticsByMovieId: lookup((ids) => statisticsOfMovies(db, audience(), ids)),
    prediction: new DataLoader<PredictionKey, Prediction, string>((keys) => predictPairs(services, keys), {
      cacheKeyFn: pairName,
      batchScheduleFn,
    }),
    posterSimilarity: new DataLoader((keys) => similaritiesByTarget(services, keys), {
      cacheKeyFn: ({ movieId, target }) => `${movieId} ${targetName(target)}`,
      batchScheduleFn,
    }),
    embeddingByMovieId: lookup((ids) => embeddingsOfMovies(services, ids)),
    topRatings: lookup<TopRatingsKey, Rating[], string>(
      (keys) =>
        ofUsers(
          keys,
          ({ first }) => first,
          (first, ids) => topRatingsOfUsers(db, ids, first),
        ),
      JSON.stringify,
    ),
    posterMap: lookup((keys) => Promise.all(keys.map(() => services.posterMaps.current()))),
    catalogue: lookup((keys) => keys.map(() => services.catalogue())),
    model: lookup((keys) => Promise.all(keys.map(() => services.models.get()))),
    recommendations: new DataLoader<RecommendationsKey, RecommendedMovie[], string>(
      (keys) => recommendationsOfUsers(services, keys),
      { cacheKeyFn: ({ user, options }) => `${user.id} ${JSON.stringify(options)}`, batchScheduleFn },
    ),
    visualTaste: lookup<User, VisualTaste | null, UserId>(
      (users) => visualTastes(services, users),
      ({ id }) => id,
    ),
    ratingsPage: lookup<RatingsKey, Keyed<Rating>[], string>(
      (keys) =>
        ofUsers(
          keys,
          ({ list }) => list,
          ({ filter, order, page }, ids) => listRatingsOfUsers(db, ids, filter, order, page),
        ),
      JSON.stringify,
    ),
    ratingCount: lookup<RatingCountKey, number, string>(
      (keys) =>
        ofUsers(
          keys,
          ({ filter }) => filter,
          (filter, ids) => countMatchingRatingsOfUsers(db, ids, filter),
        ),
      JSON.stringify,
    ),
    lookByMovieId: lookup((ids) => looksOfMovies(services, ids)),
    reasons: new DataLoader<PredictionKey, RatingReason[], string>((keys) => reasonsOfPairs(services, keys), {
      cacheKeyFn: pairName,
      batchScheduleFn,
    }),
  };
}

/** What was read so far is no longer so: something was changed. */
export function forgetAll({ loaders }: { loaders: Loaders }): void {
  for (const loader of Object.values(loaders)) loader.clearAll();
}
