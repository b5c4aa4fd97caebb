/**
 * Exact nearest-neighbour search over posters: compares every vector. 4,000 of 512 components take 1 to 2 ms; the time grows with their
 * number and their components (docs/posters.md has the measurements, and says when an approximate index pays off).
 * Legend: d components, ntotal vectors, row-major.
 */
import { createYield } from "../../event-loop.js";
import { centreRow, dotProduct } from "./vector-math.js";

export interface PosterIndex {
  d: number;
  ntotal: number;
  /** ntotal × d: centred on the catalogue's mean and scaled to length 1; zeros for one that is the mean. */
  directions: Float32Array;
  /** d: the catalogue's mean. */
  mean: Float32Array;
  /** Root mean square of the vectors' lengths once centred: scales a direction back to an embedding. */
  spread: number;
}

/** Best first; ties go to the lower index. */
export interface Neighbours {
  indices: Int32Array;
  /** Cosines of the centred vectors, in −1..1. */
  similarities: Float32Array;
}

/** Multiplications between two yields to the event loop: about a millisecond. */
const workPerStep = 1_000_000;

/**
 * Builds an index of embeddings, yielding to the event loop. `vectors` becomes the index's own and is changed in place.
 * @param vectors ntotal × d, as the embedder gave them
 */
export async function createPosterIndex(vectors: Float32Array, d: number): Promise<PosterIndex> {
  const ntotal = vectors.length / d;
  if (!Number.isInteger(ntotal)) {
    throw new RangeError(`expected rows of ${d} components, received ${vectors.length} numbers`);
  }
  const rowsPerStep = Math.max(1, Math.floor(workPerStep / d));
  const yieldIfDue = createYield();
  const sums = new Float64Array(d);
  for (let i = 0; i < ntotal; i++) {
    if (i > 0 && i % rowsPerStep === 0) await yieldIfDue();
    for (let j = 0; j < d; j++) sums[j] += vectors[i * d + j];
  }
  const mean = Float32Array.from(sums, (sum) => sum / Math.max(1, ntotal));
  let squares = 0;
  for (let i = 0; i < ntotal; i++) {
    if (i > 0 && i % rowsPerStep === 0) await yieldIfDue();
    squares += centreRow(vectors, i * d, mean);
  }
  return { d, ntotal, directions: vectors, mean, spread: Math.sqrt(squares / Math.max(1, ntotal)) };
}

/** A vector's unit direction from the catalogue's mean. @param vector d components, not centred */
export function directionIn({ d, mean }: PosterIndex, vector: Float32Array): Float32Array {
  if (vector.length !== d) throw new RangeError(`expected a vector of ${d} components, received ${vector.length}`);
  const direction = Float32Array.from(vector);
  centreRow(direction, 0, mean);
  return direction;
}

/**
 * The k posters nearest to a direction, yielding to the event loop.
 * @param direction from `directionIn`, or a row of the index
 * @param excluded indices to skip; none by default
 */
export async function nearestPosters(
  { d, ntotal, directions }: PosterIndex,
  direction: Float32Array,
  k: number,
  excluded: ReadonlySet<number> = new Set(),
): Promise<Neighbours> {
  if (direction.length !== d) {
    throw new RangeError(`expected a direction of ${d} components, received ${direction.length}`);
  }
  const indices = new Int32Array(Math.max(0, Math.min(k, ntotal)));
  const similarities = new Float32Array(indices.length);
  const rowsPerStep = Math.max(1, Math.floor(workPerStep / d));
  const yieldIfDue = createYield();
  let count = 0;
  for (let from = 0; from < ntotal && indices.length > 0; from += rowsPerStep) {
    // Before the first step too: a list of a hundred movies starts a hundred searches at once.
    await yieldIfDue();
    const to = Math.min(ntotal, from + rowsPerStep);
    for (let i = from; i < to; i++) {
      const similarity = Math.fround(dotProduct(directions, i * d, direction, 0, d));
      if (count === indices.length && similarity <= similarities[count - 1]) continue;
      if (excluded.has(i)) continue;
      let position = count < indices.length ? count++ : count - 1;
      while (position > 0 && similarity > similarities[position - 1]) {
        indices[position] = indices[position - 1];
        similarities[position] = similarities[position - 1];
        position--;
      }
      indices[position] = i;
      similarities[position] = similarity;
    }
  }
  return { indices: indices.subarray(0, count), similarities: similarities.subarray(0, count) };
}
