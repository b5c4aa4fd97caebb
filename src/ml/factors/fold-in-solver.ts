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
import type { FactorSample } from "./factor-sample.js";

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

export interface FoldInOptions {
  /** Least and most stars of the scale: predictions are clipped to them. */
  least: number;
  most: number;
  /** Ratings of each item in training. */
  itemCounts: Float32Array;
  /** Bins of time, of models that know times. */
  bins?: number;
}

/** A sample in the kernel's memory. */
export interface KeptSample {
  sample: FactorSample;
  /** items × stride: b_i, then 1, then zeros. */
  X: Slice;
  /** items × stride: what having rated an item adds; not for matrix factorization. */
  Y?: Slice;
  /** w0 + d_i without a time, then in each bin: (1 + bins) × items. */
  offsets: Float32Array;
  /** Mean of Y over the ratings of the training. */
  meanY: Float32Array;
}

/** Users with fewer ratings share so much of the mean implicit part (shared/ACCURACY.md, "Few ratings"). */
const sharing = { ratings: 200, strength: 100, least: 50 };

/** Owns the kernel's memory: every solve overwrites the results of the one before. */
export class FoldInSolver {
  readonly stride: number;
  readonly kernel = createDenseKernel();
  readonly arena = new Arena(this.kernel.memory);
  readonly kept: KeptSample[] = [];
  readonly room: Record<"A" | "x" | "m0" | "scores", Slice>;
  rows!: Record<"gathered" | "indices" | "weights" | "residuals", Slice>;
  /** Ratings that `rows` has room for. */
  private capacity = 0;

  constructor(
    readonly items: number,
    readonly factors: number,
    readonly options: FoldInOptions,
  ) {
    this.stride = toStride(factors + 1);
    const { arena, stride } = this;
    this.room = {
      A: arena.floats(stride * stride),
      x: arena.floats(stride),
      m0: arena.floats(stride),
      scores: arena.floats(items),
    };
    this.reserve(512);
  }

  /** Makes room for a history of `ratings` ratings. */
  reserve(ratings: number): void {
    if (ratings <= this.capacity) return;
    // Doubled, so that the abandoned memory stays less than what is used.
    this.capacity = Math.max(ratings, 2 * this.capacity);
    const { arena, capacity } = this;
    this.rows = {
      gathered: arena.floats(capacity * this.stride),
      indices: arena.floats(capacity),
      weights: arena.floats(capacity),
      residuals: arena.floats(capacity),
    };
  }

  /** Adds a sample. All are added before the first solve. */
  add(sample: FactorSample): void {
    const { arena, items, stride, factors } = this;
    const width = factors + 1;
    const X = arena.floats(items * stride);
    const Y = sample.implicit.length === 0 ? undefined : arena.floats(items * stride);
    const { bins = 0 } = this.options;
    const offsets = new Float32Array((1 + bins) * items);
    const view = arena.f32(X);
    for (let i = 0; i < items; i++) {
      for (let k = 0; k < factors; k++) view[i * stride + k] = sample.items[i * width + k];
      view[i * stride + factors] = 1;
      offsets[i] = sample.w0 + sample.items[i * width + factors];
      for (let bin = 0; bin < bins; bin++) {
        offsets[(1 + bin) * items + i] = offsets[i] + (sample.drift?.items[i * bins + bin] ?? 0);
      }
    }
    const meanY = new Float32Array(stride);
    if (Y !== undefined) {
      const implicit = arena.f32(Y);
      let total = 0;
      for (let i = 0; i < items; i++) {
        const count = this.options.itemCounts[i];
        total += count;
        for (let k = 0; k < width; k++) {
          const value = sample.implicit[i * width + k];
          implicit[i * stride + k] = value;
          meanY[k] += count * value;
        }
      }
      for (let k = 0; k < width; k++) meanY[k] /= Math.max(1, total);
    }
    this.kept.push({ sample, X, Y, offsets, meanY });
  }

  /**
   * A user's vector in one sample. Afterwards the Cholesky factor is in A, the rows of the history and then those of its
   * sessions are in `gathered`, and α β_j e_j is in `residuals`.
   */
  solveUser({ sample, X, Y, offsets, meanY }: KeptSample, { items, stars, labels, when }: History): Float32Array {
    const { kernel, arena, room, stride } = this;
    const width = this.factors + 1;
    const n = items.length;
    this.reserve(n + (when?.sessions.count ?? 0));
    const { rows } = this;
    arena.i32(rows.indices).set(items);
    const m0 = arena.f32(room.m0).fill(0);
    if (Y !== undefined) {
      const strength = sharing.strength * Math.max(0, 1 - n / sharing.ratings);
      const weight = Math.sqrt(Math.max(n, sharing.least)) / (n + strength);
      kernel.gather(n, stride, rows.indices.offset, Y.offset, rows.gathered.offset);
      arena.f32(rows.weights).fill(1, 0, n);
      kernel.combine(n, stride, rows.gathered.offset, rows.weights.offset, room.m0.offset);
      for (let k = 0; k < stride; k++) m0[k] = weight * (m0[k] + strength * meanY[k]);
    }
    addRow(m0, sample.userMean, 0, width);
    for (const label of labels) addRow(m0, sample.userLabels, label * width, width);
    kernel.gather(n, stride, rows.indices.offset, X.offset, rows.gathered.offset);
    return this.solveRows(
      n,
      (k) => stars[k] - offsets[(1 + (when?.bins[k] ?? -1)) * this.items + items[k]],
      (k) => sample.alpha * sample.itemPrecisions[items[k]],
      sample.userLambda,
      sample.drift && when && { sessions: when.sessions, precision: sample.drift.dayPrecision },
    );
  }

  /** m0 + (Σ w x xᵀ + diag(λ))⁻¹ Σ w x (target − x · m0) over the gathered rows; m0 is in `room`. */
  solveRows(
    n: number,
    target: (k: number) => number,
    weight: (k: number) => number,
    lambda: Float32Array,
    days?: { sessions: Sessions; precision: number },
  ): Float32Array {
    const { kernel, arena, room, rows, stride, factors } = this;
    kernel.dots(n, stride, rows.gathered.offset, room.m0.offset, rows.residuals.offset);
    const weights = arena.f32(rows.weights);
    const residuals = arena.f32(rows.residuals);
    for (let k = 0; k < n; k++) {
      weights[k] = weight(k);
      residuals[k] = weights[k] * (target(k) - residuals[k]);
    }
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
