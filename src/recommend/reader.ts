/** Reads what recommending needs, in batches and each thing once: one reader for each request, or for each run of a command. */

import DataLoader from "dataloader";
import { createYield } from "../event-loop.js";
import type { MovieId, UserId } from "../ids.js";
import type { MovieFeatures, Predictor } from "../ml/model/predictor.js";
import type { UserRatings } from "../model-inputs.js";
import type { Catalogue } from "../services/catalogue.js";
import type { EncoderInUse } from "../services/encoders-in-use.js";
import { loadRatings } from "../services/load-ratings.js";
import type { MoviePosterIndex, PosterClusters } from "../services/poster-index.js";
import { preparedTopRatings } from "../services/prepare-user.js";
import type { Services } from "../services/services.js";
import type { Movie } from "../store/movies.js";
import type { Poster } from "../store/posters.js";
import type { PreparedUser } from "../store/prepared-users.js";
import type { Rating } from "../store/ratings.js";
import type { Audience } from "../store/statistics.js";
import type { User } from "../store/users.js";
import { createOnce, createOnceEach, type Once, type OnceEach } from "./once.js";
import {
  type KeptTopRatings,
  keepTop,
  readPrepared,
  readPreparedEmbeddings,
  type TopRatingsKey,
  toTopName,
} from "./read-prepared.js";

export interface RatedAtLeastKey {
  audience: Audience;
  min: number;
}

export interface EmbeddedPoster {
  /** Its SHA-256. */
  content: string;
  /** Undefined where the poster cannot be read. */
  vector: Float32Array | undefined;
}

export interface Reader {
  services: Services;
  userById: DataLoader<UserId, User | undefined>;
  movieById: DataLoader<MovieId, Movie | undefined>;
  posterByMovieId: DataLoader<MovieId, Poster | undefined>;
  /** The encoder that posters are compared by. */
  encoder: Once<EncoderInUse>;
  /** Embeddings of movies' posters, computed where they are missing; undefined without a readable poster. */
  embeddingByMovieId: DataLoader<MovieId, Float32Array | undefined>;
  /** As `posterByMovieId`, of many movies at once. */
  posters: OnceEach<MovieId, Poster | undefined>;
  /** Posters with their embeddings, of many movies at once; undefined without a poster. */
  embeddedPosters(ids: readonly MovieId[]): Promise<(EmbeddedPoster | undefined)[]>;
  /** All ratings of a user. */
  ratingsByUserId: DataLoader<UserId, UserRatings>;
  /** Movies that a user does not want recommended. */
  dismissedByUserId: DataLoader<UserId, Int32Array>;
  /** What was computed of a user ahead, for the model that predicts and the user's present revision. */
  preparedByUserId: DataLoader<UserId, PreparedUser | undefined>;
  /** The embedding that was computed of a user ahead, as `preparedByUserId`. */
  preparedEmbedding: DataLoader<UserId, Uint8Array | undefined>;
  /** A user's best-rated movies, at most `first`. */
  topRatings: DataLoader<TopRatingsKey, readonly Rating[], string>;
  /** Movies with at least `min` ratings. */
  ratedAtLeast: DataLoader<RatedAtLeastKey, ReadonlySet<MovieId>, string>;
  catalogue: Once<Catalogue>;
  /** The model that predicts. */
  model: Once<Predictor>;
  /** The catalogue with what is known of movies that the model was not trained on. */
  untrained: Once<readonly MovieFeatures[]>;
  /** Version of all posters. */
  postersVersion: Once<string>;
  posterIndex: Once<MoviePosterIndex>;
  posterClusters: Once<PosterClusters>;
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
  /** Called with the users that were read, undefined where there is none. */
  onUsers?(ids: readonly UserId[], users: readonly (User | undefined)[]): void;
  onCatalogue?(catalogue: Catalogue): void;
  onModel?(model: Predictor): void;
  onMovies?(): void;
  /** Called with the posters that were asked for one by one. */
  onPosters?(ids: readonly MovieId[], posters: readonly (Poster | undefined)[]): void;
  /** Kept between requests; by default nothing is. */
  topRatings?: KeptTopRatings;
}

export function createReader(services: Services, options: ReaderOptions = {}): Reader {
  const { createLoader = createPlainLoader } = options;
  const { store } = services;
  const userById = createLoader(async (ids: readonly UserId[]) => {
    const users = await store.users.byIds(ids);
    options.onUsers?.(ids, users);
    return users;
  });
  const readTop = async (keys: readonly TopRatingsKey[]): Promise<(readonly Rating[])[]> => {
    const prepared = await Promise.all(
      keys.map(async ({ userId, first }) =>
        first <= preparedTopRatings ? (await preparedByUserId.load(userId))?.topRatings.slice(0, first) : undefined,
      ),
    );
    const others = keys.filter((_, i) => prepared[i] === undefined);
    const read = await readInGroups(
      others,
      ({ first }) => first,
      (first, ids) => store.ratings.topOfUsers(ids, first),
    );
    let next = 0;
    return prepared.map((ratings) => ratings ?? read[next++]);
  };
  const catalogue = createOnce(async () => {
    const current = await services.catalogue();
    options.onCatalogue?.(current);
    return current;
  });
  const model = createOnce(async () => {
    const current = options.model ?? (await services.models.get());
    options.onModel?.(current);
    return current;
  });
  const preparedByUserId = createLoader((ids: readonly UserId[]) => readPrepared(services, model, userById, ids));
  const posters = createOnceEach((ids: readonly MovieId[]) => store.posters.byMovieIds(ids));
  const encoder = createOnce(() => services.encoders.inUse());
  const embeddedPosters = (ids: readonly MovieId[]) => embedPosters(services, posters, encoder, ids);
  return {
    services,
    userById,
    movieById: createLoader((ids) => {
      options.onMovies?.();
      return store.movies.byIds(ids);
    }),
    posterByMovieId: createLoader(async (ids) => {
      const found = await posters.load(ids);
      options.onPosters?.(ids, found);
      return found;
    }),
    embeddingByMovieId: createLoader(async (ids) => (await embeddedPosters(ids)).map((poster) => poster?.vector)),
    posters,
    embeddedPosters,
    encoder,
    ratingsByUserId: createLoader((ids) => loadRatings(store, ids)),
    dismissedByUserId: createLoader((ids) => store.dismissals.moviesOfUsers(ids)),
    preparedByUserId,
    preparedEmbedding: createLoader((ids) => readPreparedEmbeddings(services, model, userById, ids)),
    topRatings: createLoader(
      (keys) =>
        options.topRatings === undefined ? readTop(keys) : keepTop(options.topRatings, userById, keys, readTop),
      toTopName,
    ),
    ratedAtLeast: createLoader(
      (keys) => Promise.all(keys.map(({ audience, min }) => services.ratedAtLeast(audience, min))),
      ({ audience, min }) => `${audience} ${min}`,
    ),
    catalogue,
    model,
    untrained: createOnce(async () => {
      const [predictor, { movies }] = await Promise.all([model.load(), catalogue.load()]);
      return services.untrainedMovies(predictor, movies);
    }),
    postersVersion: createOnce(() => store.posters.version()),
    posterIndex: createOnce(() => services.posterIndex()),
    posterClusters: createOnce(() => services.posterClusters()),
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
async function embedPosters(
  { posterFetcher, encoders }: Services,
  postersOf: Reader["posters"],
  encoderInUse: Reader["encoder"],
  ids: readonly MovieId[],
): Promise<(EmbeddedPoster | undefined)[]> {
  const encoder = await encoderInUse.load();
  const pause = createYield();
  const found: (EmbeddedPoster | undefined)[] = [];
  for (let from = 0; from < ids.length; from += postersPerStep) {
    if (from > 0) await pause();
    const step = ids.length <= postersPerStep ? ids : ids.slice(from, from + postersPerStep);
    const posters = await postersOf.load(step);
    const known = posters.filter((poster) => poster !== undefined);
    if (known.length < step.length) await posterFetcher.request(step.filter((_, i) => posters[i] === undefined));
    const vectors = await encoders.embeddings(known, { encoder });
    for (const poster of posters) {
      found.push(poster && { content: poster.sha256, vector: vectors.get(poster.sha256) });
    }
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
