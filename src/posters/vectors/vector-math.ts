/** Vector operations that clustering, search and re-ranking share; vectors lie in rows of one Float32Array. */

/**
 * Dot product of d components at two offsets. Four sums at a time, since a single one would wait for each addition.
 */
export function dotProduct(a: Float32Array, fromA: number, b: Float32Array, fromB: number, d: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 3 < d; j += 4) {
    s0 += a[fromA + j] * b[fromB + j];
    s1 += a[fromA + j + 1] * b[fromB + j + 1];
    s2 += a[fromA + j + 2] * b[fromB + j + 2];
    s3 += a[fromA + j + 3] * b[fromB + j + 3];
  }
  for (; j < d; j++) s0 += a[fromA + j] * b[fromB + j];
  return s0 + s1 + s2 + s3;
}

/** Scales d components to length 1, in place; a vector of zeros stays as it is. */
export function normaliseRow(vectors: Float32Array, from: number, d: number): void {
  const length = Math.sqrt(dotProduct(vectors, from, vectors, from, d));
  if (length > 0) for (let j = from; j < from + d; j++) vectors[j] /= length;
}

/**
 * Subtracts a mean from a row and scales the result to length 1, in place; a row equal to the mean becomes zeros.
 * @returns the square of its length before scaling
 */
export function centreRow(vectors: Float32Array, from: number, mean: Float32Array): number {
  let squares = 0;
  for (let j = 0; j < mean.length; j++) {
    const x = vectors[from + j] - mean[j];
    vectors[from + j] = x;
    squares += x * x;
  }
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let j = 0; j < mean.length; j++) vectors[from + j] *= scale;
  return squares;
}
