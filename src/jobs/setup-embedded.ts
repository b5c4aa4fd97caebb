/** Sets up the embedded data set in an empty data folder: films, synthetic users and ratings, drawn posters. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import pLimit from "p-limit";
import { generateEmbeddedDataset } from "../datasets/embedded/generate-ratings.js";
import { createRowWriter } from "../db/import/import-rows.js";
import { setPoster } from "../db/posters.js";
import { currentDataset, setSetting } from "../db/settings.js";
import { pauseStatistics } from "../db/statistics.js";
import { write } from "../db/write.js";
import { movieId, userId } from "../ids.js";
import { renderPoster } from "../posters/artwork/draw-poster.js";
import { inspectPoster } from "../posters/images/inspect-poster.js";
import { savePoster } from "../posters/images/store.js";
import type { Services } from "../services/services.js";
import { unixNow } from "../unix-time.js";

export const embeddedName = "embedded";
/** The model that ships with the project, trained on the embedded data set. */
export const embeddedModel = "embedded-mf";

export interface SetupReport {
  users: number;
  movies: number;
  ratings: number;
}

/**
 * Draws the posters, then writes everything in one transaction: stopped half-way, the database is as empty as before.
 * @returns undefined where a data set is loaded already, or another process was faster
 */
export async function setupEmbedded(
  services: Services,
  onProgress: (done: number, total: number) => void,
): Promise<SetupReport | undefined> {
  const { db, folders } = services;
  if (currentDataset(db) !== undefined) return undefined;
  const { movies, users, ratings } = generateEmbeddedDataset();
  // Two at a time: sharp draws each on its own thread, and the rest of this process stays awake.
  const limit = pLimit(2);
  let drawn = 0;
  const posters = await Promise.all(
    movies.map((film) =>
      limit(async () => {
        const bytes = await renderPoster({ title: film.title, year: film.year, genres: [...film.genres] });
        const { format, width, height, sha256 } = await inspectPoster(bytes);
        await savePoster(folders.posters, bytes, format);
        onProgress(++drawn, movies.length);
        return { format, width, height, bytes: bytes.length, sha256 };
      }),
    ),
  );
  const now = unixNow();
  return write(db, () => {
    if (currentDataset(db) !== undefined) return undefined;
    const rows = createRowWriter(db);
    const statistics = pauseStatistics(db);
    const link = db.sqlite.prepare(
      "UPDATE movies SET imdb_id = ?, link_source = 'import', link_confidence = 1, link_evidence = ? WHERE id = ?",
    );
    movies.forEach((film, position) => {
      const id = movieId(film.movieId);
      rows.putMovie({ movieId: id, position, title: `${film.title} (${film.year})`, genres: film.genres });
      link.run(film.imdbId, "stated with the embedded data set", id);
      setPoster(db, { ...posters[position], movieId: id, source: "drawn", addedAt: now });
    });
    for (const user of users) rows.putUser({ ...user, userId: userId(user.userId) });
    for (let r = 0; r < ratings.rating.length; r++) {
      rows.putRating(userId(ratings.userId[r]), movieId(ratings.movieId[r]), ratings.rating[r], ratings.ratedAt[r]);
    }
    statistics.resume();
    db.sqlite
      .prepare("INSERT INTO dataset (id, name, kind, synthetic, imported_at) VALUES (1, ?, 'embedded', 1, ?)")
      .run(embeddedName, now);
    if (existsSync(join(folders.models.shipped, embeddedModel, "manifest.json")))
      setSetting(db, "activeModel", embeddedModel);
    return { users: users.length, movies: movies.length, ratings: ratings.rating.length };
  });
}
