/** Sets up the embedded data set in an empty data folder: films, synthetic users and ratings, drawn posters. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import pLimit from "p-limit";
import { generateEmbeddedDataset } from "../datasets/embedded/generate-ratings.js";
import { splitTitle } from "../datasets/movielens/titles.js";
import { type ImdbId, movieId, userId } from "../ids.js";
import { renderPoster } from "../posters/artwork/draw-poster.js";
import { inspectPoster } from "../posters/images/inspect-poster.js";
import { savePoster } from "../posters/images/poster-files.js";
import type { Services } from "../services/services.js";
import type { NewDataset } from "../store/imports.js";
import { unixNow } from "../unix-time.js";
import { embedPosters } from "./embed-posters.js";
import { type Progress, silent } from "./progress.js";

export const embeddedName = "embedded";
/** The model that ships with the project, trained on the embedded data set. */
export const embeddedModel = "embedded-mf";

export interface SetupReport {
  users: number;
  movies: number;
  ratings: number;
}

/**
 * Sets up the embedded data set and embeds its posters.
 * @returns undefined where a data set is loaded already
 */
export async function setUp(services: Services, progress: Progress = silent): Promise<SetupReport | undefined> {
  const report = await setupEmbedded(services, progress);
  if (report !== undefined) await embedPosters(services, {}, progress);
  return report;
}

/**
 * Draws the posters, then writes everything in one transaction: stopped half-way, it leaves the database empty.
 * @returns undefined where a data set is loaded already, even by another process in the meantime
 */
export async function setupEmbedded(services: Services, progress: Progress = silent): Promise<SetupReport | undefined> {
  const { store, folders } = services;
  if ((await services.serving()).dataset !== undefined) return undefined;
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
        progress.update({ stage: "draw", done: ++drawn, total: movies.length, unit: "posters" });
        return { format, width, height, bytes: bytes.length, sha256 };
      }),
    ),
  );
  const now = unixNow();
  const dataset: NewDataset = {
    dataset: { name: embeddedName, kind: "embedded", synthetic: true, importedAt: now },
    movies: movies.map(({ movieId: id, title, year, genres, imdbId }) => ({
      movieId: movieId(id),
      ...splitTitle(`${title} (${year})`),
      title: `${title} (${year})`,
      genres,
      imdbId: imdbId as ImdbId,
      linkEvidence: "stated with the embedded data set",
    })),
    users: users.map((user) => ({ ...user, userId: userId(user.userId) })),
    ratings: Array.from(ratings.rating, (rating, r) => ({
      userId: userId(ratings.userId[r]),
      movieId: movieId(ratings.movieId[r]),
      rating,
      ratedAt: ratings.ratedAt[r],
    })),
    posters: posters.map((poster, i) => ({
      ...poster,
      movieId: movieId(movies[i].movieId),
      source: "drawn",
      addedAt: now,
    })),
    activeModel: existsSync(join(folders.models.shipped, embeddedModel, "manifest.json")) ? embeddedModel : undefined,
  };
  if (!(await store.imports.create(dataset))) return undefined;
  return { users: users.length, movies: movies.length, ratings: ratings.rating.length };
}
