import { describe, expect, it } from "vitest";
import { confusionCounts, mae, rmse, rowNormalised } from "../../../src/ml/evaluation/metrics.js";
import { clampStars } from "../../../src/recommend/star-scale.js";

const truth = Float32Array.of(5, 3, 1, 4);
const predicted = Float32Array.of(4, 3, 2.5, 6);

describe("errors of predictions", () => {
  it("root mean square: √((1 + 0 + 2.25 + 4) / 4)", () => {
    expect(rmse(truth, predicted)).toBeCloseTo(Math.sqrt(7.25 / 4), 6);
  });

  it("mean absolute: (1 + 0 + 1.5 + 2) / 4; a prediction above 5 counts as it is", () => {
    expect(mae(truth, predicted)).toBeCloseTo(1.125, 6);
  });

  it("are 0 where every prediction is right", () => {
    expect([rmse(truth, truth), mae(truth, truth)]).toEqual([0, 0]);
  });

  it("refuse lists of different lengths, and nothing to compare", () => {
    for (const measure of [rmse, mae, confusionCounts]) {
      expect(() => measure(truth, new Float32Array(3))).toThrow(
        new RangeError("expected as many predictions as ratings, received 3 and 4"),
      );
      expect(() => measure(new Float32Array(), new Float32Array())).toThrow(
        new RangeError("expected as many predictions as ratings, received 0 and 0"),
      );
    }
  });
});

describe("the confusion matrix", () => {
  it("counts true stars by row and predicted ones by column, halves rounded up, everything kept within 1 to 5", () => {
    const counts = confusionCounts(
      Float32Array.of(1, 1, 0.5, 2.5, 4, 5, 5),
      Float32Array.of(1.4, 1.5, -3, 3.49, 4.5, 7, 4.49),
    );
    expect(counts).toEqual([
      [2, 1, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 1, 0, 0],
      [0, 0, 0, 0, 1],
      [0, 0, 0, 1, 1],
    ]);
  });

  it("has shares of each row; a row without ratings stays zero", () => {
    const shares = rowNormalised([
      [2, 1, 0, 0, 1],
      [0, 0, 0, 0, 0],
    ]);
    expect(shares).toEqual([
      [0.5, 0.25, 0, 0, 0.25],
      [0, 0, 0, 0, 0],
    ]);
  });
});

describe("stars as shown", () => {
  it("lie from 0.5 to 5", () => {
    expect([-1, 0.5, 3.3, 5, 5.4].map(clampStars)).toEqual([0.5, 0.5, 3.3, 5, 5]);
  });
});
