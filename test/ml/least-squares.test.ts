/** iALS, EASE and matrix factorization against the same equations solved plainly. */
import { describe, expect, it } from "vitest";
import { type SparseRows, transposed } from "../../src/ml/data/rating-matrix.js";
import { createDenseKernel, toStride } from "../../src/ml/linalg/dense-kernel.js";
import { Arena } from "../../src/ml/linalg/kernels.js";
import { fitEase } from "../../src/ml/ranker/ease.js";
import { fitIals, ialsDefaults } from "../../src/ml/ranker/ials.js";
import { fitMf, mfDefaults } from "../../src/ml/training/mf-train.js";
import { gaussians, mulberry32 } from "../../src/random.js";
import { invertDirectly, product, randomFloats, randomRows, solveDirectly } from "./factor-fixtures.js";

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, digits: number): void {
  expect(actual.length).toBe(expected.length);
  for (let k = 0; k < actual.length; k++) expect(actual[k]).toBeCloseTo(expected[k], digits);
}

describe("the dense kernel", () => {
  it.each([8, 24, 136])("factors and inverts a matrix of %i rows", (n) => {
    const kernel = createDenseKernel();
    const arena = new Arena(kernel.memory);
    const X = arena.copyFloats(randomFloats(2 * n * n, 1));
    const ones = arena.copyFloats(new Float32Array(2 * n).fill(0.5));
    const A = arena.floats(n * n);
    kernel.gram(2 * n, n, n, X.offset, ones.offset, A.offset);
    const x = arena.f32(X);
    const plain = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (__, j) => {
        let sum = 0;
        for (let k = 0; k < 2 * n; k++) sum += 0.5 * x[k * n + i] * x[k * n + j];
        return sum;
      }),
    );
    const lower = arena.f32(A);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) expect(lower[i * n + j]).toBeCloseTo(plain[i][j], 2);
    expect(kernel.cholesky(n, A.offset)).toBe(0);
    const right = randomFloats(n, 2);
    const solution = arena.copyFloats(right);
    kernel.solve(n, A.offset, solution.offset);
    const direct = solveDirectly(plain, [...right]);
    const error = Math.max(...direct.map((value, k) => Math.abs(value - arena.f32(solution)[k])));
    expect(error).toBeLessThan(1e-3 * Math.max(...direct.map(Math.abs)));
    const L = arena.f32(A).slice();
    kernel.invertFactor(n, A.offset, arena.floats(4 * n).offset);
    const inverse = arena.f32(A);
    for (const [i, j] of [
      [0, 0],
      [n - 1, 0],
      [n - 1, n - 1],
      [n >> 1, 3],
    ]) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += L[i * n + k] * inverse[k * n + j];
      expect(sum).toBeCloseTo(i === j ? 1 : 0, 3);
    }
  });

  it("says at which row a matrix is not positive definite", () => {
    const kernel = createDenseKernel();
    const arena = new Arena(kernel.memory);
    const A = arena.floats(64);
    for (let i = 0; i < 8; i++) arena.f32(A)[i * 9] = i === 5 ? -1 : 1;
    expect(kernel.cholesky(8, A.offset)).toBe(6);
  });

  it("pads rows to a multiple of eight", () => {
    expect([1, 8, 9, 65].map(toStride)).toEqual([8, 8, 16, 72]);
  });
});

/** One half-step of iALS by elimination. */
function halfStep(rows: SparseRows, Y: readonly (readonly number[])[], alpha: number, lambda: number): number[][] {
  const f = Y[0].length;
  const dimensions = Array.from({ length: f }, (_, k) => k);
  const G = dimensions.map((k) => dimensions.map((l) => alpha * Y.reduce((sum, y) => sum + y[k] * y[l], 0)));
  return Array.from({ length: rows.rows }, (_, r) => {
    const liked = [...rows.indices.subarray(rows.indptr[r], rows.indptr[r + 1])];
    if (liked.length === 0) return dimensions.map(() => 0);
    const own = lambda * (liked.length + alpha * rows.columns);
    const A = dimensions.map((k) =>
      dimensions.map((l) => liked.reduce((sum, i) => sum + Y[i][k] * Y[i][l], G[k][l] + (k === l ? own : 0))),
    );
    return solveDirectly(
      A,
      dimensions.map((k) => liked.reduce((sum, i) => sum + Y[i][k], 0)),
    );
  });
}

describe("iALS", () => {
  it("alternates between exact solutions of both sides", () => {
    const likes = randomRows(14, 11, 0.35, 4);
    const options = { ...ialsDefaults, factors: 5, iterations: 3, seed: 2 };
    const done: number[] = [];
    const fitted = fitIals(likes, options, (iteration) => done.push(iteration));
    const random = mulberry32(2);
    let items = Array.from({ length: 11 }, () => [...gaussians(random, 5, 0.1 / Math.sqrt(5))]);
    for (let iteration = 0; iteration < 3; iteration++) {
      const users = halfStep(likes, items, options.unobserved, options.regularization);
      items = halfStep(transposed(likes), users, options.unobserved, options.regularization);
    }
    expectClose(fitted, items.flat(), 4);
    expect(done).toEqual([1, 2, 3]);
  });

  it("gives zeros to items that nobody likes", () => {
    const likes = randomRows(6, 4, 0, 1);
    expect([...fitIals(likes, { ...ialsDefaults, factors: 3 })]).toEqual(new Array(12).fill(0));
  });
});

describe("EASE", () => {
  it.each([5, 70])("is the closed form of %i items", (n) => {
    const likes = randomRows(3 * n, n, 0.3, 6);
    const steps: number[] = [];
    const B = fitEase(likes, 12, () => steps.push(steps.length));
    const X = Array.from({ length: likes.rows }, (_, u) => {
      const row = new Array<number>(n).fill(0);
      for (let at = likes.indptr[u]; at < likes.indptr[u + 1]; at++) row[likes.indices[at]] = 1;
      return row;
    });
    const G = X[0].map((_, i) => X[0].map((__, j) => X.reduce((sum, row) => sum + row[i] * row[j], i === j ? 12 : 0)));
    const P = invertDirectly(G);
    const expected = P.flatMap((row, i) => row.map((value, j) => (i === j ? 0 : -value / P[j][j])));
    expectClose(B, expected, 4);
    expect(steps).toEqual([0, 1, 2]);
  });

  it("leaves items that nobody likes at zero, and the others as they would be without them", () => {
    const likes = randomRows(15, 5, 0.5, 6);
    const apart = [0, 2, 3, 5, 6];
    const spread = { ...likes, columns: 8, indices: likes.indices.map((item) => apart[item]) };
    const B = fitEase(likes, 12);
    const wide = fitEase(spread, 12);
    const expected = new Float32Array(64);
    apart.forEach((item, i) => {
      apart.forEach((other, j) => {
        expected[item * 8 + other] = B[i * 5 + j];
      });
    });
    expect(wide).toEqual(expected);
  });
});

describe("matrix factorization", () => {
  const byUser = randomRows(20, 15, 0.5, 8);
  const options = { ...mfDefaults, factors: 4, iterations: 400, regularization: 1.5, biasRegularization: 0.7 };

  it("gives the errors after each iteration, the same of the same ratings whether trained on or held out", async () => {
    const userIndices = Int32Array.from(byUser.data, (_, k) => byUser.indptr.findIndex((from) => from > k) - 1);
    const heldOut = { userIndices, itemIndices: byUser.indices, stars: byUser.data };
    const none = { userIndices: new Int32Array(0), itemIndices: new Int32Array(0), stars: new Float32Array(0) };
    const errors: number[] = [];
    await fitMf(
      byUser,
      { users: 0, items: 0 },
      { ...options, iterations: 5 },
      {
        onIteration: (_done, errorsOn) => {
          const { trainRmse, validationRmse } = errorsOn(heldOut);
          expect(validationRmse).toBeCloseTo(trainRmse ?? Number.NaN, 12);
          expect(errorsOn(none)).toEqual({ trainRmse, validationRmse: null });
          errors.push(trainRmse ?? Number.NaN);
        },
      },
    );
    expect(errors).toHaveLength(5);
    expect(errors[4]).toBeLessThan(errors[0]);
  });

  it("ends where neither side can be bettered alone", async () => {
    const sample = await fitMf(byUser, { users: 0, items: 0 }, options);
    const width = 5;
    const items = Array.from({ length: 15 }, (_, i) => [...sample.items.subarray(i * width, (i + 1) * width)]);
    const solveSide = (rows: SparseRows, other: readonly (readonly number[])[]) =>
      Array.from({ length: rows.rows }, (_, r) => {
        const entries = Array.from({ length: rows.indptr[r + 1] - rows.indptr[r] }, (__, k) => rows.indptr[r] + k);
        const x = entries.map((at) => [...other[rows.indices[at]].slice(0, 4), 1]);
        const target = entries.map((at) => rows.data[at] - sample.w0 - other[rows.indices[at]][4]);
        const A = [0, 1, 2, 3, 4].map((k) =>
          [0, 1, 2, 3, 4].map((l) =>
            x.reduce((sum, row) => sum + row[k] * row[l], k === l ? (k === 4 ? 0.7 : 1.5) : 0),
          ),
        );
        return solveDirectly(
          A,
          [0, 1, 2, 3, 4].map((k) => x.reduce((sum, row, j) => sum + row[k] * target[j], 0)),
        );
      });
    const users = solveSide(byUser, items);
    const again = solveSide(transposed(byUser), users);
    expectClose(again.flat(), items.flat(), 2);
    const mean = byUser.data.reduce((sum, value) => sum + value, 0) / byUser.data.length;
    expect(sample.w0).toBeCloseTo(mean, 5);
    expect(product(items[0], items[0])).toBeGreaterThan(0);
  });
});
