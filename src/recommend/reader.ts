/** Reads what recommending needs, in batches and each thing once: one reader for each request, or for each run of a command. */

import DataLoader from "dataloader";
import { createYield } from "../event-loop.js";
import type { MovieId, UserId } from "../ids.js";
import type { Predictor } from "../ml/model/predictor.js";
import type { UserRatings } from "../model-inputs.js";
import type { Catalogue } from "../services/catalogue.js";
import { loadRatings } from "../services/load-ratings.js";
import type { MoviePosterIndex, PosterClusters } from "../services/poster-index.js";
import type { Services } from "../services/services.js";
import type { Movie } from "../store/movies.js";
import type { Poster } from "../store/posters.js";
import type { Rating } from "../store/ratings.js";
import type { Audience } from "../store/statistics.js";
import type { User } from "../store/users.js";

export interface TopRatingsKey {
  userId: UserId;
  first: number;
}

export interface RatedAtLeastKey {
  audience: Audience;
  min: number;
}

export interface Reader {
  services: Services;
  userById: DataLoader<UserId, User | undefined>;
  movieById: DataLoader<MovieId, Movie | undefined>;
  posterByMovieId: DataLoader<MovieId, Poster | undefined>;
  /** Embeddings of movies' posters, computed where they are missing; undefined without a readable poster. */
  embeddingByMovieId: DataLoader<MovieId, Float32Array | undefined>;
  /** All ratings of a user. */
  ratingsByUserId: DataLoader<UserId, UserRatings>;
  /** A user's best-rated movies, at most `first`. */
  topRatings: DataLoader<TopRatingsKey, Rating[], string>;
  /** Movies with at least `min` ratings. */
  ratedAtLeast: DataLoader<RatedAtLeastKey, Set<MovieId>, string>;
  catalogue: DataLoader<"current", Catalogue>;
  /** The model that predicts. */
  model: DataLoader<"current", Predictor>;
  posterIndex: DataLoader<"current", MoviePosterIndex>;
  posterClusters: DataLoader<"current", PosterClusters>;
}

/** Makes a loader of a batch function; a request makes those of its scheduler. */
export type CreateLoader = <Key, Value, CacheKey = Key>(
  read: (keys: readonly Key[]) => Promise<Value[]>,
  cacheKeyFn?: (key: Key) => CacheKey,
) => DataLoader<Key, Value, CacheKey>;

const createPlainLoader: CreateLoader = (read, cacheKeyFn) => new DataLoader(read, { cacheKeyFn });

export interface ReaderOptions {
  /** By default the active model. */
  model?: Predictor;
  createLoader?: CreateLoader;
}

export function createReader(services: Services, options: ReaderOptions = {}): Reader {
  const { createLoader = createPlainLoader } = options;
  const { store } = services;
  const posterByMovieId = createLoader((ids: readonly MovieId[]) => store.posters.byMovieIds(ids));
  return {
    services,
    userById: createLoader((ids) => store.users.byIds(ids)),
    movieById: createLoader((ids) => store.movies.byIds(ids)),
    posterByMovieId,
    embeddingByMovieId: createLoader((ids) => getEmbeddings(services, posterByMovieId, ids)),
    ratingsByUserId: createLoader((ids) => loadRatings(store, ids)),
    topRatings: createLoader(
      (keys) =>
        readInGroups(
          keys,
          ({ first }) => first,
          (first, ids) => store.ratings.topOfUsers(ids, first),
        ),
      ({ userId, first }) => `${userId} ${first}`,
    ),
    ratedAtLeast: createLoader(
      (keys) => Promise.all(keys.map(({ audience, min }) => store.statistics.ratedAtLeast(audience, min))),
      ({ audience, min }) => `${audience} ${min}`,
    ),
    catalogue: createLoader((keys) => Promise.all(keys.map(() => services.catalogue()))),
    model: createLoader((keys) => Promise.all(keys.map(async () => options.model ?? services.models.get()))),
    posterIndex: createLoader((keys) => Promise.all(keys.map(() => services.posterIndex()))),
    posterClusters: createLoader((keys) => Promise.all(keys.map(() => services.posterClusters()))),
  };
}

/** As `loadMany`, but throws where something cannot be read. */
export function loadAll<Key, Value, CacheKey>(
  loader: DataLoader<Key, Value, CacheKey>,
  keys: readonly Key[],
): Promise<Value[]> {
  return Promise.all(keys.map((key) => loader.load(key)));
}

/** Posters read in one step, a few milliseconds' worth: a page of movies, and those that they are compared with. */
const postersPerStep = 120;

/** Missing posters are fetched in the background: the next query may find them. */
async function getEmbeddings(
  { posterFetcher, encoders }: Services,
  posterByMovieId: Reader["posterByMovieId"],
  ids: readonly MovieId[],
): Promise<(Float32Array | undefined)[]> {
  const pause = createYield();
  const found: (Float32Array | undefined)[] = [];
  for (let from = 0; from < ids.length; from += postersPerStep) {
    if (from > 0) await pause();
    const step = ids.slice(from, from + postersPerStep);
    const posters = await loadAll(posterByMovieId, step);
    await posterFetcher.request(step.filter((_, i) => posters[i] === undefined));
    const vectors = await encoders.embeddings(posters.filter((poster) => poster !== undefined));
    for (const poster of posters) found.push(poster && vectors.get(poster.sha256));
  }
  return found;
}

/** Users read in one step, a few milliseconds' worth. */
const usersPerStep = 20;

/**
 * Reads one value for each key: users who are asked about in the same way, such as with one filter, together, a few at a time, yielding
 * to the event loop in between.
 */
export async function readInGroups<Key extends { userId: UserId }, Options, Value>(
  keys: readonly Key[],
  getOptions: (key: Key) => Options,
  read: (options: Options, userIds: UserId[]) => Promise<Value[]>,
): Promise<Value[]> {
  const pause = createYield();
  const result = new Array<Value>(keys.length);
  let isFirst = true;
  for (const indices of groupIndices(keys, (key) => JSON.stringify(getOptions(key))).values()) {
    const options = getOptions(keys[indices[0]]);
    for (let from = 0; from < indices.length; from += usersPerStep) {
      if (!isFirst) await pause();
      isFirst = false;
      const step = indices.slice(from, from + usersPerStep);
      const values = await read(
        options,
        step.map((index) => keys[index].userId),
      );
      step.forEach((index, i) => {
        result[index] = values[i];
      });
    }
  }
  return result;
}

/** The indices of the keys that have the same name. */
export function groupIndices<Key>(keys: readonly Key[], toName: (key: Key) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  keys.forEach((key, index) => {
    const name = toName(key);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [index]);
    else group.push(index);
  });
  return groups;
}
