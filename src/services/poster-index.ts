/** Index of all embedded posters in memory, and the clusters that they form. */

import { createYield, withoutSignal } from "../event-loop.js";
import type { MovieId } from "../ids.js";
import { type Clusters, clusterPosters } from "../posters/vectors/clusters.js";
import { createPosterIndex, type PosterIndex } from "../posters/vectors/neighbours.js";
import type { EmbeddingStore } from "../store/embeddings.js";
import type { EncoderInUse } from "./encoders-in-use.js";

export interface MoviePosterIndex {
  index: PosterIndex;
  /** Movie of each row of the index. */
  movieIds: readonly MovieId[];
  /** Row of the index by movie. */
  rowOf: ReadonlyMap<MovieId, number>;
}

export interface PosterClusters extends Clusters {
  /** The posters that they were found in. */
  posters: MoviePosterIndex;
  /** k × d: mean direction of each cluster's posters, not scaled to 1. */
  centroids: Float32Array;
}

export interface PosterIndexes {
  /** The posters embedded by an encoder; read again after a poster or an embedding came or went. */
  current(encoder: EncoderInUse): Promise<MoviePosterIndex>;
  /** Found again for another encoder, or after one poster in twenty came or went. */
  clusters(encoder: EncoderInUse): Promise<PosterClusters>;
}

interface Kept<T> {
  version: string;
  value: Promise<T>;
}

const rowsPerStep = 100;
const staleShare = 0.05;

export function createPosterIndexes(embeddings: EmbeddingStore): PosterIndexes {
  let index: Kept<MoviePosterIndex> | undefined;
  let clusters: (Kept<PosterClusters> & { ntotal: number }) | undefined;

  async function current(encoder: EncoderInUse): Promise<MoviePosterIndex> {
    const version = `${toName(encoder)} ${await embeddings.version()}`;
    if (index?.version === version) return index.value;
    const reading: Kept<MoviePosterIndex> = { version, value: withoutSignal(() => readIndex(embeddings, encoder)) };
    index = reading;
    reading.value.catch(() => {
      if (index === reading) index = undefined;
    });
    return reading.value;
  }

  async function currentClusters(encoder: EncoderInUse): Promise<PosterClusters> {
    const posters = await current(encoder);
    const { ntotal } = posters.index;
    const version = toName(encoder);
    if (clusters?.version === version && Math.abs(clusters.ntotal - ntotal) <= staleShare * clusters.ntotal) {
      return clusters.value;
    }
    const finding = { version, ntotal, value: withoutSignal(() => findClusters(posters)) };
    clusters = finding;
    finding.value.catch(() => {
      if (clusters === finding) clusters = undefined;
    });
    return finding.value;
  }

  return { current, clusters: currentClusters };
}

function toName({ key: { encoderId, preprocessing } }: EncoderInUse): string {
  return `${encoderId} ${preprocessing}`;
}

/** A few rows at a time, yielding to the event loop in between. */
async function readIndex(embeddings: EmbeddingStore, { key, manifest }: EncoderInUse): Promise<MoviePosterIndex> {
  const movieIds: MovieId[] = [];
  const vectors: Float32Array[] = [];
  const pause = createYield();
  for (let after = 0; ; ) {
    const rows = await embeddings.page(key, after, rowsPerStep);
    if (rows.length === 0) break;
    for (const { movieId, vector } of rows) {
      movieIds.push(movieId);
      vectors.push(vector);
    }
    after = rows[rows.length - 1].movieId;
    await pause();
  }
  const d = manifest.dimension;
  const matrix = new Float32Array(movieIds.length * d);
  vectors.forEach((vector, row) => {
    matrix.set(vector, row * d);
  });
  const index = await createPosterIndex(matrix, d);
  return { index, movieIds, rowOf: new Map(movieIds.map((id, row) => [id, row])) };
}

async function findClusters(posters: MoviePosterIndex): Promise<PosterClusters> {
  const { directions, d, ntotal } = posters.index;
  const clusters = await clusterPosters(directions, d);
  const centroids = new Float32Array(clusters.k * d);
  const pause = createYield();
  for (let i = 0; i < ntotal; i++) {
    const cluster = clusters.assignments[i];
    const share = 1 / clusters.sizes[cluster];
    for (let j = 0; j < d; j++) centroids[cluster * d + j] += share * directions[i * d + j];
    if (i % 500 === 499) await pause();
  }
  return { ...clusters, posters, centroids };
}
