/**
 * One Markov chain of the Bayesian SVD++ with heteroscedastic noise, by Gibbs sampling in blocks of four dimensions.
 *
 * r_ui ~ N(w0 + c_u + d_i + a_u · b_i, 1/(α α_u β_i)), a_u = Σ x_uf V_f over the user's features, b_i likewise over the
 * item's; c and d are linear in the same features. V of a group and dimension ~ N(μ, 1/λ), λ and μ drawn too. Where
 * times are known, biases that depend on them are added (bayes-drift.ts).
 * Dimensions are drawn four at a time, which mixes faster than one by one, and fills a SIMD register.
 */

import type { SparseRows } from "../data/rating-matrix.js";
import type { FactorSample } from "../factors/factor-sample.js";
import { Arena, createKernel, type Slice } from "../linalg/kernels.js";
import { type Drift, type DriftPairs, DriftSampler } from "./bayes-drift.js";
import type { FeatureGroup } from "./bayes-features.js";

/** What a chain learns from: the same ratings by user and by item, and the features of both. */
export interface ChainData {
  users: { ratings: SparseRows; groups: readonly FeatureGroup[] };
  items: { ratings: SparseRows; groups: readonly FeatureGroup[] };
  /** Biases that depend on when a rating was given; absent where nobody knows. */
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

interface GibbsKernel {
  statistics(
    rows: number,
    indptr: number,
    indices: number,
    e: number,
    block: number,
    weighted: number,
    scales: number,
    s: number,
    t: number,
  ): void;
  rescale(rows: number, x: number, s: number, t: number): void;
  addScaled(rows: number, x: number, change: number, own: number): void;
  sampleGroup(
    features: number,
    indptr: number,
    entities: number,
    s: number,
    t: number,
    change: number,
    v: number,
    lambda: number,
    mu: number,
  ): void;
  subtractProducts(rows: number, indptr: number, indices: number, rowBlock: number, gathered: number, e: number): void;
  weightedSquares(rows: number, indptr: number, indices: number, e: number, weights: number, out: number): void;
  weightedSums(
    rows: number,
    indptr: number,
    indices: number,
    e: number,
    weights: number,
    out: number,
    weightSums: number,
  ): void;
  shift(n: number, e: number, change: number): void;
  weigh(rows: number, block: number, weights: number, out: number): void;
  addProducts(
    pairs: number,
    rowIndices: number,
    columnIndices: number,
    rowBlock: number,
    gathered: number,
    out: number,
  ): void;
  seed(low: number, high: number): void;
  uniform(): number;
  normal(): number;
}

interface Group {
  name: string;
  features: number;
  indptr: Slice;
  entities: Slice;
  weights?: Slice;
  inverse?: Slice;
  /** One block of features × 4 for the linear terms, then one for each four dimensions. */
  V: Slice[];
  lambda: Float64Array;
  mu: Float64Array;
}

/** Pairs that a chain predicts, in its memory. */
export interface ChainPairs {
  userIndices: Slice;
  itemIndices: Slice;
  out: Slice;
  drift?: DriftPairs;
}

interface Side {
  rows: number;
  indptr: Slice;
  indices: Slice;
  e: Slice;
  groups: Group[];
  /** The entities' own block of each four dimensions: row-major, rows × 4. */
  blocks: Slice[];
  /** (1, 0, 0, 0) a row: what the other side's linear terms are multiplied by. */
  ones: Slice;
  precision: Slice;
  scales: Slice;
  weighted: Slice;
  S: Slice;
  T: Slice;
  change: Slice;
  old: Slice;
  allOne: Slice;
  sums: Slice;
  weightSums: Slice;
}

const width = 4;
/** Precision of the three dimensions that the linear terms' block has to spare: they stay at zero. */
const spareLambda = 1e12;

export class BayesChain {
  readonly factors: number;
  readonly blocks: number;
  w0: number;
  alpha = 1;
  sweeps = 0;
  private readonly kernel = createKernel<GibbsKernel>("gibbs");
  private readonly arena = new Arena(this.kernel.memory);
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
    this.users = this.createSide(data.users);
    this.items = this.createSide(data.items);
    this.lambda = this.arena.floats(width);
    this.mu = this.arena.floats(width);
    this.size = data.users.ratings.data.length;
    this.w0 = mean(data.users.ratings.data);
    this.drift = data.drift && new DriftSampler(data.drift, data.users.ratings);
    this.refreshResiduals();
  }

  private createSide({ ratings, groups }: ChainData["users"]): Side {
    const { arena } = this;
    const { rows } = ratings;
    const filled = (length: number, value: number) => {
      const place = arena.floats(length);
      arena.f32(place).fill(value);
      return place;
    };
    const ones = arena.floats(rows * width);
    const side: Side = {
      rows,
      indptr: arena.copyInts(ratings.indptr),
      indices: arena.copyInts(ratings.indices),
      e: arena.copyFloats(ratings.data),
      groups: groups.map((group) => this.createGroup(group)),
      blocks: Array.from({ length: this.blocks }, () => arena.floats(rows * width)),
      ones,
      precision: filled(rows, 1),
      scales: arena.floats(rows),
      weighted: arena.floats(rows * width),
      S: arena.floats(rows * width),
      T: arena.floats(rows * width * width),
      change: arena.floats(rows * width),
      old: arena.floats(rows * width),
      allOne: filled(rows, 1),
      sums: arena.doubles(rows),
      weightSums: arena.doubles(rows),
    };
    const view = arena.f32(ones);
    for (let row = 0; row < rows; row++) view[row * width] = 1;
    for (let block = 0; block < this.blocks; block++) {
      for (const group of side.groups) this.addFeatures(side, group, block);
    }
    return side;
  }

  private createGroup({ name, features, indptr, entities, weights }: FeatureGroup): Group {
    const { arena, kernel, options } = this;
    const sd = name === "id" ? options.deviation : options.deviation * 0.3;
    const group: Group = {
      name,
      features,
      indptr: arena.copyInts(indptr),
      entities: arena.copyInts(entities),
      weights: weights && arena.copyFloats(weights),
      inverse: weights && arena.copyFloats(weights.map((weight) => (weight === 0 ? 0 : 1 / weight))),
      V: Array.from({ length: this.blocks }, () => arena.floats(features * width)),
      lambda: new Float64Array(this.blocks * width).fill(100).fill(spareLambda, 0, width),
      mu: new Float64Array(this.blocks * width),
    };
    group.lambda[0] = 10;
    group.V.forEach((place, block) => {
      const view = arena.f32(place);
      for (let k = 0; k < view.length; k++) if (block > 0 || k % width === 0) view[k] = sd * kernel.normal();
    });
    return group;
  }

  /** Adds what a group's features give to the entities' own block. */
  private addFeatures(side: Side, group: Group, block: number): void {
    const change = this.arena.f32(side.change).fill(0);
    const V = this.arena.f32(group.V[block]);
    const indptr = this.arena.i32(group.indptr);
    const entities = this.arena.i32(group.entities);
    for (let feature = 0; feature < group.features; feature++) {
      for (let at = indptr[feature]; at < indptr[feature + 1]; at++) {
        for (let k = 0; k < width; k++) change[entities[at] * width + k] += V[feature * width + k];
      }
    }
    this.kernel.addScaled(
      side.rows,
      (group.weights ?? side.allOne).offset,
      side.change.offset,
      side.blocks[block].offset,
    );
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
          precision[row] = this.gamma((nu + n) / 2) / ((nu + this.alpha * squares[row]) / 2);
        }
      }
    }
    const squares = this.squares(this.users, this.items);
    const own = this.arena.f32(this.users.precision);
    let sum = 0;
    for (let row = 0; row < squares.length; row++) sum += squares[row] * own[row];
    this.alpha = this.gamma((1 + this.size) / 2) / ((1 + sum) / 2);
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
      gamma: (shape) => this.gamma(shape),
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
      const at = block * width + k;
      let mu = group.mu[at];
      let sum = 0;
      let squares = 0;
      for (let f = k; f < V.length; f += width) {
        sum += V[f];
        squares += (V[f] - mu) * (V[f] - mu);
      }
      const lambda = this.gamma((1 + n) / 2) / ((1 + squares + mu * mu) / 2);
      mu = sum / (n + 1) + kernel.normal() / Math.sqrt((n + 1) * lambda);
      group.lambda[at] = lambda;
      group.mu[at] = mu;
    }
    const from = block * width;
    arena.f32(this.lambda).set(group.lambda.subarray(from, from + width));
    arena.f32(this.mu).set(group.mu.subarray(from, from + width));
  }

  /** A Gamma(shape, 1) number, by Marsaglia and Tsang; shape at least 1/2. */
  private gamma(shape: number): number {
    const { kernel } = this;
    if (shape < 1) return this.gamma(shape + 1) * (1 - kernel.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = kernel.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - kernel.uniform()) < (x * x) / 2 + d * (1 - v + Math.log(v))) return d * v;
    }
  }

  /** r − prediction of every rating, in the order of the users' rows; a copy. */
  residuals(): Float32Array {
    return this.arena.f32(this.users.e).slice();
  }

  /** What this sweep's state predicts from, copied. */
  sample(): FactorSample {
    const { users, items } = this;
    const labels = (side: Side) => side.groups.slice(2);
    return {
      factors: this.factors,
      w0: this.w0,
      alpha: this.alpha,
      items: this.toRows(items.rows, items.blocks),
      itemPrecisions: this.arena.f32(items.precision).slice(),
      implicit: this.toRows(users.groups[1].features, users.groups[1].V),
      userMean: this.withBias(users.groups[0].mu),
      userLambda: this.withBias(users.groups[0].lambda),
      userLabels: concatenated(labels(users).map((group) => this.toRows(group.features, group.V))),
      itemMean: this.withBias(items.groups[0].mu),
      itemLambda: this.withBias(items.groups[0].lambda),
      itemLabels: concatenated(labels(items).map((group) => this.toRows(group.features, group.V))),
      drift: this.drift?.sampled(),
    };
  }

  /** Rows of four-dimensional blocks, the linear one first, as rows of all factors with the bias last. */
  private toRows(rows: number, blocks: readonly Slice[]): Float32Array {
    const stride = this.factors + 1;
    const out = new Float32Array(rows * stride);
    blocks.forEach((place, block) => {
      const view = this.arena.f32(place);
      for (let row = 0; row < rows; row++) {
        if (block === 0) out[row * stride + this.factors] = view[row * width];
        else for (let k = 0; k < width; k++) out[row * stride + (block - 1) * width + k] = view[row * width + k];
      }
    });
    return out;
  }

  private withBias(values: Float64Array): Float32Array {
    const out = new Float32Array(this.factors + 1);
    out.set(values.subarray(width));
    out[this.factors] = values[0];
    return out;
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

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
