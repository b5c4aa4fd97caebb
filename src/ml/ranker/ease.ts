/** EASE (Steck 2019): the item-to-item weights that best restore likes from likes, in closed form. */
import { AppError } from "../../errors.js";
import type { SparseRows } from "../data/rating-matrix.js";
import { createDenseKernel, toStride } from "../linalg/dense-kernel.js";
import { Arena } from "../linalg/kernels.js";
import { addDiagonal } from "../linalg/normal-equations.js";

/**
 * B = I − P · diag(1 / P_jj), P = (XᵀX + λI)⁻¹: a user's score of item j is the sum of B_ij over the items i they like.
 * @param likes X, users × items; only where its entries stand matters
 * @param onStep called after each of its three long steps
 * @returns row-major, items × items, zero on the diagonal
 */
export function fitEase(likes: SparseRows, regularization: number, onStep?: () => void): Float32Array {
  const items = likes.columns;
  // Items that nobody likes stay zero, and the work grows with the third power of how many are in it.
  const liked = [...new Set(likes.indices)].sort((a, b) => a - b);
  const position = new Int32Array(items);
  liked.forEach((item, k) => {
    position[item] = k;
  });
  const n = toStride(liked.length);
  const kernel = createDenseKernel();
  const arena = new Arena(kernel.memory);
  const L = arena.floats(n * n);
  const P = arena.floats(n * n);
  const scratch = arena.floats(4 * n);
  const ones = arena.floats(n);
  arena.f32(ones).fill(1);
  const gram = arena.f32(L);
  for (let u = 0; u < likes.rows; u++) {
    for (let a = likes.indptr[u]; a < likes.indptr[u + 1]; a++) {
      const row = position[likes.indices[a]] * n;
      for (let b = likes.indptr[u]; b < likes.indptr[u + 1]; b++) gram[row + position[likes.indices[b]]]++;
    }
  }
  addDiagonal(gram, n, liked.length, regularization);
  const failed = kernel.cholesky(n, L.offset);
  if (failed !== 0)
    throw new AppError("TRAINING_FAILED", `expected a larger --ease-regularization than ${regularization}`);
  onStep?.();
  kernel.invertFactor(n, L.offset, scratch.offset);
  onStep?.();
  // P = L⁻ᵀ L⁻¹, from as many rows of L⁻¹ at a time as stay in the cache; they are zero after the diagonal.
  const panel = 64;
  for (let row = 0; row < n; row += panel) {
    const rows = Math.min(panel, n - row);
    kernel.gram(rows, n, Math.min(n, toStride(row + rows)), L.offset + row * n * 4, ones.offset, P.offset);
  }
  onStep?.();
  const inverse = arena.f32(P);
  const out = new Float32Array(items * items);
  for (let i = 0; i < liked.length; i++) {
    for (let j = 0; j < liked.length; j++) {
      if (i === j) continue;
      const value = i > j ? inverse[i * n + j] : inverse[j * n + i];
      out[liked[i] * items + liked[j]] = -value / inverse[j * n + j];
    }
  }
  return out;
}
