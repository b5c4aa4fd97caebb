/** Opens everything that lives as long as a server or a command. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ModelFolders } from "../ml/model/model-store.js";
import type { PosterProvider } from "../posters/providers/provider.js";
import { createRenditions, type Renditions } from "../posters/renditions.js";
import type { ServingState } from "../store/settings.js";
import { openSqliteStore } from "../store/sqlite/sqlite-store.js";
import type { Store, StoreOptions } from "../store/store.js";
import { createModels, type Models } from "./active-model.js";
import { type Catalogue, createCatalogues } from "./catalogue.js";
import { createEncoders, type Encoders } from "./encoders-in-use.js";
import { createModelList, type ModelList } from "./model-list.js";
import { createPosterFetcher, type PosterFetcher } from "./poster-fetcher.js";
import { createPosterIndexes, type MoviePosterIndex, type PosterClusters } from "./poster-index.js";
import { createPosterPreviews, type PosterPreviews } from "./poster-previews.js";
import { createRatedAtLeast, type RatedAtLeast } from "./rated-at-least.js";
import { createTrends, type Trends } from "./trends.js";
import { createUntrainedMovies, type UntrainedMovies } from "./untrained-movies.js";

/** Paths of a data folder. */
export interface DataFolders {
  database: string;
  models: ModelFolders;
  posters: string;
  encoders: string;
  /** Archives of data sets, while they are downloaded and imported. */
  downloads: string;
}

export type { Change } from "../store/changes.js";

export interface Services {
  store: Store;
  folders: DataFolders;
  /** What serves at the moment; a request sees one state (`forRequest`). */
  serving(): Promise<ServingState>;
  /** The movies of the loaded data set. @throws {AppError} DATA_EMPTY without one */
  catalogue(): Promise<Catalogue>;
  models: Models;
  /** All models that there are, whether they serve or not. */
  modelList: ModelList;
  encoders: Encoders;
  /** The posters that the encoder in use has embedded. @throws {AppError} as `Encoders.inUse` */
  posterIndex(): Promise<MoviePosterIndex>;
  /** The clusters that they form. @throws {AppError} as `Encoders.inUse` */
  posterClusters(): Promise<PosterClusters>;
  /** What models need to know of movies that they were not trained on. */
  untrainedMovies: UntrainedMovies;
  ratedAtLeast: RatedAtLeast;
  /** Movies that are rated most often lately. */
  trends: Trends;
  /** Fetches missing posters from providers. */
  posterFetcher: PosterFetcher;
  /** What stands for posters while they load. */
  posterPreviews: PosterPreviews;
  /** Posters in the sizes and formats that front ends show. */
  renditions: Renditions;
  /** The same services, for one request. */
  forRequest(): RequestServices;
  close(): Promise<void>;
}

/** Services of one request, which sees one model and one encoder although another may be chosen meanwhile. */
export interface RequestServices extends Services {
  /** Sees the data set anew, after the request itself changed it. */
  forgetDataset(): void;
}

/** @param dataDir the folder that holds everything: database, posters, models, encoders */
export function dataFolders(dataDir: string): DataFolders {
  return {
    database: join(dataDir, "marquee.db"),
    models: { own: join(dataDir, "models"), shipped: fileURLToPath(new URL("../../models", import.meta.url)) },
    posters: join(dataDir, "posters"),
    encoders: join(dataDir, "encoders"),
    downloads: join(dataDir, "downloads"),
  };
}

export interface ServicesOptions extends StoreOptions {
  /** In the order in which they are asked; by default none. */
  posterProviders?: readonly PosterProvider[];
  /** Whether models are read whole as soon as one is asked for, as a server does. */
  preload?: boolean;
  /** Called with what goes wrong while posters are fetched in the background. */
  onPosterError?(error: unknown): void;
}

/** Opens the store of a data folder and what serves from it. @throws {AppError} as `openSqliteStore` */
export function openServices(dataDir: string, options: ServicesOptions = {}): Services {
  const folders = dataFolders(dataDir);
  const store = openSqliteStore(folders.database, options);
  const readServing = () => store.settings.serving();
  const catalogues = createCatalogues(store);
  const models = createModels(folders.models, readServing, options.preload);
  const encoders = createEncoders(store, folders, readServing, options.cache);
  const posterIndexes = createPosterIndexes(store.embeddings);
  const posterFetcher = createPosterFetcher(store, folders.posters, encoders, {
    providers: options.posterProviders ?? [],
    onError: options.onPosterError,
  });
  const shared = {
    store,
    folders,
    modelList: createModelList(folders.models),
    untrainedMovies: createUntrainedMovies(store),
    ratedAtLeast: createRatedAtLeast(store, options.cache),
    trends: createTrends(store),
    posterFetcher,
    posterPreviews: createPosterPreviews(store.previews, folders.posters, options.cache),
    renditions: createRenditions(folders.posters),
    close: async () => {
      await posterFetcher.close();
      await encoders.close();
      await store.close();
    },
  };

  const services: Services = {
    ...shared,
    serving: readServing,
    catalogue: async () => catalogues((await readServing()).dataset),
    models,
    encoders,
    posterIndex: async () => posterIndexes.current(await encoders.inUse()),
    posterClusters: async () => posterIndexes.clusters(await encoders.inUse()),
    forRequest,
  };
  return services;

  function forRequest(): RequestServices {
    let state: Promise<ServingState> | undefined;
    let latest: Promise<ServingState> | undefined;
    const first = () => {
      state ??= readServing();
      return state;
    };
    // The data set may change with a mutation of the request; the model and the encoder do not.
    const serving = async () =>
      latest === undefined ? first() : { ...(await first()), dataset: (await latest).dataset };
    const inUse = async () => encoders.named((await first()).activeEncoder);
    // Listed, since a spread of this size makes a slow object at every request.
    return {
      store,
      folders,
      modelList: shared.modelList,
      untrainedMovies: shared.untrainedMovies,
      ratedAtLeast: shared.ratedAtLeast,
      trends: shared.trends,
      posterFetcher,
      posterPreviews: shared.posterPreviews,
      renditions: shared.renditions,
      close: shared.close,
      serving,
      catalogue: async () => catalogues((await serving()).dataset),
      models: { get: async (name) => services.models.get(name, await serving()) },
      encoders: {
        named: encoders.named,
        close: encoders.close,
        inUse,
        embeddings: async (posters, given) =>
          encoders.embeddings(posters, { ...given, encoder: given?.encoder ?? (await inUse()) }),
      },
      posterIndex: async () => posterIndexes.current(await inUse()),
      posterClusters: async () => posterIndexes.clusters(await inUse()),
      forRequest,
      forgetDataset: () => {
        if (state !== undefined) latest = readServing();
        latest?.catch(() => {});
      },
    };
  }
}
