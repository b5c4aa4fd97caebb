/** Items without a row of their own in a factor model, folded in from labels, posters and ratings. */
import type { WeighedLabels } from "../data/labels.js";
import { addRow, type FoldInSolver, type UserEmbedding } from "./fold-in-solver.js";

/** An item that has no row: vectors like rows of X, samples × stride, and w0 + its bias for each sample. */
export interface ItemEmbedding {
  vectors: Float32Array;
  offsets: Float32Array;
}

/**
 * An unrated item, from its labels and its poster.
 * @param poster `toDirection` its embedding
 */
export function createColdItem(
  solver: FoldInSolver,
  { rows, weights }: WeighedLabels,
  poster?: Float32Array,
): ItemEmbedding {
  const { stride } = solver;
  const { kept } = solver.tables;
  const item = { vectors: new Float32Array(kept.length * stride), offsets: new Float32Array(kept.length) };
  kept.forEach((sample, s) => {
    const row = sample.itemMean.slice();
    rows.forEach((label, k) => {
      addRow(row, sample.itemLabels, label * row.length, row.length, weights[k]);
    });
    const { posterWeights } = sample;
    if (poster !== undefined && posterWeights !== undefined) {
      for (let c = 0; c < poster.length; c++) addRow(row, posterWeights, c * row.length, row.length, poster[c]);
    }
    writeItem(solver, item, s, row);
  });
  return item;
}

/**
 * An item that is known by its labels and by ratings, from the other side: users' vectors are the rows, and what
 * the labels and the poster say is the prior.
 * @param raters user embeddings, in the order of `stars`
 */
export function foldItem(
  solver: FoldInSolver,
  labels: WeighedLabels,
  raters: readonly UserEmbedding[],
  stars: Float32Array,
  poster?: Float32Array,
): ItemEmbedding {
  const { arena, factors, stride, room } = solver;
  const item = createColdItem(solver, labels, poster);
  const n = raters.length;
  solver.reserve(n);
  solver.tables.kept.forEach((sample, s) => {
    const gathered = arena.f32(solver.rows.gathered);
    const m0 = arena.f32(room.m0).fill(0);
    m0.set(item.vectors.subarray(s * stride, s * stride + factors));
    m0[factors] = item.offsets[s];
    raters.forEach(({ vectors }, k) => {
      gathered.fill(0, k * stride, (k + 1) * stride);
      gathered.set(vectors.subarray(s * stride, s * stride + factors), k * stride);
      gathered[k * stride + factors] = 1;
    });
    // The bias of a user is taken off their stars; that of the item, and w0, are the last component.
    solver.weighRows(n, solver.rows, (k) => stars[k] - raters[k].vectors[s * stride + factors], sample.alpha);
    const x = solver.solveRows(n, solver.rows, sample.itemLambda);
    writeItem(solver, item, s, x, 0);
  });
  return item;
}

function writeItem(
  solver: FoldInSolver,
  item: ItemEmbedding,
  s: number,
  row: Float32Array,
  w0 = solver.tables.kept[s].w0,
): void {
  const { factors, stride } = solver;
  item.vectors.set(row.subarray(0, factors), s * stride);
  item.vectors[s * stride + factors] = 1;
  item.offsets[s] = w0 + row[factors];
}
