/**
 * Users served without training: given the items' side of a factor model, a user's vector follows from their ratings
 * by one linear solve for each kept sample. So a rating counts at once, and someone the model never saw is served like
 * everybody else. An item that the model never saw is folded in from the other side.
 *
 * For a sample: m0 = mean + labels + implicit part, x_j = [b_j, 1], e = r − w0 − d_j − x_j · m0;
 * m = m0 + (α Σ β_j x_j x_jᵀ + diag(λ))⁻¹ α Σ β_j x_j e_j. A prediction is w0 + d_i + x_i · m, clipped, averaged over samples.
 * Where times are known, d_j is the item's bias at the time, and what a day added to the user's bias is integrated out.
 */

import type { WeighedLabels } from "../data/labels.js";
import { createDenseKernel, toStride } from "../linalg/dense-kernel.js";
import { Arena, type Slice } from "../linalg/kernels.js";
import { appendSessions, type Sessions, sessionMean } from "./day-bias.js";
import type { FactorSample } from "./factor-sample.js";

/** What is known of a user. */
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
  /** How many ratings they come from. */
  ratings: number;
  /** The bin of time that predictions are for; −1 where times do not matter. */
  bin: number;
}

/** An item that has no row: vectors as a row of X would be, samples × stride, and w0 + its bias for each sample. */
export interface ItemEmbedding {
  vectors: Float32Array;
  offsets: Float32Array;
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

interface KeptSample {
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

export class FoldIn {
  readonly items: number;
  readonly stride: number;
  readonly samples: number;
  private readonly kernel = createDenseKernel();
  private readonly arena = new Arena(this.kernel.memory);
  private readonly kept: KeptSample[] = [];
  private readonly room: Record<"A" | "x" | "m0" | "scores", Slice>;
  /** Room for so many ratings; exchanged for more when a longer history comes. */
  private most = 0;
  private rows!: Record<"gathered" | "indices" | "weights" | "residuals", Slice>;

  constructor(
    items: number,
    private readonly factors: number,
    samples: number,
    private readonly options: FoldInOptions,
  ) {
    this.items = items;
    this.samples = samples;
    this.stride = toStride(factors + 1);
    const { arena, stride } = this;
    this.room = {
      A: arena.floats(stride * stride),
      x: arena.floats(stride),
      m0: arena.floats(stride),
      scores: arena.floats(items),
    };
    this.makeRoom(512);
  }

  private makeRoom(ratings: number): void {
    if (ratings <= this.most) return;
    // Doubled, so that what is laid out in vain stays less than what is used.
    this.most = Math.max(ratings, 2 * this.most);
    const { arena } = this;
    this.rows = {
      gathered: arena.floats(this.most * this.stride),
      indices: arena.floats(this.most),
      weights: arena.floats(this.most),
      residuals: arena.floats(this.most),
    };
  }

  /** Takes one more sample in; all of them before anything is folded. */
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

  /** A user's vectors, all samples at once. */
  fold(history: History): UserEmbedding {
    const user = this.blank(history);
    for (let s = 0; s < this.samples; s++) this.foldSample(s, history, user);
    return user;
  }

  /** A user's vectors before any sample was folded. */
  blank(history: History): UserEmbedding {
    return {
      vectors: new Float32Array(this.samples * this.stride),
      ratings: history.items.length,
      bin: history.when?.bin ?? -1,
    };
  }

  /** Folds one sample: what a server does between two turns of its event loop. */
  foldSample(s: number, history: History, user: UserEmbedding): void {
    user.vectors.set(this.solveUser(this.kept[s], history), s * this.stride);
  }

  /**
   * Leaves the Cholesky factor in A, the rows of the history in `gathered` with those of its sessions behind them, and
   * α β_j e_j in `residuals`.
   */
  private solveUser(
    { sample, X, Y, offsets, meanY }: KeptSample,
    { items, stars, labels, when }: History,
  ): Float32Array {
    const { kernel, arena, room, stride } = this;
    const width = this.factors + 1;
    const n = items.length;
    this.makeRoom(n + (when?.sessions.count ?? 0));
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

  /** m0 + (Σ w x xᵀ + diag(λ))⁻¹ Σ w x (target − x · m0) over the gathered rows; m0 is in its place. */
  private solveRows(
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
    for (let k = 0; k < stride; k++) A[k * stride + k] = k <= factors ? lambda[k] : 1;
    kernel.gram(all, stride, stride, rows.gathered.offset, rows.weights.offset, room.A.offset);
    kernel.cholesky(stride, room.A.offset);
    const x = arena.f32(room.x).fill(0);
    kernel.combine(all, stride, rows.gathered.offset, rows.residuals.offset, room.x.offset);
    kernel.solve(stride, room.A.offset, room.x.offset);
    const current = days?.sessions.current ?? -1;
    if (shares && current >= 0) x[factors] += sessionMean(current, n, x, shares, sessionRows);
    addRow(x, arena.f32(room.m0), 0, stride);
    return x;
  }

  /** Adds one sample's clipped predictions of every item to `out`. @param out as long as `items` */
  addScores(s: number, { vectors, bin }: UserEmbedding, out: Float32Array): void {
    const { kernel, arena, room, stride, items } = this;
    const { least, most } = this.options;
    const { X, offsets } = this.kept[s];
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
    const { arena, stride, kept } = this;
    const index = (1 + bin) * this.items + item;
    let sum = 0;
    kept.forEach(({ X, offsets }, s) => {
      const row = arena.f32({ offset: X.offset + item * stride * 4, length: stride });
      sum += this.clipped(offsets[index] + dot(row, vectors, s * stride));
    });
    return sum / this.samples;
  }

  /** Predicted stars of an item that has no row. */
  scoreEmbedding({ vectors }: UserEmbedding, item: ItemEmbedding): number {
    const { stride } = this;
    let sum = 0;
    for (let s = 0; s < this.samples; s++) {
      const row = item.vectors.subarray(s * stride, (s + 1) * stride);
      sum += this.clipped(item.offsets[s] + dot(row, vectors, s * stride));
    }
    return sum / this.samples;
  }

  private clipped(value: number): number {
    const { least, most } = this.options;
    return Math.min(most, Math.max(least, value));
  }

  /**
   * An item that nobody rated, from its labels and its poster.
   * @param poster `toDirection` its embedding
   */
  coldItem({ rows, weights }: WeighedLabels, poster?: Float32Array): ItemEmbedding {
    const { stride } = this;
    const item = { vectors: new Float32Array(this.samples * stride), offsets: new Float32Array(this.samples) };
    this.kept.forEach(({ sample }, s) => {
      const row = sample.itemMean.slice();
      rows.forEach((label, k) => {
        addRow(row, sample.itemLabels, label * row.length, row.length, weights[k]);
      });
      const { posterWeights } = sample;
      if (poster !== undefined && posterWeights !== undefined) {
        for (let c = 0; c < poster.length; c++) addRow(row, posterWeights, c * row.length, row.length, poster[c]);
      }
      this.writeItem(item, s, row);
    });
    return item;
  }

  /**
   * An item that is known by its labels and by ratings, from the other side: users' vectors are the rows, and what
   * the labels and the poster say is the prior.
   * @param raters folded users, in the order of `stars`
   */
  foldItem(
    labels: WeighedLabels,
    raters: readonly UserEmbedding[],
    stars: Float32Array,
    poster?: Float32Array,
  ): ItemEmbedding {
    const { arena, factors, stride, room } = this;
    const item = this.coldItem(labels, poster);
    const n = raters.length;
    this.makeRoom(n);
    this.kept.forEach(({ sample }, s) => {
      const gathered = arena.f32(this.rows.gathered);
      const m0 = arena.f32(room.m0).fill(0);
      m0.set(item.vectors.subarray(s * stride, s * stride + factors));
      m0[factors] = item.offsets[s];
      raters.forEach(({ vectors }, k) => {
        gathered.fill(0, k * stride, (k + 1) * stride);
        gathered.set(vectors.subarray(s * stride, s * stride + factors), k * stride);
        gathered[k * stride + factors] = 1;
      });
      // The bias of a user is taken off their stars; that of the item, and w0, are the last component.
      const x = this.solveRows(
        n,
        (k) => stars[k] - raters[k].vectors[s * stride + factors],
        () => sample.alpha,
        sample.itemLambda,
      );
      this.writeItem(item, s, x, 0);
    });
    return item;
  }

  private writeItem(item: ItemEmbedding, s: number, row: Float32Array, w0 = this.kept[s].sample.w0): void {
    const { factors, stride } = this;
    item.vectors.set(row.subarray(0, factors), s * stride);
    item.vectors[s * stride + factors] = 1;
    item.offsets[s] = w0 + row[factors];
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
    const { kernel, arena, room, stride } = this;
    const n = history.items.length;
    const sessions = history.when?.sessions;
    const all = n + (sessions?.count ?? 0);
    const sums = items.map(() => new Float64Array(n));
    for (const kept of this.kept) {
      await pause();
      this.solveUser(kept, history);
      const v = arena.f32(room.x);
      const reach = arena.f32(this.rows.weights);
      const residuals = arena.f32(this.rows.residuals);
      const gathered = arena.f32(this.rows.gathered);
      // −c of each session, before `reach` takes the place of the weights.
      const shares = reach.slice(n, all);
      const current = sessions?.current ?? -1;
      items.forEach((item, i) => {
        v.set(arena.f32({ offset: kept.X.offset + item * stride * 4, length: stride }));
        // What today added to the bias depends on the vector too.
        if (current >= 0) addRow(v, gathered, (n + current) * stride, stride, shares[current]);
        kernel.solve(stride, room.A.offset, room.x.offset);
        kernel.dots(all, stride, this.rows.gathered.offset, room.x.offset, this.rows.weights.offset);
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

/** out += weight · row, `width` components of it from `from` on. */
function addRow(out: Float32Array, row: Float32Array, from: number, width: number, weight = 1): void {
  for (let k = 0; k < width; k++) out[k] += weight * row[from + k];
}

function dot(row: Float32Array, vectors: Float32Array, from: number): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += row[k] * vectors[from + k];
  return sum;
}
