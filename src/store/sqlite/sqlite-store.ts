/** The store of a data folder: one SQLite file, which several processes may open at once. */
import { createChangeFeed } from "../changes.js";
import type { Store, StoreOptions } from "../store.js";
import { createVersionReader, watchChanges } from "./changes.js";
import { openDatabase } from "./database.js";
import { createDismissalStore } from "./dismissals.js";
import { createDocumentStore } from "./documents.js";
import { createEmbeddingStore } from "./embeddings.js";
import { createImportStore } from "./imports.js";
import { createLinkStore } from "./links.js";
import { createMovieStore } from "./movies.js";
import { createPosterMapStore } from "./poster-maps.js";
import { createPosterStore } from "./posters.js";
import { createPreparedUserStore } from "./prepared-users.js";
import { createPreviewStore } from "./previews.js";
import { createRatingImportStore } from "./rating-imports.js";
import { createRatingStore } from "./ratings.js";
import { createSettingsStore } from "./settings.js";
import { createStatisticsStore } from "./statistics.js";
import { createTokenStore } from "./tokens.js";
import { createProgressStore } from "./training-progress.js";
import { createUserStore } from "./users.js";

/**
 * Opens (or makes) the database file and brings its tables up to date.
 * @throws {AppError} as `openDatabase`
 */
export function openSqliteStore(file: string, options: StoreOptions = {}): Store {
  const db = openDatabase(file, options);
  const feed = createChangeFeed(() => watch.start(), options.onChange);
  const watch = watchChanges(db, feed.hear, () => feed.readers > 0);
  const readVersion = createVersionReader(db);
  const endChanges = () => {
    feed.close();
    watch.stop();
  };
  return {
    movies: createMovieStore(db, feed, options.cache),
    users: createUserStore(db, feed),
    ratings: createRatingStore(db, feed),
    ratingImports: createRatingImportStore(db, () => openDatabase(file, options), feed),
    dismissals: createDismissalStore(db, feed),
    statistics: createStatisticsStore(db, options.cache),
    links: createLinkStore(db, feed),
    posters: createPosterStore(db, feed, options.cache),
    posterMaps: createPosterMapStore(db),
    embeddings: createEmbeddingStore(db),
    previews: createPreviewStore(db),
    preparedUsers: createPreparedUserStore(db),
    tokens: createTokenStore(db),
    documents: createDocumentStore(db),
    settings: createSettingsStore(db, feed),
    progress: createProgressStore(db, feed),
    imports: createImportStore(db, () => openDatabase(file, options), feed),
    version: async () => readVersion(),
    hear: feed.hear,
    changes: (filter) => feed.subscribe(filter),
    get changeReaders() {
      return feed.readers;
    },
    endChanges,
    close: async () => {
      endChanges();
      db.close();
    },
  };
}
