/** Which movies the same people like: cosine of the ranker's item factors. */
import type { ItemIndex } from "../../ids.js";
import { normalise } from "../linalg/normalise.js";
import { topK } from "../linalg/top-k.js";

/** Too few likes say nothing of a movie's neighbours. */
const minLikes = 5;

export interface ItemNeighbours {
  /** The k closest items, closest first, and their cosines; none for an item that too few people like. */
  of(item: ItemIndex, k: number): { items: Int32Array; cosines: Float64Array };
}

/**
 * @param itemFactors row-major, items × factors
 * @param likes how many people like each item
 */
export function createItemNeighbours(itemFactors: Float32Array, factors: number, likes: Float32Array): ItemNeighbours {
  const items = likes.length;
  const directions = itemFactors.slice();
  const excluded = new Uint8Array(items);
  for (let i = 0; i < items; i++) {
    const squares = normalise(directions, i * factors, factors);
    if (likes[i] < minLikes || squares === 0) excluded[i] = 1;
  }
  const cosines = new Float32Array(items);
  return {
    of(item, k) {
      if (excluded[item]) return { items: new Int32Array(0), cosines: new Float64Array(0) };
      const own = directions.subarray(item * factors, (item + 1) * factors);
      for (let i = 0, k = 0; i < items; i++) {
        let dot = 0;
        for (let j = 0; j < factors; j++, k++) dot += own[j] * directions[k];
        cosines[i] = dot;
      }
      excluded[item] = 1;
      const best = topK(cosines, excluded, k);
      excluded[item] = 0;
      return { items: best, cosines: Float64Array.from(best, (i) => cosines[i]) };
    },
  };
}
