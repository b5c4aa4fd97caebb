import { describe, expect, it } from "vitest";
import { baselineForward } from "../../../src/ml/baseline/baseline-forward.js";
import { embeddingSize, features } from "../../../src/ml/baseline/baseline-weights.js";
import { mulberry32 } from "../../../src/random.js";
import { largestDifference, randomWeights, referenceForward, vectorAt } from "../fixtures.js";

const tableRows = { user: 7, gender: 2, age: 8, occupation: 5, movie: 11, genre: 4 };

describe("the baseline's forward pass", () => {
  it("is what the six embeddings and three layers written down give", () => {
    const weights = randomWeights(tableRows, 11);
    const random = mulberry32(12);
    const pairs = 500;
    const rows = Int32Array.from({ length: pairs * 6 }, (_, at) =>
      Math.floor(random() * tableRows[features[at % 6].name]),
    );
    const out = new Float32Array(pairs);
    baselineForward(weights, rows, out);
    const expected = Array.from({ length: pairs }, (_, pair) =>
      referenceForward(
        weights.dense,
        features.map(({ name }, f) => vectorAt(weights.tables[name], rows[pair * 6 + f])),
      ),
    );
    expect(largestDifference(out, expected)).toBeLessThan(1e-5);
    // The rows matter: it is no constant.
    expect(Math.max(...out) - Math.min(...out)).toBeGreaterThan(1);
  });

  it("gives what was worked out by hand, with a negative value stopped at either ReLU", () => {
    const weights = randomWeights({ user: 2, gender: 1, age: 1, occupation: 1, movie: 1, genre: 2 }, 1);
    for (const table of Object.values(weights.tables)) table.fill(0);
    for (const values of Object.values(weights.dense)) values.fill(0);
    const { tables, dense } = weights;
    tables.user.fill(1, embeddingSize); // row 1
    tables.genre.fill(2, embeddingSize); // row 1
    dense["fc1.weight"].fill(0.01, 0, 50); // unit 0: the user's components
    dense["fc1.weight"].fill(0.02, 250, 300); // unit 0: the genre's components
    dense["fc1.weight"].fill(-1, 300, 600); // unit 1: below zero as soon as there is anything
    dense["fc1.bias"][0] = 0.25;
    dense["fc2.weight"][0] = 2; // unit 0 from unit 0
    dense["fc2.weight"][1] = 100; // unit 0 from unit 1, which the first ReLU stops
    dense["fc2.weight"][10] = -1; // unit 1 from unit 0: always below zero, the second ReLU stops it
    dense["fc2.bias"][0] = -0.5;
    dense["fc3.weight"].set([0.5, 100]);
    dense["fc3.bias"][0] = 0.125;
    const out = new Float32Array(4);
    baselineForward(
      weights,
      Int32Array.of(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1),
      out,
    );
    // Unit 0 of the first layer: .25, .25 + .5, .25 + 2, .25 + .5 + 2; then 2x − .5, then x / 2 + .125.
    expect(largestDifference(out, [0.125, 0.625, 2.125, 2.625])).toBeLessThan(1e-6);
  });

  it("has no output for no pairs", () => {
    expect(() => baselineForward(randomWeights(tableRows, 1), new Int32Array(), new Float32Array())).not.toThrow();
  });

  it("refuses rows that are not six a pair", () => {
    const weights = randomWeights(tableRows, 1);
    expect(() => baselineForward(weights, new Int32Array(11), new Float32Array(2))).toThrow(
      new RangeError("expected 12 rows for 2 pairs, received 11"),
    );
  });
});
