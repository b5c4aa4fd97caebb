/** Each compiled step of the sampler against the same written plainly, in float64, on small data. */
import { beforeEach, describe, expect, it } from "vitest";
import { type SparseRows, transposed } from "../../src/ml/data/rating-matrix.js";
import { Arena, createKernel, type Slice } from "../../src/ml/linalg/kernels.js";
import { product, randomFloats, randomRows, solveDirectly } from "./factor-fixtures.js";

type Step = (...numbers: number[]) => number;
type Kernel = Record<
  | "statistics"
  | "rescale"
  | "addScaled"
  | "sampleGroup"
  | "subtractProducts"
  | "weightedSquares"
  | "weightedSums"
  | "weigh"
  | "shift"
  | "addProducts"
  | "seed"
  | "uniform"
  | "normal",
  Step
>;

const users = 9;
const items = 7;
const ratings = randomRows(users, items, 0.6, 3);
let kernel: Kernel & { memory: WebAssembly.Memory };
let arena: Arena;
let indptr: Slice;
let indices: Slice;

beforeEach(() => {
  kernel = createKernel<Kernel>("gibbs");
  arena = new Arena(kernel.memory);
  indptr = arena.copyInts(ratings.indptr);
  indices = arena.copyInts(ratings.indices);
});

/** xoroshiro128+ seeded through splitmix64, and Marsaglia's polar method, as published. */
function plainRandom(seed: bigint) {
  const mask = (1n << 64n) - 1n;
  const mix = (x: bigint) => {
    let z = x;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return z ^ (z >> 31n);
  };
  const rotate = (x: bigint, n: bigint) => ((x << n) | (x >> (64n - n))) & mask;
  let s0 = mix((seed + 0x9e3779b97f4a7c15n) & mask);
  let s1 = mix((seed + 2n * 0x9e3779b97f4a7c15n) & mask);
  let spare: number | undefined;
  const uniform = () => {
    const result = (s0 + s1) & mask;
    const b = s0 ^ s1;
    s0 = rotate(s0, 24n) ^ b ^ ((b << 16n) & mask);
    s1 = rotate(b, 37n);
    return Number(result >> 11n) / 2 ** 53;
  };
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * scale;
      return u * scale;
    }
  };
  return { uniform, normal };
}

function getEntries(
  { indptr: starts, indices: columns }: SparseRows,
  row: number,
): { index: number; column: number }[] {
  const entries = [];
  for (let index = starts[row]; index < starts[row + 1]; index++) entries.push({ index, column: columns[index] });
  return entries;
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-4): void {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let k = 0; k < actual.length; k++) {
    const scale = Math.max(1, Math.abs(expected[k]));
    largest = Math.max(largest, Math.abs(actual[k] - expected[k]) / scale);
    expect(Number.isFinite(actual[k])).toBe(true);
  }
  expect(largest).toBeLessThan(tolerance);
}

describe("random numbers", () => {
  it("are those of xoroshiro128+ and of the polar method", () => {
    kernel.seed(42, 7);
    const plain = plainRandom((7n << 32n) | 42n);
    for (let k = 0; k < 1000; k++) expect(kernel.uniform()).toBe(plain.uniform());
    for (let k = 0; k < 1000; k++) expect(kernel.normal()).toBeCloseTo(plain.normal(), 12);
  });

  it("have mean 0 and variance 1 when normal", () => {
    kernel.seed(1, 0);
    let sum = 0;
    let squares = 0;
    const n = 200_000;
    for (let k = 0; k < n; k++) {
      const value = kernel.normal();
      sum += value;
      squares += value * value;
    }
    expect(Math.abs(sum / n)).toBeLessThan(0.01);
    expect(Math.abs(squares / n - 1)).toBeLessThan(0.02);
  });
});

/** S_u = w_u Σ w_i b e and T_u = w_u Σ w_i b bᵀ of every user. */
function plainStatistics(e: Float32Array, block: Float32Array, weights: Float32Array, scales: Float32Array) {
  const S: number[][] = [];
  const T: number[][][] = [];
  for (let u = 0; u < users; u++) {
    const s = [0, 0, 0, 0];
    const t = [0, 1, 2, 3].map(() => [0, 0, 0, 0]);
    for (const { index, column } of getEntries(ratings, u)) {
      const b = block.subarray(4 * column, 4 * column + 4);
      for (let k = 0; k < 4; k++) {
        s[k] += scales[u] * weights[column] * b[k] * e[index];
        for (let l = 0; l < 4; l++) t[k][l] += scales[u] * weights[column] * b[k] * b[l];
      }
    }
    S.push(s);
    T.push(t);
  }
  return { S, T };
}

/** Lays out a user side with its statistics, as the sampler does before it draws. */
function prepared() {
  const e = randomFloats(ratings.data.length, 5);
  const block = randomFloats(items * 4, 6);
  const weights = randomFloats(items, 7).map(Math.abs);
  const scales = randomFloats(users, 8).map(Math.abs);
  const places = {
    e: arena.copyFloats(e),
    block: arena.copyFloats(block),
    weights: arena.copyFloats(weights),
    weighted: arena.floats(items * 4),
    scales: arena.copyFloats(scales),
    S: arena.floats(users * 4),
    T: arena.floats(users * 16),
  };
  kernel.weigh(items, places.block.offset, places.weights.offset, places.weighted.offset);
  kernel.statistics(
    users,
    indptr.offset,
    indices.offset,
    places.e.offset,
    places.block.offset,
    places.weighted.offset,
    places.scales.offset,
    places.S.offset,
    places.T.offset,
  );
  return { e, block, weights, scales, places, plain: plainStatistics(e, block, weights, scales) };
}

describe("a block's statistics", () => {
  it("are weighted sums over the ratings", () => {
    const { places, plain } = prepared();
    expectClose(arena.f32(places.S), plain.S.flat());
    expectClose(arena.f32(places.T), plain.T.flat(2));
  });

  it("are multiplied by a group's weights and back", () => {
    const { places, plain } = prepared();
    const x = randomFloats(users, 9).map((value) => Math.abs(value) + 0.1);
    const weights = arena.copyFloats(x);
    kernel.rescale(users, weights.offset, places.S.offset, places.T.offset);
    expectClose(
      arena.f32(places.S),
      plain.S.flatMap((s, u) => s.map((value) => x[u] * value)),
    );
    expectClose(
      arena.f32(places.T),
      plain.T.flatMap((t, u) => t.flat().map((value) => x[u] ** 2 * value)),
    );
    const inverse = arena.copyFloats(x.map((value) => 1 / value));
    kernel.rescale(users, inverse.offset, places.S.offset, places.T.offset);
    expectClose(arena.f32(places.S), plain.S.flat());
    expectClose(arena.f32(places.T), plain.T.flat(2));
  });
});

describe("drawing a group's features", () => {
  it("draws each from its conditional distribution, given the others, and keeps the statistics up", () => {
    const { places, plain } = prepared();
    // Every movie that a user rated is a feature of theirs: the implicit group, as the other side's rows.
    const features = transposed(ratings);
    const V = randomFloats(items * 4, 11, 0.3);
    const lambda = [3, 4, 5, 6];
    const mu = [0.1, -0.2, 0.3, 0];
    const group = {
      indptr: arena.copyInts(features.indptr),
      entities: arena.copyInts(features.indices),
      V: arena.copyFloats(V),
      change: arena.floats(users * 4),
      lambda: arena.copyFloats(Float32Array.from(lambda)),
      mu: arena.copyFloats(Float32Array.from(mu)),
    };
    kernel.seed(99, 0);
    kernel.sampleGroup(
      items,
      group.indptr.offset,
      group.entities.offset,
      places.S.offset,
      places.T.offset,
      group.change.offset,
      group.V.offset,
      group.lambda.offset,
      group.mu.offset,
    );

    const random = plainRandom(99n);
    const { S, T } = plain;
    const change = S.map(() => [0, 0, 0, 0]);
    const expected: number[] = [];
    for (let f = 0; f < items; f++) {
      const old = [...V.subarray(4 * f, 4 * f + 4)];
      const own = getEntries(features, f).map(({ column }) => column);
      const H = [0, 1, 2, 3].map((k) => [0, 1, 2, 3].map((l) => own.reduce((sum, u) => sum + T[u][k][l], 0)));
      const right = [0, 1, 2, 3].map(
        (k) => own.reduce((sum, u) => sum + S[u][k], 0) + product(H[k], old) + lambda[k] * mu[k],
      );
      const Q = H.map((row, k) => row.map((value, l) => value + (k === l ? lambda[k] : 0)));
      const mean = solveDirectly(Q, right);
      // N(mean, Q⁻¹): mean + L⁻ᵀ z with Q = L Lᵀ; z is drawn from the last component to the first.
      const L = cholesky(Q);
      const z = [0, 0, 0, 0];
      for (let k = 3; k >= 0; k--) z[k] = random.normal();
      const noise = solveDirectly(
        L.map((_, k) => L.map((row) => row[k])),
        z,
      );
      const drawn = mean.map((value, k) => value + noise[k]);
      const d = drawn.map((value, k) => value - old[k]);
      for (const u of own) {
        for (let k = 0; k < 4; k++) S[u][k] -= product(T[u][k], d);
        for (let k = 0; k < 4; k++) change[u][k] += d[k];
      }
      expected.push(...drawn);
    }
    expectClose(arena.f32(group.V), expected, 1e-3);
    expectClose(arena.f32(places.S), S.flat(), 1e-3);
    expectClose(arena.f32(group.change), change.flat(), 1e-3);
  });
});

/** Lower triangular L with Q = L Lᵀ. */
function cholesky(Q: readonly (readonly number[])[]): number[][] {
  const L = Q.map((row) => row.map(() => 0));
  for (let i = 0; i < Q.length; i++) {
    for (let j = 0; j <= i; j++) {
      const sum = Q[i][j] - product(L[i].slice(0, j), L[j].slice(0, j));
      L[i][j] = i === j ? Math.sqrt(sum) : sum / L[j][j];
    }
  }
  return L;
}

describe("residuals", () => {
  it("lose the products of the rows' block with that of their columns", () => {
    const e = arena.copyFloats(ratings.data);
    const own = randomFloats(users * 4, 12);
    const other = randomFloats(items * 4, 13);
    kernel.subtractProducts(
      users,
      indptr.offset,
      indices.offset,
      arena.copyFloats(own).offset,
      arena.copyFloats(other).offset,
      e.offset,
    );
    const expected = [...ratings.data];
    for (let u = 0; u < users; u++) {
      for (const { index, column } of getEntries(ratings, u)) {
        expected[index] -= product(own.subarray(4 * u, 4 * u + 4), other.subarray(4 * column, 4 * column + 4));
      }
    }
    expectClose(arena.f32(e), expected);
    kernel.shift(expected.length, e.offset, 0.25);
    expectClose(
      arena.f32(e),
      expected.map((value) => value - 0.25),
    );
  });

  it("are summed, plain and squared, with the columns' weights", () => {
    const e = randomFloats(ratings.data.length, 14);
    const weights = randomFloats(items, 15).map(Math.abs);
    const places = {
      e: arena.copyFloats(e),
      weights: arena.copyFloats(weights),
      squares: arena.doubles(users),
      sums: arena.doubles(users),
      totals: arena.doubles(users),
    };
    const { offset } = places.e;
    kernel.weightedSquares(users, indptr.offset, indices.offset, offset, places.weights.offset, places.squares.offset);
    kernel.weightedSums(
      users,
      indptr.offset,
      indices.offset,
      offset,
      places.weights.offset,
      places.sums.offset,
      places.totals.offset,
    );
    const sum = (of: (entry: { index: number; column: number }) => number) =>
      Array.from({ length: users }, (_, u) => getEntries(ratings, u).reduce((total, entry) => total + of(entry), 0));
    expectClose(
      arena.f64(places.squares),
      sum((entry) => weights[entry.column] * e[entry.index] ** 2),
    );
    expectClose(
      arena.f64(places.sums),
      sum((entry) => weights[entry.column] * e[entry.index]),
    );
    expectClose(
      arena.f64(places.totals),
      sum((entry) => weights[entry.column]),
    );
  });
});

it("predictions of pairs gain the product of their blocks", () => {
  const rowIndices = Int32Array.of(0, 8, 3);
  const columnIndices = Int32Array.of(6, 0, 2);
  const own = randomFloats(users * 4, 16);
  const other = randomFloats(items * 4, 17);
  const out = arena.copyFloats(Float32Array.of(1, 2, 3));
  kernel.addProducts(
    3,
    arena.copyInts(rowIndices).offset,
    arena.copyInts(columnIndices).offset,
    arena.copyFloats(own).offset,
    arena.copyFloats(other).offset,
    out.offset,
  );
  const expected = [0, 1, 2].map(
    (pair) =>
      pair +
      1 +
      product(
        own.subarray(4 * rowIndices[pair], 4 * rowIndices[pair] + 4),
        other.subarray(4 * columnIndices[pair], 4 * columnIndices[pair] + 4),
      ),
  );
  expectClose(arena.f32(out), expected);
});
