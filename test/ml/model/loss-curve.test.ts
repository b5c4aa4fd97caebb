/** The file that tells how the error of a model fell. */
import { describe, expect, test } from "vitest";
import { type LossCurve, parseLossesCsv, toLossesCsv } from "../../../src/ml/model/loss-curve.js";

const toText = (curve: LossCurve) => new TextDecoder().decode(toLossesCsv(curve));

describe("losses.csv", () => {
  test.each<LossCurve>([
    { unit: "epoch", points: [{ step: 1, trainRmse: 1.25, validationRmse: 1.5 }] },
    { unit: "sweep", points: [10, 20].map((step) => ({ step, trainRmse: null, validationRmse: 1 / step })) },
    { unit: "iteration", points: [{ step: 1, trainRmse: 0.1 + 0.2, validationRmse: null }] },
  ])("gives back what was written by $unit, with nothing rounded and nothing made up", (curve) => {
    expect(parseLossesCsv(toText(curve))).toEqual(curve);
  });

  test("leaves empty what is no number, such as the error of a training that diverged", () => {
    const points = [{ step: 1, trainRmse: Number.NaN, validationRmse: Number.POSITIVE_INFINITY }];
    expect(parseLossesCsv(toText({ unit: "iteration", points })).points).toEqual([
      { step: 1, trainRmse: null, validationRmse: null },
    ]);
  });

  test("has the time of each step where all are known", () => {
    const point = { step: 1, trainRmse: 1, validationRmse: 2, seconds: 3.5 };
    expect(toText({ unit: "epoch", points: [point] })).toBe("epoch,train_rmse,validation_rmse,seconds\n1,1,2,3.5\n");
    const { seconds, ...untimed } = point;
    expect(toText({ unit: "epoch", points: [untimed] })).toBe("epoch,train_rmse,validation_rmse\n1,1,2\n");
    expect(parseLossesCsv(toText({ unit: "epoch", points: [point] })).points).toEqual([untimed]);
  });

  test.each([
    ["is empty", ""],
    ["has a header only", "epoch,train_rmse,validation_rmse\n"],
    ["has another unit", "minute,train_rmse,validation_rmse\n1,2,3\n"],
    ["lacks a column", "epoch,train_rmse\n1,2\n"],
    ["has words for numbers", "epoch,train_rmse,validation_rmse\n1,high,3\n"],
    ["breaks off within a quotation", 'epoch,train_rmse,validation_rmse\n1,2,"3'],
  ])("is refused where it %s", (_how, text) => {
    expect(() => parseLossesCsv(text)).toThrow(
      expect.objectContaining({ code: "MODEL_INVALID", message: expect.stringContaining("expected losses.csv to") }),
    );
  });
});
