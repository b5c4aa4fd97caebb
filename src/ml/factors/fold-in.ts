/**
 * Serves users without training: given the items' side of a factor model, a user's vector follows from their ratings
 * by one linear solve for each kept sample. So a new rating counts at once, and a user that the model never saw is served
 * like any other. A prediction is w0 + d_i + x_i · m, clipped, averaged over samples; the solves are in `fold-in-solver.ts`.
 */

import type { WeighedLabels } from "../data/labels.js";
import type { FactorSample } from "./factor-sample.js";
import { addRow, type FoldInOptions, FoldInSolver, type History, type UserEmbedding } from "./fold-in-solver.js";
import { createColdItem, foldItem, type ItemEmbedding } from "./item-fold-in.js";

export class FoldIn {
  readonly stride: number;
  private readonly solver: FoldInSolver;

  constructor(
    readonly items: number,
    factors: number,
    readonly samples: number,
    options: FoldInOptions,
  ) {
    this.solver = new FoldInSolver(items, factors, options);
    this.stride = this.solver.stride;
  }

  /** Adds a sample. All are added before the first user is folded. */
  add(sample: FactorSample): void {
    this.solver.add(sample);
  }

  /** A user's vectors, all samples at once. */
  fold(history: History): UserEmbedding {
    const user = this.blank(history);
    for (let s = 0; s < this.samples; s++) this.foldSample(s, history, user);
    return user;
  }

  /** A user's vectors before any sample was folded: zeros. */
  blank(history: History): UserEmbedding {
    return {
      vectors: new Float32Array(this.samples * this.stride),
      ratings: history.items.length,
      bin: history.when?.bin ?? -1,
    };
  }

  /** Folds one sample, so that a server can yield to the event loop between samples. */
  foldSample(s: number, history: History, user: UserEmbedding): void {
    user.vectors.set(this.solver.solveUser(this.solver.kept[s], history), s * this.stride);
  }

  /** Adds one sample's clipped predictions of every item to `out`. @param out as long as `items` */
  addScores(s: number, { vectors, bin }: UserEmbedding, out: Float32Array): void {
    const { kernel, arena, room, stride, items } = this.solver;
    const { least, most } = this.solver.options;
    const { X, offsets } = this.solver.kept[s];
    arena.f32(room.x).set(vectors.subarray(s * stride, (s + 1) * stride));
    kernel.dots(items, stride, X.offset, room.x.offset, room.scores.offset);
    const scores = arena.f32(room.scores);
    const from = (1 + bin) * items;
    for (let i = 0; i < items; i++) {
      const value = scores[i] + offsets[from + i];
      out[i] += Math.min(most, Math.max(least, value));
    }
  }

  /** Predicted stars of every item: the mean over samples of the clipped predictions. @param out as long as `items` */
  scores(user: UserEmbedding, out: Float32Array): void {
    out.fill(0);
    for (let s = 0; s < this.samples; s++) this.addScores(s, user, out);
    for (let i = 0; i < this.items; i++) out[i] /= this.samples;
  }

  /** Predicted stars of one item, by its row. */
  score({ vectors, bin }: UserEmbedding, item: number): number {
    const { stride, kept } = this.solver;
    const memory = this.solver.arena.all();
    const index = (1 + bin) * this.items + item;
    let sum = 0;
    for (let s = 0; s < kept.length; s++) {
      const { X, offsets } = kept[s];
      const product = dot(memory, X.offset / 4 + item * stride, vectors, s * stride, stride);
      sum += this.clip(offsets[index] + product);
    }
    return sum / this.samples;
  }

  /** Predicted stars of an item that has no row. */
  scoreEmbedding({ vectors }: UserEmbedding, item: ItemEmbedding): number {
    const { stride } = this.solver;
    let sum = 0;
    for (let s = 0; s < this.samples; s++) {
      sum += this.clip(item.offsets[s] + dot(item.vectors, s * stride, vectors, s * stride, stride));
    }
    return sum / this.samples;
  }

  private clip(value: number): number {
    const { least, most } = this.solver.options;
    return Math.min(most, Math.max(least, value));
  }

  /** An unrated item. See `createColdItem`. */
  coldItem(labels: WeighedLabels, poster?: Float32Array): ItemEmbedding {
    return createColdItem(this.solver, labels, poster);
  }

  /** An item that has ratings. See `foldItem`. */
  foldItem(
    labels: WeighedLabels,
    raters: readonly UserEmbedding[],
    stars: Float32Array,
    poster?: Float32Array,
  ): ItemEmbedding {
    return foldItem(this.solver, labels, raters, stars, poster);
  }

  /**
   * How many stars each of a user's ratings moves the predictions of items by, before clipping: the linear solve is a
   * sum over ratings, so that these and the predictions without them add up to the predictions.
   * @param items rows
   * @param pause awaited between samples
   * @returns for each item, one number a rating, in the order of the history
   */
  async contributions(
    history: History,
    items: readonly number[],
    pause: () => Promise<void> | undefined,
  ): Promise<Float64Array[]> {
    const { kernel, arena, room, stride } = this.solver;
    const n = history.items.length;
    const sessions = history.when?.sessions;
    const all = n + (sessions?.count ?? 0);
    const sums = items.map(() => new Float64Array(n));
    for (const kept of this.solver.kept) {
      await pause();
      this.solver.solveUser(kept, history);
      const v = arena.f32(room.x);
      const reach = arena.f32(this.solver.rows.weights);
      const residuals = arena.f32(this.solver.rows.residuals);
      const gathered = arena.f32(this.solver.rows.gathered);
      // −c of each session, before `reach` overwrites the weights.
      const shares = reach.slice(n, all);
      const current = sessions?.current ?? -1;
      items.forEach((item, i) => {
        v.set(arena.f32({ offset: kept.X.offset + item * stride * 4, length: stride }));
        // What today added to the bias depends on the vector too.
        if (current >= 0) addRow(v, gathered, (n + current) * stride, stride, shares[current]);
        kernel.solve(stride, room.A.offset, room.x.offset);
        kernel.dots(all, stride, this.solver.rows.gathered.offset, room.x.offset, this.solver.rows.weights.offset);
        for (let k = 0; k < n; k++) {
          const own = sessions?.of[k] ?? -1;
          let moved = reach[k];
          if (own >= 0) moved += shares[own] * reach[n + own];
          if (own >= 0 && own === current) moved -= shares[own];
          sums[i][k] += (moved * residuals[k]) / this.samples;
        }
      });
    }
    return sums;
  }
}

/** Dot product of n components at two offsets, n a multiple of four: a single sum would wait for each addition. */
function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let k = 0; k < n; k += 4) {
    s0 += a[fromA + k] * b[fromB + k];
    s1 += a[fromA + k + 1] * b[fromB + k + 1];
    s2 += a[fromA + k + 2] * b[fromB + k + 2];
    s3 += a[fromA + k + 3] * b[fromB + k + 3];
  }
  return s0 + s1 + s2 + s3;
}
