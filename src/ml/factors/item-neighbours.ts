/** Movies that the same users like, by the cosine of the ranker's item factors. */
import { LRUCache } from "lru-cache";
import { createYield } from "../../event-loop.js";
import type { ItemIndex, MovieId } from "../../ids.js";
import { normalise } from "../linalg/normalise.js";
import { topK } from "../linalg/top-k.js";
import type { Predictor } from "../model/predictor.js";
import type { Ranker } from "../ranker/ranker.js";

/** Too few likes say nothing of a movie's neighbours. */
const minLikes = 5;

export interface ItemNeighbours {
  /** The k closest items, closest first, and their cosines; none for an item that too few users like. */
  find(item: ItemIndex, k: number): { items: Int32Array; cosines: Float64Array };
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
    find(item, k) {
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

/** The longest list that the API returns. */
const maxNeighbours = 100;
/** Each takes some 1.2 kB. */
const maxItemsWithNeighbours = 10_000;

/** Directions are computed on the first request. */
export function createSimilarItems(
  { itemFactors, likes, manifest }: Ranker,
  movieIds: readonly MovieId[],
  rowById: ReadonlyMap<MovieId, ItemIndex>,
): NonNullable<Predictor["similarItems"]> {
  let neighbours: ItemNeighbours | undefined;
  // A model's neighbours never change: an item's are searched once, as many as a request may ask for.
  const kept = new LRUCache<ItemIndex, ReturnType<ItemNeighbours["find"]>>({ max: maxItemsWithNeighbours });
  return async (id, k) => {
    const row = rowById.get(id);
    if (row === undefined) return { movieIds: [], scores: new Float64Array(0) };
    neighbours ??= createItemNeighbours(itemFactors, manifest.ials.factors, likes);
    const wanted = Math.max(k, maxNeighbours);
    let found = kept.get(row);
    if (found === undefined || found.items.length < Math.min(wanted, movieIds.length - 1)) {
      await createYield()();
      found = neighbours.find(row, wanted);
      kept.set(row, found);
    }
    const items = found.items.subarray(0, k);
    return { movieIds: Array.from(items, (item) => movieIds[item]), scores: found.cosines.subarray(0, k) };
  };
}
