/** Index of all embedded posters in memory, and the clusters they fall into. */
import type { Database } from "../db/open.js";
import { type EncoderKey, embeddingsPage, embeddingsStamp } from "../db/posters.js";
import { createYield, withoutSignal } from "../event-loop.js";
import type { MovieId } from "../ids.js";
import { type Clusters, clusterPosters } from "../posters/vectors/clusters.js";
import { createPosterIndex, type PosterIndex } from "../posters/vectors/neighbours.js";
import type { EncoderInUse, Encoders } from "./encoders-in-use.js";

export interface PosterMap {
  index: PosterIndex;
  /** Movie of each place of the index. */
  movieIds: readonly MovieId[];
  placeOf: ReadonlyMap<MovieId, number>;
}

export interface PosterKinds extends Clusters {
  /** The posters that they were found in. */
  map: PosterMap;
  /** k × d: mean direction of each kind's posters, not scaled to 1. */
  centroids: Float32Array;
}

export interface PosterMaps {
  /** As of now: read again after a poster or an embedding came or went. @throws {AppError} as `Encoders.inUse` */
  current(): Promise<PosterMap>;
  /** Found again after another encoder was chosen, or one poster in twenty came or went. */
  kinds(): Promise<PosterKinds>;
}

interface Kept<T> {
  of: string;
  value: Promise<T>;
}

const rowsPerStep = 100;
const staleShare = 0.05;

export function createPosterMaps(db: Database, encoders: Pick<Encoders, "inUse">): PosterMaps {
  let map: Kept<PosterMap> | undefined;
  let kinds: (Kept<PosterKinds> & { ntotal: number }) | undefined;

  async function current(): Promise<PosterMap> {
    const encoder = await encoders.inUse();
    const of = `${nameOf(encoder.key)} ${embeddingsStamp(db)}`;
    if (map?.of === of) return map.value;
    const reading: Kept<PosterMap> = { of, value: withoutSignal(() => read(db, encoder)) };
    map = reading;
    reading.value.catch(() => {
      if (map === reading) map = undefined;
    });
    return reading.value;
  }

  async function found(): Promise<PosterKinds> {
    const { key } = await encoders.inUse();
    const now = await current();
    const { ntotal } = now.index;
    const of = nameOf(key);
    if (kinds?.of === of && Math.abs(kinds.ntotal - ntotal) <= staleShare * kinds.ntotal) return kinds.value;
    const finding = { of, ntotal, value: withoutSignal(() => kindsOf(now)) };
    kinds = finding;
    finding.value.catch(() => {
      if (kinds === finding) kinds = undefined;
    });
    return finding.value;
  }

  return { current, kinds: found };
}

function nameOf({ encoderId, preprocessing }: EncoderKey): string {
  return `${encoderId} ${preprocessing}`;
}

/** A few rows at a time: others are answered in between. */
async function read(db: Database, { key, manifest }: EncoderInUse): Promise<PosterMap> {
  const movieIds: MovieId[] = [];
  const chunks: Float32Array[] = [];
  const pause = createYield();
  for (let after = 0; ; ) {
    const rows = embeddingsPage(db, key, after, rowsPerStep);
    if (rows.length === 0) break;
    for (const { movieId, vector } of rows) {
      movieIds.push(movieId);
      chunks.push(vector);
    }
    after = rows[rows.length - 1].movieId;
    await pause();
  }
  const d = manifest.dimension;
  const vectors = new Float32Array(movieIds.length * d);
  chunks.forEach((vector, i) => {
    vectors.set(vector, i * d);
  });
  const index = await createPosterIndex(vectors, d);
  return { index, movieIds, placeOf: new Map(movieIds.map((id, place) => [id, place])) };
}

async function kindsOf(map: PosterMap): Promise<PosterKinds> {
  const { directions, d, ntotal } = map.index;
  const clusters = await clusterPosters(directions, d);
  const centroids = new Float32Array(clusters.k * d);
  const pause = createYield();
  for (let i = 0; i < ntotal; i++) {
    const cluster = clusters.assignments[i];
    const share = 1 / clusters.sizes[cluster];
    for (let j = 0; j < d; j++) centroids[cluster * d + j] += share * directions[i * d + j];
    if (i % 500 === 499) await pause();
  }
  return { ...clusters, map, centroids };
}
