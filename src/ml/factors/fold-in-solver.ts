/**
 * The linear solves by which users and items are folded into a factor model, one for each kept sample.
 *
 * For a sample: m0 = mean + labels + implicit part, x_j = [b_j, 1], e = r − w0 − d_j − x_j · m0;
 * m = m0 + (α Σ β_j x_j x_jᵀ + diag(λ))⁻¹ α Σ β_j x_j e_j. Where times are known, d_j is the item's bias at the time, and
 * what a day added to the user's bias is integrated out.
 */

import { createDenseKernel, toStride } from "../linalg/dense-kernel.js";
import { Arena, type Slice } from "../linalg/kernels.js";
import {
  addDiagonal,
  factorNormalEquations,
  type NormalEquations,
  solveNormalEquations,
} from "../linalg/normal-equations.js";
import { appendSessions, type Sessions, sessionMean } from "./day-bias.js";
import { type ItemOptions, ItemTables, type SampleGroup, samplesPerGroup } from "./item-tables.js";

/** The ratings and labels of a user. */
export interface History {
  /** Item rows without repeats. */
  items: Int32Array;
  /** Stars of each. */
  stars: Float32Array;
  /** Rows of the user label table. */
  labels: readonly number[];
  /** When each was rated and when predictions are for, as sessions and bins; of models that know times. */
  when?: { sessions: Sessions; bins: Int32Array; bin: number };
}

/** Vectors of a user, one a sample: samples × stride, row-major; component `factors` is the bias. */
export interface UserEmbedding {
  vectors: Float32Array;
  /** Number of ratings that they come from. */
  ratings: number;
  /** The bin of time that predictions are for; −1 where times do not matter. */
  bin: number;
}

export interface FoldInOptions extends ItemOptions {
  /** Least and most stars of the scale: predictions are clipped to them. */
  least: number;
  most: number;
}

/** Users with fewer ratings share so much of the mean implicit part (shared/ACCURACY.md, "Few ratings"). */
const sharing = { ratings: 200, strength: 100, least: 50 };

/** Rows of one sample's solve: those of ratings first, then those of sessions. */
export type SolveRows = Record<"gathered" | "weights" | "residuals", Slice>;

/** Owns the kernel's memory: every solve overwrites the results of the one before. */
export class FoldInSolver {
  readonly stride: number;
  readonly kernel = createDenseKernel();
  readonly arena = new Arena(this.kernel.memory);
  readonly tables: ItemTables;
  readonly room: Record<"A" | "x" | "m0" | "vectors" | "chosen" | "scores", Slice>;
  rows!: SolveRows & Record<"indices" | "stars" | "offsetRows", Slice>;
  private reach?: Record<"directions" | "reached", Slice> & { items: number; ratings: number };
  /** Ratings that `rows` has room for. */
  private capacity = 0;

  constructor(
    readonly items: number,
    readonly factors: number,
    readonly samples: number,
    readonly options: FoldInOptions,
  ) {
    this.stride = toStride(factors + 1);
    const { arena, stride } = this;
    this.room = {
      A: arena.floats(stride * stride),
      x: arena.floats(stride),
      m0: arena.floats(stride),
      vectors: arena.floats(samples * stride),
      chosen: arena.floats(items),
      scores: arena.floats(items),
    };
    this.tables = new ItemTables(this.kernel, arena, { items, factors, samples, stride }, options);
    this.reserve(512);
  }

  /** Makes room for a history of `ratings` ratings. */
  reserve(ratings: number): void {
    if (ratings <= this.capacity) return;
    // Doubled, so that the abandoned memory stays less than what is used.
    this.capacity = Math.max(ratings, 2 * this.capacity);
    const { arena, capacity } = this;
    this.rows = {
      gathered: arena.floats(samplesPerGroup * capacity * this.stride),
      indices: arena.floats(capacity),
      stars: arena.floats(capacity),
      offsetRows: arena.floats(capacity),
      weights: arena.floats(capacity),
      residuals: arena.floats(capacity),
    };
  }

  /** Room for the directions of items and what ratings say in each: items × stride, and items × ratings. */
  reserveReach(items: number, ratings: number): Record<"directions" | "reached", Slice> {
    const { arena, stride } = this;
    const fits = this.reach !== undefined && this.reach.items >= items && this.reach.ratings >= ratings;
    if (!fits) {
      // More than is asked for, so that the abandoned memory stays less than what is used.
      const most = {
        items: Math.max(items, 2 * (this.reach?.items ?? 8)),
        ratings: Math.max(ratings, 2 * (this.reach?.ratings ?? 256)),
      };
      this.reach = {
        ...most,
        directions: arena.floats(most.items * stride),
        reached: arena.floats(most.items * most.ratings),
      };
    }
    return this.reach as NonNullable<typeof this.reach>;
  }

  /**
   * A user's vectors in a group of samples. While `each` runs, the Cholesky factor is in A, and in the sample's rows are those of the
   * history and then those of its sessions, with α β_j e_j as residuals.
   * @param each gets the sample's number and its vector, which the next solve overwrites
   */
  solveUser(group: SampleGroup, history: History, each: (s: number, x: Float32Array, rows: SolveRows) => void): void {
    const { kernel, arena, tables, stride, samples, factors } = this;
    const { items, stars, labels, when } = history;
    const width = factors + 1;
    const n = items.length;
    const all = n + (when?.sessions.count ?? 0);
    this.reserve(all);
    const { rows } = this;
    const { from, to } = group;
    arena.i32(rows.indices).set(items);
    arena.f32(rows.stars).set(stars);
    const offsetRows = arena.i32(rows.offsetRows);
    for (let k = 0; k < n; k++) offsetRows[k] = (1 + (when?.bins[k] ?? -1)) * this.items + items[k];
    const means = this.computePriorMeans(group, history);
    const gathered = rows.gathered.offset;
    tables.readRows(group, n, rows.indices, all, rows.gathered);
    const m0 = arena.f32(this.room.m0);
    for (let s = from; s < to; s++) {
      const sample = tables.kept[s];
      m0.set(means.subarray((s - from) * stride, (s - from + 1) * stride));
      addRow(m0, sample.userMean, 0, width);
      for (const label of labels) addRow(m0, sample.userLabels, label * width, width);
      const own = { ...rows, gathered: { offset: gathered + (s - from) * all * stride * 4, length: all * stride } };
      kernel.weighRatings(
        n,
        stride,
        own.gathered.offset,
        m0.byteOffset,
        rows.indices.offset,
        rows.stars.offset,
        rows.offsetRows.offset,
        samples,
        tables.offsets.offset + s * 4,
        tables.precisions.offset + s * this.items * 4,
        sample.alpha,
        rows.weights.offset,
        rows.residuals.offset,
      );
      const days = sample.drift && when && { sessions: when.sessions, precision: sample.drift.dayPrecision };
      const x = this.solveRows(n, own, sample.userLambda, days);
      each(s, x, own);
    }
  }

  /** An item's row in one sample. @param out `stride` long */
  readItem(s: number, item: number, out: Slice): void {
    this.arena.i32(this.room.chosen)[0] = item;
    this.tables.readRows({ from: s, to: s + 1 }, 1, this.room.chosen, 1, out);
  }

  /** What the rated movies add to the prior means, whatever their stars: a row for each sample of the group. */
  private computePriorMeans(group: SampleGroup, { items }: History): Float32Array {
    const { room, rows, stride, tables } = this;
    const n = items.length;
    const filled = (group.to - group.from) * stride;
    const result = new Float32Array(filled);
    const implicit = tables.readImplicit(group, n, rows.indices, room.vectors);
    if (implicit === undefined) return result;
    const { sums, means } = implicit;
    const strength = sharing.strength * Math.max(0, 1 - n / sharing.ratings);
    const weight = Math.sqrt(Math.max(n, sharing.least)) / (n + strength);
    for (let k = 0; k < filled; k++) result[k] = weight * (sums[k] + strength * means[k]);
    return result;
  }

  /** weights = weight and residuals = weight · (target − x · m0), over the gathered rows. */
  weighRows(n: number, rows: SolveRows, target: (k: number) => number, weight: number): void {
    const { kernel, arena, room, stride } = this;
    kernel.dots(n, stride, rows.gathered.offset, room.m0.offset, rows.residuals.offset);
    const weights = arena.f32(rows.weights);
    const residuals = arena.f32(rows.residuals);
    for (let k = 0; k < n; k++) {
      weights[k] = weight;
      residuals[k] = weight * (target(k) - residuals[k]);
    }
  }

  /** m0 + (Σ w x xᵀ + diag(λ))⁻¹ Σ residual x over the gathered rows; m0 is the first in `room`. */
  solveRows(
    n: number,
    rows: SolveRows,
    lambda: Float32Array,
    days?: { sessions: Sessions; precision: number },
  ): Float32Array {
    const { kernel, arena, room, stride, factors } = this;
    const weights = arena.f32(rows.weights);
    const residuals = arena.f32(rows.residuals);
    const sessionRows = { stride, X: arena.f32(rows.gathered), weights, rights: residuals };
    const shares = days && appendSessions(days.sessions, days.precision, sessionRows);
    const all = n + (shares?.length ?? 0);
    const A = arena.f32(room.A).fill(0);
    addDiagonal(A, stride, factors + 1, lambda);
    const { gathered: X, weights: rowWeights, residuals: coefficients } = rows;
    const equations: NormalEquations = { stride, X, weights: rowWeights, coefficients, A: room.A, x: room.x };
    factorNormalEquations(kernel, all, equations);
    const x = arena.f32(room.x).fill(0);
    solveNormalEquations(kernel, all, equations);
    const current = days?.sessions.current ?? -1;
    if (shares && current >= 0) x[factors] += sessionMean(current, n, x, shares, sessionRows);
    addRow(x, arena.f32(room.m0), 0, stride);
    return x;
  }
}

/** out += weight · row, `width` components of it from `from` on. */
export function addRow(out: Float32Array, row: Float32Array, from: number, width: number, weight = 1): void {
  for (let k = 0; k < width; k++) out[k] += weight * row[from + k];
}
