/**
 * Poster similarity: cosines between embeddings of one encoder and one preprocessing.
 * Legend: d components a vector; many vectors lie row-major in one Float32Array, component j of vector i at i·d + j.
 *
 * Embeddings of a network are all positive, so uncentred ones are about 80% similar. Subtracting the catalogue's mean
 * first (`centre`) spreads them out and finds better neighbours; the plain cosine is what the API calls similarity
 * when no catalogue mean is given. The two are different numbers: compare scores only within one of them.
 */

import { dotProduct } from "./vector-math.js";

/** A cosine of a vector without direction (all zeros, or equal to the centre) is 0, not NaN. */
function cosineFromSums(dot: number, squaresA: number, squaresB: number): number {
  const norm = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  return norm > 0 ? Math.max(-1, Math.min(1, dot / norm)) : 0;
}

function checkLength(what: string, vector: Float32Array, d: number): void {
  if (vector.length !== d) throw new RangeError(`expected ${what} of ${d} components, received ${vector.length}`);
}

/**
 * Cosine of the angle between two vectors, in [−1, 1]; 0 when either is all zeros.
 * @throws {RangeError} when their lengths differ
 */
export function cosine(a: Float32Array, b: Float32Array): number {
  checkLength("a vector", b, a.length);
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let j = 0; j < a.length; j++) {
    dot += a[j] * b[j];
    squaresA += a[j] * a[j];
    squaresB += b[j] * b[j];
  }
  return cosineFromSums(dot, squaresA, squaresB);
}

const squaresOf = new WeakMap<Float32Array, number>();

/** The sum of the squares of an embedding, which never changes: computed once. */
function getSquares(embedding: Float32Array): number {
  let squares = squaresOf.get(embedding);
  if (squares === undefined) {
    squares = dotProduct(embedding, 0, embedding, 0, embedding.length);
    squaresOf.set(embedding, squares);
  }
  return squares;
}

/**
 * The cosine of two embeddings that nobody changes, as `cosine`, in a third of its time.
 * @throws {RangeError} when their lengths differ
 */
export function embeddingCosine(a: Float32Array, b: Float32Array): number {
  checkLength("a vector", b, a.length);
  return cosineFromSums(dotProduct(a, 0, b, 0, a.length), getSquares(a), getSquares(b));
}

/**
 * Mean of vectors: the taste of a user's top posters, or, over every embedding of an encoder, the catalogue's mean.
 * Sums in 64 bits.
 * @param vectors at least one, each of out.length components
 * @param out overwritten
 * @throws {RangeError} when there is no vector or lengths differ
 */
export function meanEmbedding(vectors: readonly Float32Array[], out: Float32Array): void {
  const d = out.length;
  if (vectors.length === 0) throw new RangeError("expected at least one embedding to take the mean of, received none");
  for (const vector of vectors) checkLength("an embedding", vector, d);
  const sums = new Float64Array(d);
  for (const vector of vectors) for (let j = 0; j < d; j++) sums[j] += vector[j];
  for (let j = 0; j < d; j++) out[j] = sums[j] / vectors.length;
}

/**
 * Subtract the catalogue's mean from a vector.
 * @param out overwritten; may be `vector` itself
 * @throws {RangeError} when lengths differ
 */
export function centre(vector: Float32Array, catalogueMean: Float32Array, out: Float32Array): void {
  checkLength("a centre", catalogueMean, vector.length);
  checkLength("an out", out, vector.length);
  for (let j = 0; j < out.length; j++) out[j] = vector[j] - catalogueMean[j];
}

/**
 * Cosine of each vector to a target, for re-ranking candidates.
 * @param target d components, as the embedder gave them or their mean: not centred yet
 * @param vectors n × d, row-major, not centred
 * @param options.centre catalogue mean, subtracted from both sides on the way; without it plain cosines
 * @param out n cosines in [−1, 1]; overwritten; 0 where either side is without direction
 * @throws {RangeError} when lengths differ
 */
export function cosinesTo(
  target: Float32Array,
  vectors: Float32Array,
  options: { centre?: Float32Array },
  out: Float32Array,
): void {
  const d = target.length;
  const mean = options.centre ?? new Float32Array(d);
  checkLength("vectors", vectors, out.length * d);
  checkLength("a centre", mean, d);
  const direction = new Float32Array(d);
  centre(target, mean, direction);
  let squaresTarget = 0;
  for (let j = 0; j < d; j++) squaresTarget += direction[j] * direction[j];
  for (let i = 0; i < out.length; i++) {
    const row = i * d;
    let dot = 0;
    let squares = 0;
    for (let j = 0; j < d; j++) {
      const x = vectors[row + j] - mean[j];
      dot += x * direction[j];
      squares += x * x;
    }
    out[i] = cosineFromSums(dot, squares, squaresTarget);
  }
}
