/**
 * Serves users without training: given the items' side of a factor model, a user's vector follows from their ratings
 * by one linear solve for each kept sample. So a new rating counts at once, and a user that the model never saw is served
 * like any other. A prediction is w0 + d_i + x_i · m, clipped, averaged over samples; the solves are in `fold-in-solver.ts`.
 */

import type { WeighedLabels } from "../data/labels.js";
import type { Slice } from "../linalg/kernels.js";
import type { ServingSample } from "./factor-sample.js";
import { addRow, type FoldInOptions, FoldInSolver, type History, type UserEmbedding } from "./fold-in-solver.js";
import { createColdItem, foldItem, type ItemEmbedding } from "./item-fold-in.js";
import { type SampleGroup, samplesPerGroup } from "./item-tables.js";

export class FoldIn {
  readonly stride: number;
  private readonly solver: FoldInSolver;

  constructor(
    readonly items: number,
    factors: number,
    readonly samples: number,
    options: FoldInOptions,
  ) {
    this.solver = new FoldInSolver(items, factors, samples, options);
    this.stride = this.solver.stride;
  }

  /** Adds a sample. All are added before the first user is folded. */
  add(sample: ServingSample): void {
    this.solver.tables.add(sample);
  }

  /** The samples in groups that are folded together, so that a server can yield to the event loop between them. */
  *groups(): Generator<SampleGroup> {
    for (let from = 0; from < this.samples; from += samplesPerGroup) {
      yield { from, to: Math.min(this.samples, from + samplesPerGroup) };
    }
  }

  /** A user's vectors, all samples at once. */
  fold(history: History): UserEmbedding {
    const user = this.blank(history);
    for (const group of this.groups()) this.foldGroup(group, history, user);
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

  /** Folds a group of samples. */
  foldGroup(group: SampleGroup, history: History, { vectors }: UserEmbedding): void {
    this.solver.solveUser(group, history, (s, x) => vectors.set(x, s * this.stride));
  }

  /** Predicted stars of every item: the mean over samples of the clipped predictions. @param out as long as `items` */
  scores(user: UserEmbedding, out: Float32Array): void {
    this.scoreItems(user, this.solver.tables.every, this.items, out);
  }

  /** Predicted stars of items by their rows, in their order; an item may come several times. */
  scoresOf(user: UserEmbedding, rows: Int32Array, out: Float32Array): void {
    const { arena, room } = this.solver;
    for (let from = 0; from < rows.length; from += this.items) {
      const piece = rows.subarray(from, from + this.items);
      arena.i32(room.chosen).set(piece);
      this.scoreItems(user, room.chosen, piece.length, out.subarray(from));
    }
  }

  /** Predicted stars of one item, by its row. */
  score(user: UserEmbedding, row: number): number {
    const stars = new Float32Array(1);
    this.scoresOf(user, Int32Array.of(row), stars);
    return stars[0];
  }

  private scoreItems({ vectors, bin }: UserEmbedding, indices: Slice, n: number, out: Float32Array): void {
    const { kernel, arena, room, stride, items, options } = this.solver;
    const { offsets, X } = this.solver.tables;
    arena.f32(room.vectors).set(vectors);
    const from = offsets.offset + (1 + bin) * items * this.samples * 4;
    kernel.meanOfClippedDots(
      X.isHalf,
      n,
      this.samples,
      stride,
      indices.offset,
      X.offset,
      from,
      room.vectors.offset,
      options.least,
      options.most,
      room.scores.offset,
    );
    out.set(arena.f32(room.scores).subarray(0, n));
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
   * @param pause awaited between groups of samples
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
    const { directions, reached } = this.solver.reserveReach(items.length, all);
    for (const group of this.groups()) {
      await pause();
      this.solver.solveUser(group, history, (s, _x, rows) => {
        const residuals = arena.f32(rows.residuals);
        const gathered = arena.f32(rows.gathered);
        // −c of each session.
        const shares = arena.f32(rows.weights).slice(n, all);
        const current = sessions?.current ?? -1;
        items.forEach((item, i) => {
          const direction = { offset: directions.offset + i * stride * 4, length: stride };
          this.solver.readItem(s, item, direction);
          // What today added to the bias depends on the vector too.
          if (current >= 0) addRow(arena.f32(direction), gathered, (n + current) * stride, stride, shares[current]);
          kernel.solve(stride, room.A.offset, direction.offset);
        });
        kernel.dotsOfMany(all, items.length, stride, rows.gathered.offset, directions.offset, reached.offset);
        const reach = arena.f32(reached);
        items.forEach((_, i) => {
          const own = sums[i];
          const from = i * all;
          for (let k = 0; k < n; k++) {
            const session = sessions?.of[k] ?? -1;
            let moved = reach[from + k];
            if (session >= 0) moved += shares[session] * reach[from + n + session];
            if (session >= 0 && session === current) moved -= shares[session];
            own[k] += (moved * residuals[k]) / this.samples;
          }
        });
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
