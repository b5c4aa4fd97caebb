/** Scaling vectors to length 1. */

/**
 * Scales the `length` numbers from `offset` on to length 1, in place; zeros stay zeros.
 * @returns the squared length before
 */
export function normalise(vectors: Float32Array, offset: number, length: number): number {
  let squares = 0;
  for (let k = offset; k < offset + length; k++) squares += vectors[k] * vectors[k];
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let k = offset; k < offset + length; k++) vectors[k] *= scale;
  return squares;
}
