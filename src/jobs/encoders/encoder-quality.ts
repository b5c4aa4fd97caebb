/**
 * Measures how well nearest posters share genres and audiences: over the ten nearest by
 * cosine, the mean overlap of genre sets (Jaccard), and the mean lift of being liked by the same people, there among
 * movies with at least 20 likes.
 */

import type { SparseRows } from "../../ml/data/rating-matrix.js";
import { createCoLikeLift } from "../../ml/encoder-training/co-likes.js";
import { topK } from "../../ml/linalg/top-k.js";
import { cosinesTo } from "../../posters/vectors/similarity.js";

export interface Quality {
  genreJaccard: number;
  /** Null where no movie has enough likes. */
  coLikeLift: number | null;
}

const neighbours = 10;
const minLikes = 20;

export interface MovieFacts {
  /** One list per movie. */
  genres: readonly (readonly string[])[];
  /** Users × movies. */
  likes: SparseRows;
}

/** Prepares the facts once. @returns a function that measures embeddings of the same movies */
export function createQualityMeasure({ genres, likes }: MovieFacts) {
  const n = genres.length;
  const sets = genres.map((list) => new Set(list));
  const likeCounts = new Int32Array(n);
  for (const item of likes.indices) likeCounts[item]++;
  const tooFewLikes = Uint8Array.from(likeCounts, (count) => (count < minLikes ? 1 : 0));
  const computeLift = createCoLikeLift(likes);
  const lifts = new Float32Array(n);
  const similarities = new Float32Array(n);

  /**
   * @param vectors n × d, row-major
   * @param queries indexes of the movies whose neighbours are measured; all movies are searched
   */
  return function measure(
    vectors: Float32Array,
    d: number,
    queries: readonly number[],
    options: { centre?: Float32Array } = {},
  ): Quality {
    const jaccards: number[] = [];
    const liftMeans: number[] = [];
    for (const query of queries) {
      cosinesTo(vectors.subarray(query * d, (query + 1) * d), vectors, options, similarities);
      jaccards.push(meanOver(nearest(query, new Uint8Array(n)), (other) => jaccard(sets[query], sets[other])));
      if (tooFewLikes[query] === 1) continue;
      const near = nearest(query, tooFewLikes.slice());
      computeLift(query, lifts);
      if (near.length > 0) liftMeans.push(meanOver(near, (other) => lifts[other]));
    }
    return { genreJaccard: mean(jaccards), coLikeLift: liftMeans.length === 0 ? null : mean(liftMeans) };
  };

  function nearest(query: number, excluded: Uint8Array): Int32Array {
    excluded[query] = 1;
    return topK(similarities, excluded, neighbours);
  }
}

/** Mean of measurements over equally many queries each. */
export function meanQuality(parts: readonly Quality[]): Quality {
  const lifts = parts.flatMap(({ coLikeLift }) => (coLikeLift === null ? [] : [coLikeLift]));
  return {
    genreJaccard: mean(parts.map(({ genreJaccard }) => genreJaccard)),
    coLikeLift: lifts.length === 0 ? null : mean(lifts),
  };
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const name of a) if (b.has(name)) common++;
  const union = a.size + b.size - common;
  return union === 0 ? 0 : common / union;
}

function meanOver(items: Int32Array, value: (item: number) => number): number {
  let sum = 0;
  for (const item of items) sum += value(item);
  return items.length === 0 ? 0 : sum / items.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
