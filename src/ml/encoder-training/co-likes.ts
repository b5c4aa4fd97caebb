/**
 * Items that the same users like: how much more often than by chance two are liked together, and item vectors that
 * follow from it. A like is a rating of at least `minLikeStars` stars.
 */
import { gaussians, type Random } from "../../random.js";
import { type SparseRows, transposed } from "../data/rating-matrix.js";

/** Stars from which a rating counts as a like. */
export const minLikeStars = 4;

/**
 * Lift of liking two items: lift = U · |Li ∩ Lj| / (|Li| · |Lj|), 1 where the two are
 * independent. Symmetric; 0 where an item has no likes.
 * @param likes users × items; only where its entries stand matters
 * @returns a function that writes item i's lift with every item into `out`, `likes.columns` long
 */
export function createCoLikeLift(likes: SparseRows): (item: number, out: Float32Array) => void {
  const byItem = transposed(likes);
  const getLikeCount = (item: number) => byItem.indptr[item + 1] - byItem.indptr[item];
  return (item, out) => {
    if (out.length !== likes.columns) {
      throw new RangeError(`expected an out of ${likes.columns} items, received ${out.length}`);
    }
    out.fill(0);
    for (let entry = byItem.indptr[item]; entry < byItem.indptr[item + 1]; entry++) {
      const user = byItem.indices[entry];
      for (let b = likes.indptr[user]; b < likes.indptr[user + 1]; b++) out[likes.indices[b]]++;
    }
    for (let j = 0; j < out.length; j++) {
      if (out[j] > 0) out[j] *= likes.rows / (getLikeCount(item) * getLikeCount(j));
    }
  };
}

/** Added to the number of likes that an item is divided by, which shrinks items with few likes towards zero. */
const likesAdded = 20;
const iterations = 12;
/** Extra vectors, since the last ones converge slowly. */
const spare = 8;

/**
 * Item vectors, close for items that the same users like: the leading right singular vectors, times their
 * values, of the likes over the square root of each user's and each item's count. The first is left out: it says only
 * how much an item is liked. Subspace iteration from a random start.
 * @param likes users × items; only where its entries stand matters
 * @returns row-major, items × factors; zeros for items without likes. Their signs are arbitrary
 */
export function likeFactors(likes: SparseRows, factors: number, random: Random): Float32Array {
  const { rows, columns, indptr, indices } = likes;
  const k = Math.min(columns, factors + 1 + spare);
  const itemScale = new Float64Array(columns);
  for (const item of indices) itemScale[item]++;
  for (let j = 0; j < columns; j++) itemScale[j] = 1 / Math.sqrt(itemScale[j] + likesAdded);
  let V = gaussians(random, columns * k, 1);
  orthonormalise(V, columns, k);
  const norms = new Float64Array(k);
  const user = new Float64Array(k);
  for (let iteration = 0; iteration < iterations; iteration++) {
    // AᵀA V, one user's row of A at a time
    const next = new Float64Array(columns * k);
    for (let u = 0; u < rows; u++) {
      const count = indptr[u + 1] - indptr[u];
      user.fill(0);
      for (let entry = indptr[u]; entry < indptr[u + 1]; entry++) {
        const row = indices[entry] * k;
        const scale = itemScale[indices[entry]] / count;
        for (let c = 0; c < k; c++) user[c] += scale * V[row + c];
      }
      for (let entry = indptr[u]; entry < indptr[u + 1]; entry++) {
        const row = indices[entry] * k;
        const scale = itemScale[indices[entry]];
        for (let c = 0; c < k; c++) next[row + c] += scale * user[c];
      }
    }
    V = next;
    norms.set(orthonormalise(V, columns, k));
  }
  const order = Array.from(norms.keys()).sort((a, b) => norms[b] - norms[a]);
  const out = new Float32Array(columns * factors);
  for (let c = 0; c < factors && c + 1 < k; c++) {
    const from = order[c + 1];
    // A vector of AᵀA grows by the square of its singular value in each step.
    const value = Math.sqrt(norms[from]);
    for (let j = 0; j < columns; j++) out[j * factors + c] = value * V[j * k + from];
  }
  return out;
}

/** Gram and Schmidt, column by column, in place. @returns each column's length before it was scaled to 1 */
function orthonormalise(V: Float64Array, n: number, k: number): Float64Array {
  const lengths = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    for (let b = 0; b < c; b++) {
      let dot = 0;
      for (let i = 0; i < n; i++) dot += V[i * k + b] * V[i * k + c];
      for (let i = 0; i < n; i++) V[i * k + c] -= dot * V[i * k + b];
    }
    let squares = 0;
    for (let i = 0; i < n; i++) squares += V[i * k + c] ** 2;
    lengths[c] = Math.sqrt(squares);
    const scale = lengths[c] > 0 ? 1 / lengths[c] : 0;
    for (let i = 0; i < n; i++) V[i * k + c] *= scale;
  }
  return lengths;
}
