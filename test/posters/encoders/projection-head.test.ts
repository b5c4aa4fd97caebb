import { Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { openSession } from "../../../src/posters/encoders/encoder-store.js";
import {
  combineOutputs,
  headGraph,
  medianGamma,
  squaredDistances,
} from "../../../src/posters/encoders/projection-head.js";
import { createPosterIndex } from "../../../src/posters/vectors/neighbours.js";
import { gaussians, mulberry32 } from "../../../src/random.js";

test("distances and γ are as worked by hand", async () => {
  const seen: number[] = [];
  const distances = await squaredDistances(Float32Array.of(0, 0, 3, 4, 0, 1), 2, (done) => void seen.push(done));
  expect([...distances]).toEqual([0, 25, 1, 25, 0, 18, 1, 18, 0]);
  expect(seen).toEqual([1, 2, 3]);
  expect(medianGamma(distances)).toBeCloseTo(1 / 18, 6);
  expect(medianGamma(new Float32Array(4))).toBe(1);
});

test("outputs are sums of weights, each as much as its landmark is alike", () => {
  const out = combineOutputs(Float32Array.of(1, 0.5, 0, 2), Float32Array.of(10, 1, 20, 2), 2);
  expect([...out]).toEqual([20, 2, 40, 4]);
});

describe("the head as a graph", async () => {
  const d = 7;
  const n = 5;
  const outputs = 3;
  const vectors = Float32Array.from(gaussians(mulberry32(1), n * d, 1), (x) => x + 2);
  const { directions, mean } = await createPosterIndex(vectors.slice(), d);
  const weights = Float32Array.from(gaussians(mulberry32(2), n * outputs, 1));
  const gamma = 0.7;

  async function run(embeddings: Float32Array): Promise<number[]> {
    const session = await openSession(headGraph({ mean, landmarks: directions, weights, gamma }), 1);
    const feeds = { embedding: new Tensor("float32", embeddings, [embeddings.length / d, d]) };
    const { projected } = await session.run(feeds);
    expect(projected.dims).toEqual([embeddings.length / d, outputs]);
    return [...(projected.data as Float32Array)];
  }

  /** f(x) = Σ_i w_i · exp(−γ |u(x) − u_i|²), in 64 bits. */
  function plainly(x: Float32Array): number[] {
    const centred = Array.from(x, (value, j) => value - mean[j]);
    const length = Math.hypot(...centred);
    const u = centred.map((value) => (length === 0 ? 0 : value / length));
    const out = new Array<number>(outputs).fill(0);
    for (let i = 0; i < n; i++) {
      const distance = u.reduce((sum, value, j) => sum + (value - directions[i * d + j]) ** 2, 0);
      for (let c = 0; c < outputs; c++) out[c] += Math.exp(-gamma * distance) * weights[i * outputs + c];
    }
    return out;
  }

  test("computes what its formula says, for landmarks, others and the mean itself", async () => {
    const others = Float32Array.from(gaussians(mulberry32(3), 2 * d, 1));
    const batch = Float32Array.of(...vectors, ...others, ...mean);
    const result = await run(batch);
    for (let row = 0; row < n + 3; row++) {
      plainly(batch.subarray(row * d, (row + 1) * d)).forEach((value, c) => {
        expect(result[row * outputs + c]).toBeCloseTo(value, 4);
      });
    }
  });

  test("gives landmarks what `combineOutputs` gives their likeness to each other", async () => {
    const distances = await squaredDistances(directions, d, () => {});
    const similarities = distances.map((distance) => Math.exp(-gamma * distance));
    const expected = combineOutputs(similarities, weights, n);
    (await run(vectors)).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 4);
    });
  });
});
