/**
 * One Markov chain of the Bayesian SVD++ with heteroscedastic noise, by Gibbs sampling in blocks of four dimensions.
 *
 * r_ui ~ N(w0 + c_u + d_i + a_u · b_i, 1/(α α_u β_i)), a_u = Σ x_uf V_f over the user's features, b_i likewise over the
 * item's; c and d are linear in the same features. V of a group and dimension ~ N(μ, 1/λ), λ and μ drawn too. Where
 * times are known, biases that depend on them are added (bayes-drift.ts).
 * Dimensions are drawn four at a time, which mixes faster than one by one, and fills a SIMD register.
 */

import type { FactorSample } from "../factors/factor-sample.js";
import { Arena, createKernel, type Slice } from "../linalg/kernels.js";
import { type Drift, type DriftPairs, DriftSampler } from "./bayes-drift.js";
import { takeSample } from "./chain-sample.js";
import { type ChainMemory, createSide, type Group, type Side, type SideData, width } from "./chain-side.js";
import { drawGamma, type GibbsKernel } from "./gibbs-kernel.js";

/** The training data of a chain: the same ratings by user and by item, and the features of both. */
export interface ChainData {
  users: SideData;
  items: SideData;
  /** Biases that depend on when a rating was given; absent where the times are not known. */
  drift?: Drift;
}

export interface ChainOptions {
  /** Dimensions of a and b, a multiple of four. */
  factors: number;
  seed: number;
  /** Degrees of freedom of the noise: the smaller, the more a user's or item's own noise may differ. */
  nu: number;
  /** The first sweep in which users and items have noise of their own. */
  noiseFrom: number;
  /** Deviation of the first V. */
  deviation: number;
}

export const chainDefaults: ChainOptions = { factors: 64, seed: 0, nu: 20, noiseFrom: 5, deviation: 0.1 };

/** Pairs that a chain predicts, in its memory. */
export interface ChainPairs {
  userIndices: Slice;
  itemIndices: Slice;
  out: Slice;
  drift?: DriftPairs;
}

export class BayesChain implements ChainMemory {
  readonly factors: number;
  readonly blocks: number;
  w0: number;
  alpha = 1;
  sweeps = 0;
  readonly kernel = createKernel<GibbsKernel>("gibbs");
  readonly arena = new Arena(this.kernel.memory);
  private readonly users: Side;
  private readonly items: Side;
  private readonly lambda: Slice;
  private readonly mu: Slice;
  private readonly size: number;
  private readonly drift?: DriftSampler;

  constructor(
    private readonly data: ChainData,
    private readonly options: ChainOptions,
  ) {
    const { factors, seed } = options;
    if (!(factors >= width && factors % width === 0)) {
      throw new RangeError(`expected a multiple of ${width} factors, received ${factors}`);
    }
    this.factors = factors;
    this.blocks = 1 + factors / width;
    this.kernel.seed(seed >>> 0, 0);
    this.users = createSide(this, data.users, options.deviation);
    this.items = createSide(this, data.items, options.deviation);
    this.lambda = this.arena.floats(width);
    this.mu = this.arena.floats(width);
    this.size = data.users.ratings.data.length;
    this.w0 = mean(data.users.ratings.data);
    this.drift = data.drift && new DriftSampler(data.drift, data.users.ratings);
    this.refreshResiduals();
  }

  /** e = r − prediction, anew: in float32, thousands of small changes would add up to an error. */
  refreshResiduals(): void {
    const { users, items, kernel, arena } = this;
    for (const [side, { data }] of [
      [users, this.data.users.ratings],
      [items, this.data.items.ratings],
    ] as const) {
      const other = side === users ? items : users;
      arena.f32(side.e).set(data);
      kernel.shift(this.size, side.e.offset, this.w0);
      const subtract = (own: Slice, theirs: Slice) =>
        kernel.subtractProducts(
          side.rows,
          side.indptr.offset,
          side.indices.offset,
          own.offset,
          theirs.offset,
          side.e.offset,
        );
      subtract(side.blocks[0], other.ones);
      subtract(side.ones, other.blocks[0]);
      for (let block = 1; block < this.blocks; block++) subtract(side.blocks[block], other.blocks[block]);
    }
    this.drift?.subtractFrom(arena.f32(users.e), arena.f32(items.e));
  }

  /** One sweep over everything that is unknown. */
  sweep(): void {
    if (this.sweeps % 32 === 31) this.refreshResiduals();
    this.sampleNoise();
    this.sampleMean();
    this.sampleDrift();
    for (let block = 0; block < this.blocks; block++) {
      this.sampleBlock(this.users, this.items, block);
      this.sampleBlock(this.items, this.users, block);
    }
    this.sweeps++;
  }

  private squares(side: Side, other: Side): Float64Array {
    this.kernel.weightedSquares(
      side.rows,
      side.indptr.offset,
      side.indices.offset,
      side.e.offset,
      other.precision.offset,
      side.sums.offset,
    );
    return this.arena.f64(side.sums);
  }

  private sampleNoise(): void {
    const { nu, noiseFrom } = this.options;
    if (this.sweeps >= noiseFrom) {
      for (const [side, other] of [
        [this.users, this.items],
        [this.items, this.users],
      ]) {
        const squares = this.squares(side, other);
        const precision = this.arena.f32(side.precision);
        const indptr = this.arena.i32(side.indptr);
        for (let row = 0; row < side.rows; row++) {
          const n = indptr[row + 1] - indptr[row];
          precision[row] = drawGamma(this.kernel, (nu + n) / 2) / ((nu + this.alpha * squares[row]) / 2);
        }
      }
    }
    const squares = this.squares(this.users, this.items);
    const own = this.arena.f32(this.users.precision);
    let sum = 0;
    for (let row = 0; row < squares.length; row++) sum += squares[row] * own[row];
    this.alpha = drawGamma(this.kernel, (1 + this.size) / 2) / ((1 + sum) / 2);
  }

  private sampleMean(): void {
    const { users, items, kernel } = this;
    kernel.weightedSums(
      users.rows,
      users.indptr.offset,
      users.indices.offset,
      users.e.offset,
      items.precision.offset,
      users.sums.offset,
      users.weightSums.offset,
    );
    const sums = this.arena.f64(users.sums);
    const weightSums = this.arena.f64(users.weightSums);
    const own = this.arena.f32(users.precision);
    let sum = 0;
    let weight = 0;
    for (let row = 0; row < users.rows; row++) {
      sum += own[row] * sums[row];
      weight += own[row] * weightSums[row];
    }
    const change = sum / weight + kernel.normal() / Math.sqrt(this.alpha * weight);
    this.w0 += change;
    kernel.shift(this.size, users.e.offset, change);
    kernel.shift(this.size, items.e.offset, change);
  }

  private sampleDrift(): void {
    const { users, items, arena, kernel } = this;
    this.drift?.sample({
      userErrors: arena.f32(users.e),
      itemErrors: arena.f32(items.e),
      alpha: this.alpha,
      userPrecisions: arena.f32(users.precision),
      itemPrecisions: arena.f32(items.precision),
      normal: () => kernel.normal(),
      gamma: (shape) => drawGamma(kernel, shape),
    });
  }

  /** Draws the features of one side in one block of dimensions; block 0 holds the linear terms. */
  private sampleBlock(side: Side, other: Side, block: number): void {
    const { kernel, arena } = this;
    const theirs = block === 0 ? other.ones : other.blocks[block];
    const own = side.blocks[block];
    const scales = arena.f32(side.scales);
    const precision = arena.f32(side.precision);
    for (let row = 0; row < side.rows; row++) scales[row] = this.alpha * precision[row];
    kernel.weigh(other.rows, theirs.offset, other.precision.offset, other.weighted.offset);
    kernel.statistics(
      side.rows,
      side.indptr.offset,
      side.indices.offset,
      side.e.offset,
      theirs.offset,
      other.weighted.offset,
      side.scales.offset,
      side.S.offset,
      side.T.offset,
    );
    const old = arena.f32(side.old);
    old.set(arena.f32(own));
    for (const group of side.groups) {
      this.samplePrior(group, block);
      if (group.weights) kernel.rescale(side.rows, group.weights.offset, side.S.offset, side.T.offset);
      arena.f32(side.change).fill(0);
      kernel.sampleGroup(
        group.features,
        group.indptr.offset,
        group.entities.offset,
        side.S.offset,
        side.T.offset,
        side.change.offset,
        group.V[block].offset,
        this.lambda.offset,
        this.mu.offset,
      );
      kernel.addScaled(side.rows, (group.weights ?? side.allOne).offset, side.change.offset, own.offset);
      if (group.inverse) kernel.rescale(side.rows, group.inverse.offset, side.S.offset, side.T.offset);
    }
    const now = arena.f32(own);
    for (let k = 0; k < old.length; k++) old[k] = now[k] - old[k];
    kernel.subtractProducts(
      side.rows,
      side.indptr.offset,
      side.indices.offset,
      side.old.offset,
      theirs.offset,
      side.e.offset,
    );
    kernel.subtractProducts(
      other.rows,
      other.indptr.offset,
      other.indices.offset,
      theirs.offset,
      side.old.offset,
      other.e.offset,
    );
  }

  /** λ and μ of a group's block, given its V. */
  private samplePrior(group: Group, block: number): void {
    const { kernel, arena } = this;
    const V = arena.f32(group.V[block]);
    const n = group.features;
    const used = block === 0 ? 1 : width;
    for (let k = 0; k < used; k++) {
      const index = block * width + k;
      let mu = group.mu[index];
      let sum = 0;
      let squares = 0;
      for (let f = k; f < V.length; f += width) {
        sum += V[f];
        squares += (V[f] - mu) * (V[f] - mu);
      }
      const lambda = drawGamma(kernel, (1 + n) / 2) / ((1 + squares + mu * mu) / 2);
      mu = sum / (n + 1) + kernel.normal() / Math.sqrt((n + 1) * lambda);
      group.lambda[index] = lambda;
      group.mu[index] = mu;
    }
    const from = block * width;
    arena.f32(this.lambda).set(group.lambda.subarray(from, from + width));
    arena.f32(this.mu).set(group.mu.subarray(from, from + width));
  }

  /** r − prediction of every rating, in the order of the users' rows; a copy. */
  residuals(): Float32Array {
    return this.arena.f32(this.users.e).slice();
  }

  /** A copy of the state after the last sweep. */
  sample(): FactorSample {
    const { w0, alpha, users, items, drift } = this;
    return takeSample(this.arena, this.factors, { w0, alpha, users, items, drift });
  }

  /** Room for predictions of these pairs: to be handed to `predict`. */
  pairs(userIndices: Int32Array, itemIndices: Int32Array, drift?: DriftPairs): ChainPairs {
    return {
      userIndices: this.arena.copyInts(userIndices),
      itemIndices: this.arena.copyInts(itemIndices),
      out: this.arena.floats(userIndices.length),
      drift,
    };
  }

  /** Predictions of this sweep, unclipped; valid until the next call. */
  predict({ userIndices, itemIndices, out, drift }: ChainPairs): Float32Array {
    const { users, items, kernel } = this;
    const view = this.arena.f32(out).fill(this.w0);
    const add = (a: Slice, b: Slice) =>
      kernel.addProducts(out.length, userIndices.offset, itemIndices.offset, a.offset, b.offset, out.offset);
    add(users.blocks[0], items.ones);
    add(users.ones, items.blocks[0]);
    for (let block = 1; block < this.blocks; block++) add(users.blocks[block], items.blocks[block]);
    if (drift !== undefined) this.drift?.addTo(view, drift);
    return view;
  }
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
