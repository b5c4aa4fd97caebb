/** Lays all embedded posters out on a map, names its clusters, and draws them into one picture. */
import { AppError } from "../errors.js";
import { createYield } from "../event-loop.js";
import { splitGenres } from "../genres.js";
import type { MovieId } from "../ids.js";
import type { EncoderKey } from "../model-inputs.js";
import { drawAtlas } from "../posters/images/atlas.js";
import { readPoster } from "../posters/images/poster-files.js";
import { layOutPosters } from "../posters/vectors/layout.js";
import type { PosterClusters } from "../services/poster-index.js";
import type { Services } from "../services/services.js";
import { sha256Hex } from "../sha256.js";
import type { MapCluster, PosterMap } from "../store/poster-maps.js";
import type { Store } from "../store/store.js";
import { type Progress, silent } from "./progress.js";

export interface MapReport {
  posters: number;
  clusters: number;
  /** Whether it was there already, of the same posters. */
  isUnchanged: boolean;
}

/** @throws {AppError} as `Encoders.inUse` and `layOutPosters` */
export async function mapPosters(
  services: Services,
  { signal }: { signal?: AbortSignal } = {},
  progress: Progress = silent,
): Promise<MapReport> {
  const { store, encoders, renditions, folders } = services;
  const { key } = await encoders.inUse();
  // Before anything is read into memory or clustered: a server looks at each start.
  const name = await getName(store, key);
  const before = await store.posterMaps.get(key);
  const isUnchanged = before?.name === name && (await renditions.hasAtlas(name));
  if (isUnchanged) return { posters: before.movieIds.length, clusters: before.clusters.length, isUnchanged };
  const { index, movieIds } = await services.posterIndex();
  const posters = await store.posters.byMovieIds(movieIds);
  const clusters = await services.posterClusters();
  const total = movieIds.length;
  const layout = await layOutPosters(index, {
    signal,
    onProgress: (done) => progress.update({ stage: "map", done: Math.round(done * total), total, unit: "posters" }),
  });
  const cluster = Int32Array.from(movieIds, (id) => clusters.assignments[clusters.posters.rowOf.get(id) ?? -1] ?? 0);
  const named = await nameClusters(services, clusters, { ...layout, cluster, movieIds });
  const atlas = await drawAtlas(
    total,
    async (i) => {
      if (signal?.aborted)
        throw new AppError("INTERRUPTED", "interrupted before the map was drawn: the one before stays");
      const poster = posters[i];
      return poster && readPoster(folders.posters, poster.sha256, poster.format).catch(() => undefined);
    },
    (done) => progress.update({ stage: "atlas", done, total, unit: "posters" }),
  );
  // The picture first: a map must not name one that is not there.
  await renditions.saveAtlas(name, atlas);
  await store.posterMaps.save(key, { name, movieIds: Int32Array.from(movieIds), ...layout, cluster, clusters: named });
  return { posters: total, clusters: named.length, isUnchanged: false };
}

/** How maps are made: those of another version are made anew. */
const mapVersion = 1;

/** Changes with the pictures of movies, and with which of them are embedded. */
async function getName({ posters, embeddings }: Store, key: EncoderKey): Promise<string> {
  const ids = [...(await posters.movieIds())].sort((a, b) => a - b);
  const contents = (await posters.byMovieIds(ids)).map((poster, i) => `${ids[i]} ${poster?.sha256}`);
  const missing = (await embeddings.missing(key)).map(({ sha256 }) => sha256);
  return sha256Hex(JSON.stringify([mapVersion, key, contents, missing])).slice(0, 32);
}

/** By the colour that covers most of its posters, and the genre that is most typical of it. */
async function nameClusters(
  { store, posterPreviews }: Services,
  { k }: PosterClusters,
  { x, y, cluster, movieIds }: Pick<PosterMap, "x" | "y" | "cluster"> & { movieIds: readonly MovieId[] },
): Promise<MapCluster[]> {
  const movies = await store.movies.byIds(movieIds);
  const previews = await posterPreviews(await store.posters.byMovieIds(movieIds));
  const genresOf = movies.map((movie) => splitGenres(movie?.genres ?? ""));
  const overall = countAll(genresOf);
  const pause = createYield();
  const named: MapCluster[] = [];
  for (let c = 0; c < k; c++) {
    await pause();
    const rows = [...cluster.keys()].filter((row) => cluster[row] === c);
    const colours = new Map<string, number>();
    for (const row of rows)
      for (const { name, share } of previews[row]?.palette ?? []) colours.set(name, (colours.get(name) ?? 0) + share);
    const own = countAll(rows.map((row) => genresOf[row]));
    // Lift, damped for rare genres: how much more frequent it is here than anywhere.
    const lift = (genre: string, count: number) =>
      count / (rows.length + 5) / ((overall.get(genre) ?? 1) / movieIds.length);
    const colour = best(colours, (_, share) => share);
    const genre = best(own, (name, count) => (count < 3 ? 0 : lift(name, count)));
    named.push({
      name: [colour, genre].filter((part) => part !== undefined).join(", ") || "various",
      x: mean(rows, x),
      y: mean(rows, y),
      size: rows.length,
    });
  }
  return named;
}

function countAll(lists: readonly (readonly string[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const list of lists) for (const name of list) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function best(counts: ReadonlyMap<string, number>, score: (name: string, count: number) => number): string | undefined {
  let found: string | undefined;
  let most = 0;
  for (const [name, count] of counts) if (score(name, count) > most) [found, most] = [name, score(name, count)];
  return found;
}

function mean(rows: readonly number[], values: Float32Array): number {
  return rows.length === 0 ? 0.5 : rows.reduce((sum, row) => sum + values[row], 0) / rows.length;
}
