/** Selecting the k highest of many scores. */

/**
 * Indices of the `k` highest scores, best first; equal scores by index.
 * @param excluded 1 where an index must not be selected
 * @returns fewer than k where fewer are left; −∞ and NaN are never selected
 */
export function topK(scores: Float32Array, excluded: Uint8Array, k: number): Int32Array {
  if (excluded.length !== scores.length) {
    throw new RangeError(`expected ${scores.length} flags, received ${excluded.length}`);
  }
  // A list kept sorted by insertion: k is small compared with the number of scores, so few are ever inserted.
  const best = new Int32Array(Math.max(0, Math.min(k, scores.length)));
  let count = 0;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index];
    if (excluded[index] || !(score > Number.NEGATIVE_INFINITY)) continue;
    if (count === best.length && (count === 0 || score <= scores[best[count - 1]])) continue;
    let at = count < best.length ? count++ : count - 1;
    while (at > 0 && score > scores[best[at - 1]]) {
      best[at] = best[at - 1];
      at--;
    }
    best[at] = index;
  }
  return best.subarray(0, count);
}
