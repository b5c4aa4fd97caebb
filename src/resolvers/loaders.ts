/** The loaders of one request: everything a field asks for is fetched in batches, and once. */
import DataLoader from "dataloader";
import { type Movie, moviesByIds, moviesByImdbIds } from "../db/movies.js";
import { type PosterRow, postersByMovieIds } from "../db/posters.js";
import { type Rating, topRatingsOfUsers } from "../db/ratings.js";
import { type MovieStatistics, statisticsOfMovies } from "../db/statistics.js";
import { type User, usersByIds } from "../db/users.js";
import type { ImdbId, MovieId, UserId } from "../ids.js";
import type { RatingReason } from "../ml/predictor.js";
import { reasonsOfPairs } from "./pair-reasons.js";
import { looksOfMovies, type PosterLook } from "./poster-looks.js";
import type { PosterMap } from "./poster-map.js";
import { embeddingsOfMovies, posterSimilarities, type SimilarityTarget } from "./poster-similarity.js";
import { type Prediction, type PredictionKey, predictPairs } from "./predict.js";
import type { Services } from "./services.js";

export interface SimilarityKey {
  movieId: MovieId;
  target: SimilarityTarget;
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
  topRatings: DataLoader<{ userId: UserId; first: number }, Rating[], string>;
  /** Every embedded poster, as of this request. */
  posterMap: DataLoader<"current", PosterMap>;
  /** What movies' posters look like at a glance; undefined where there is none. */
  lookByMovieId: DataLoader<MovieId, PosterLook | undefined>;
  /** A user's ratings by how much they move the prediction of a movie; one solve a user. */
  reasons: DataLoader<PredictionKey, RatingReason[], string>;
}

export function createLoaders(services: Services): Loaders {
  const { db } = services;
  return {
    userById: new DataLoader(async (ids) => usersByIds(db, ids)),
    movieById: new DataLoader(async (ids) => moviesByIds(db, ids)),
    movieByImdbId: new DataLoader(async (ids) => moviesByImdbIds(db, ids)),
    posterByMovieId: new DataLoader(async (ids) => postersByMovieIds(db, ids)),
    statisticsByMovieId: new DataLoader(async (ids) => statisticsOfMovies(db, ids)),
    prediction: new DataLoader<PredictionKey, Prediction, string>((keys) => predictPairs(services, keys), {
      cacheKeyFn: ({ userId, movieId }) => `${userId} ${movieId}`,
      batchScheduleFn: afterLookups,
    }),
    posterSimilarity: new DataLoader((keys) => similaritiesByTarget(services, keys), {
      cacheKeyFn: ({ movieId, target }) => `${movieId} ${targetName(target)}`,
      batchScheduleFn: afterLookups,
    }),
    embeddingByMovieId: new DataLoader((ids) => embeddingsOfMovies(services, ids)),
    topRatings: new DataLoader((keys) => topRatingsByUser(services, keys), {
      cacheKeyFn: ({ userId, first }) => `${userId} ${first}`,
    }),
    posterMap: new DataLoader((keys) => Promise.all(keys.map(() => services.posterMaps.current()))),
    lookByMovieId: new DataLoader((ids) => looksOfMovies(services, ids)),
    reasons: new DataLoader<PredictionKey, RatingReason[], string>((keys) => reasonsOfPairs(services, keys), {
      cacheKeyFn: ({ userId, movieId }) => `${userId} ${movieId}`,
      batchScheduleFn: afterLookups,
    }),
  };
}

/** What was read so far is no longer so: many rows were changed. */
export function forgetAll({ loaders }: { loaders: Loaders }): void {
  for (const loader of Object.values(loaders)) loader.clearAll();
}

/** Looking rows up never waits for the disk, so after this turn of the event loop every level of a query has asked. */
function afterLookups(run: () => void): void {
  setImmediate(run);
}

/** One statement for each number of ratings that is asked for. */
async function topRatingsByUser(
  { db }: Services,
  keys: readonly { userId: UserId; first: number }[],
): Promise<Rating[][]> {
  const found = new Map<string, Rating[]>();
  for (const first of new Set(keys.map((key) => key.first))) {
    const ids = keys.filter((key) => key.first === first).map(({ userId }) => userId);
    topRatingsOfUsers(db, ids, first).forEach((ratings, i) => {
      found.set(`${ids[i]} ${first}`, ratings);
    });
  }
  return keys.map(({ userId, first }) => found.get(`${userId} ${first}`) ?? []);
}

/** Groups the pairs by what they are compared with, so that each target's mean is made once. */
async function similaritiesByTarget(services: Services, keys: readonly SimilarityKey[]): Promise<(number | null)[]> {
  const groups = new Map<string, { target: SimilarityTarget; places: number[] }>();
  keys.forEach(({ target }, place) => {
    const name = targetName(target);
    const group = groups.get(name) ?? { target, places: [] };
    group.places.push(place);
    groups.set(name, group);
  });
  const result: (number | null)[] = keys.map(() => null);
  for (const { target, places } of groups.values()) {
    const ids = places.map((place) => keys[place].movieId);
    const similarities = await posterSimilarities(services, target, ids);
    places.forEach((place, i) => {
      result[place] = similarities[i];
    });
  }
  return result;
}

function targetName(target: SimilarityTarget): string {
  return "userId" in target ? `user ${target.userId}` : `movies ${target.movieIds.join(" ")}`;
}
