/** Orders candidates by predicted stars. */

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
  const better = (a: number, b: number) =>
    itemKnown[a] !== itemKnown[b] ? itemKnown[a] > itemKnown[b] : stars[a] !== stars[b] ? stars[a] > stars[b] : a < b;
  // A list kept sorted by insertion: k is small beside the number of items, so that few items are ever inserted.
  const best = new Int32Array(Math.min(k, stars.length));
  let count = 0;
  for (let item = 0; item < stars.length; item++) {
    if (excluded[item] || (count === best.length && (count === 0 || !better(item, best[count - 1])))) continue;
    let at = count < best.length ? count++ : count - 1;
    while (at > 0 && better(item, best[at - 1])) {
      best[at] = best[at - 1];
      at--;
    }
    best[at] = item;
  }
  return best.subarray(0, count);
}
