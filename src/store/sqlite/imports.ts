/** Imports into SQLite. */
import type { ChangeFeed } from "../changes.js";
import type { ImportStore, NewDataset } from "../imports.js";
import type { Database } from "./database.js";
import { checkLoaded } from "./import/check-loaded.js";
import { createRowWriter } from "./import/row-writer.js";
import { stageImport } from "./import/staged-import.js";
import { createPosterWrites } from "./posters.js";
import { recountAfter } from "./recount.js";
import { createServingReader, setSetting } from "./settings.js";
import { write } from "./transaction.js";

/** @param open opens another connection: an import has its own, so that others read and write meanwhile */
export function createImportStore(db: Database, open: () => Database, feed: ChangeFeed): ImportStore {
  return {
    stage: async (options) => {
      checkLoaded(db, options);
      return stageImport(open(), feed, options);
    },
    create: async (dataset) => {
      const isCreated = await write(db, () => {
        if (createServingReader(db)().dataset !== undefined) return false;
        recountAfter(db, () => fill(db, dataset));
        return true;
      });
      if (isCreated) feed.publish({ subject: "dataset" });
      return isCreated;
    },
  };
}

function fill(db: Database, { dataset, movies, users, ratings, posters, activeModel }: NewDataset): void {
  const { sqlite } = db;
  const rows = createRowWriter(db);
  const posterWrites = createPosterWrites(db);
  const link = sqlite.prepare(
    "UPDATE movies SET imdb_id = ?, link_source = 'import', link_confidence = 1, link_evidence = ? WHERE id = ?",
  );
  movies.forEach((movie, position) => {
    rows.putMovie(movie, position);
    link.run(movie.imdbId, movie.linkEvidence, movie.movieId);
  });
  for (const poster of posters) posterWrites.set(poster);
  for (const user of users) rows.putUser(user);
  for (const rating of ratings) rows.putRating(rating);
  const { name, kind, synthetic, importedAt } = dataset;
  sqlite
    .prepare("INSERT INTO dataset (id, name, kind, synthetic, imported_at) VALUES (1, ?, ?, ?, ?)")
    .run(name, kind, synthetic ? 1 : 0, importedAt);
  if (activeModel !== undefined) setSetting(db, "activeModel", activeModel);
}
