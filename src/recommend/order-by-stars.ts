/** Orders candidates by predicted stars. */
import { topK } from "../ml/linalg/top-k.js";

/**
 * The best `k` candidates: movies that the model knows from ratings first, then the others, each by stars as predicted
 * (unclamped), ties to the lower index. A prediction for a movie nobody rated is a guess from its genres: it never
 * stands above one that ratings support.
 * @param stars predicted stars of each item
 * @param itemKnown 1 where ratings support the item's prediction
 * @param excluded 1 where the item must not be recommended
 * @returns item indices, best first; fewer than k when fewer are left
 */
export function rankItems(stars: Float32Array, itemKnown: Uint8Array, excluded: Uint8Array, k: number): Int32Array {
  if (itemKnown.length !== stars.length || excluded.length !== stars.length) {
    throw new RangeError(
      `expected ${stars.length} flags, received ${itemKnown.length} (known) and ${excluded.length} (excluded)`,
    );
  }
  const known = topK(stars, toExcluded(excluded, itemKnown, 0), k);
  if (known.length === k) return known;
  return Int32Array.of(...known, ...topK(stars, toExcluded(excluded, itemKnown, 1), k - known.length));
}

/** What is excluded, and the items that are known or not. */
function toExcluded(excluded: Uint8Array, itemKnown: Uint8Array, isKnown: 0 | 1): Uint8Array {
  return excluded.map((flag, item) => (flag === 1 || itemKnown[item] === isKnown ? 1 : 0));
}
