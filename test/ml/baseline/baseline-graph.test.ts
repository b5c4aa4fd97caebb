import { readFile } from "node:fs/promises";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { baselineForward } from "../../../src/ml/baseline/baseline-forward.js";
import { baselineGraph } from "../../../src/ml/baseline/baseline-graph.js";
import { type FeatureName, features, weightsFromTensors } from "../../../src/ml/baseline/baseline-weights.js";
import { readSafetensors } from "../../../src/ml/model/safetensors.js";
import { decodeModel, toNumber } from "../../../src/onnx/proto.js";
import { mulberry32 } from "../../../src/random.js";
import { describeWithShared, sharedFile } from "../../support/shared.js";
import { largestDifference, randomWeights } from "../fixtures.js";

const tableRows = { user: 40, gender: 3, age: 8, occupation: 22, movie: 70, genre: 9 };

function randomRows(pairs: number, limits: Record<FeatureName, number>, seed: number): Int32Array {
  const random = mulberry32(seed);
  return Int32Array.from({ length: pairs * 6 }, (_, at) => Math.floor(random() * limits[features[at % 6].name]));
}

async function run(session: InferenceSession, rows: Int32Array): Promise<Tensor> {
  const pairs = rows.length / 6;
  const feeds = Object.fromEntries(
    features.map(({ input }, f) => [
      input,
      new Tensor(
        "int64",
        BigInt64Array.from({ length: pairs }, (_, pair) => BigInt(rows[pair * 6 + f])),
        [pairs],
      ),
    ]),
  );
  return (await session.run(feeds)).rating as Tensor;
}

describe("the baseline's ONNX graph", () => {
  it("has the original's inputs and output, in opset 17", async () => {
    const graph = baselineGraph(randomWeights(tableRows, 1));
    const session = await InferenceSession.create(graph);
    expect(session.inputNames).toEqual(["user_id", "gender", "age", "occupation", "movie_id", "genre"]);
    expect(session.outputNames).toEqual(["rating"]);
    const { opset_import } = decodeModel(graph, "graph");
    expect(opset_import.map(({ version }) => toNumber(version))).toEqual([17]);
  });

  it.each([1, 2, 777])("agrees with the plain forward pass on %i pairs", async (pairs) => {
    const weights = randomWeights(tableRows, 2);
    const rows = randomRows(pairs, tableRows, 3);
    const expected = new Float32Array(pairs);
    baselineForward(weights, rows, expected);
    const rating = await run(await InferenceSession.create(baselineGraph(weights)), rows);
    expect(rating.dims).toEqual([pairs]);
    expect(largestDifference(rating.data as Float32Array, expected)).toBeLessThan(1e-5);
  });

  it("fails for a row that a table does not have, rather than answering with another's", async () => {
    const session = await InferenceSession.create(baselineGraph(randomWeights(tableRows, 4)), { logSeverityLevel: 4 });
    await expect(run(session, Int32Array.of(40, 0, 0, 0, 0, 0))).rejects.toThrow("out of data bounds");
  });
});

describeWithShared(
  "the graph of the original's weights",
  ["reference/baseline-model/movie_model_f32.safetensors", "reference/baseline-model/movie_model_f32.onnx"],
  () => {
    it("agrees with the original's own export within 1e-5, and so does the plain forward pass", async () => {
      const folder = "reference/baseline-model";
      const bytes = await readFile(sharedFile(`${folder}/movie_model_f32.safetensors`));
      const weights = weightsFromTensors(readSafetensors(bytes, "shared"), "shared");
      const limits = { user: 6041, gender: 2, age: 8, occupation: 22, movie: 3953, genre: 302 };
      const rows = randomRows(5000, limits, 5);
      const original = await run(await InferenceSession.create(sharedFile(`${folder}/movie_model_f32.onnx`)), rows);
      const ours = await run(await InferenceSession.create(baselineGraph(weights)), rows);
      const plain = new Float32Array(5000);
      baselineForward(weights, rows, plain);
      const graphDifference = largestDifference(ours.data as Float32Array, original.data as Float32Array);
      const plainDifference = largestDifference(plain, original.data as Float32Array);
      console.log(`largest difference from the original's ONNX: graph ${graphDifference}, plain ${plainDifference}`);
      expect(graphDifference).toBeLessThan(1e-5);
      expect(plainDifference).toBeLessThan(1e-5);
    });
  },
);
