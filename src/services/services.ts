/** Opens everything that lives as long as a server or a command. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Database, type OpenOptions, openDatabase } from "../db/open.js";
import type { ModelFolders } from "../ml/model/model-store.js";
import { createRenditions, type Renditions } from "../posters/artwork/renditions.js";
import type { PosterProvider } from "../posters/providers/provider.js";
import { type Catalogue, createCatalogue } from "./catalogue.js";
import { createEncoders, type Encoders } from "./encoders-in-use.js";
import { createEvents, type Events } from "./events.js";
import { createModels, type Models } from "./model-cache.js";
import { createPosterMaps, type PosterMaps } from "./poster-map.js";
import { createPosterSources, type PosterSources } from "./poster-sources.js";

/** Where a data folder keeps what. */
export interface DataFolders {
  database: string;
  models: ModelFolders;
  posters: string;
  encoders: string;
  /** How far a training has come. */
  training: string;
}

export interface Services {
  db: Database;
  folders: DataFolders;
  /** @throws {AppError} DATA_EMPTY when no data set is loaded */
  catalogue: () => Catalogue;
  models: Models;
  encoders: Encoders;
  /** Where missing posters are fetched from, and news of posters. */
  posterSources: PosterSources;
  /** All embedded posters, to search among, and the kinds that they fall into. */
  posterMaps: PosterMaps;
  /** What this process changed, for whoever subscribed. */
  events: Events;
  /** Posters in the sizes and formats that front ends show. */
  renditions: Renditions;
  close(): Promise<void>;
}

/** @param dataDir the folder that holds everything: database, posters, models, encoders */
export function dataFolders(dataDir: string): DataFolders {
  return {
    database: join(dataDir, "marquee.db"),
    models: { own: join(dataDir, "models"), shipped: fileURLToPath(new URL("../../models", import.meta.url)) },
    posters: join(dataDir, "posters"),
    encoders: join(dataDir, "encoders"),
    training: join(dataDir, "training.json"),
  };
}

export interface ServicesOptions extends OpenOptions {
  /** Sources of posters, in the order asked; by default none. */
  posterProviders?: readonly PosterProvider[];
  /** Told what goes wrong while posters are fetched in the background. */
  onPosterError?(error: unknown): void;
}

/** Opens the database of a data folder and what serves from it. @throws {AppError} as `openDatabase` */
export function openServices(dataDir: string, options: ServicesOptions = {}): Services {
  const folders = dataFolders(dataDir);
  const db = openDatabase(folders.database, options);
  const encoders = createEncoders(db, folders);
  const events = createEvents(db, folders);
  const posterSources = createPosterSources(db, folders.posters, encoders, {
    providers: options.posterProviders ?? [],
    onError: options.onPosterError,
  });
  return {
    db,
    folders,
    catalogue: createCatalogue(db),
    models: createModels(db, folders.models),
    encoders,
    posterSources,
    posterMaps: createPosterMaps(db, encoders),
    events,
    renditions: createRenditions(folders.posters),
    close: async () => {
      events.close();
      await posterSources.close();
      await encoders.close();
      db.close();
    },
  };
}
