import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { confusionChart, lossChart, ratingsChart } from "../../../src/jobs/evaluate/charts.js";
import type { LossCurve } from "../../../src/ml/model/loss-curve.js";

const losses: LossCurve = {
  unit: "epoch",
  points: [1, 2, 3].map((step) => ({ step, trainRmse: 1.2 - step / 10, validationRmse: 1.1 - step / 20 })),
};
const sweeps: LossCurve = {
  unit: "sweep",
  points: Array.from({ length: 100 }, (_, i) => ({ step: 10 * i, trainRmse: null, validationRmse: 1 / (i + 1) })),
};
const drawLosses = (curve: LossCurve, bestStep?: number) =>
  lossChart(curve, "a model", { training: "training", bestStep });

const charts: [string, () => Promise<Buffer>, [number, number]][] = [
  ["the loss", () => drawLosses(losses, 3), [560, 320]],
  ["the loss of a single epoch", () => drawLosses({ ...losses, points: losses.points.slice(0, 1) }, 1), [560, 320]],
  ["the loss by sweeps, of which none is best", () => drawLosses(sweeps), [560, 320]],
  [
    "the confusion matrix",
    () =>
      confusionChart(
        Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => (i === j ? 0.6 : 0.1))),
        "a model",
      ),
    [360, 360],
  ],
  [
    "the ratings",
    () => ratingsChart(Float32Array.of(1, 3, 3, 5), Float32Array.of(-1, 3.2, 3.3, 7), "a model"),
    [560, 320],
  ],
];

/** How many different colours a picture has, in steps of 32. */
async function colours(png: Buffer): Promise<number> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const seen = new Set<number>();
  for (let i = 0; i < data.length; i += info.channels) {
    seen.add((data[i] >> 5) * 64 + (data[i + 1] >> 5) * 8 + (data[i + 2] >> 5));
  }
  return seen.size;
}

describe("the chart of", () => {
  it.each(charts)("%s is a PNG, drawn at twice its size, with something on it", async (_, draw, [width, height]) => {
    const png = await draw();
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const metadata = await sharp(png).metadata();
    // The plot itself, plus its title, axes and legend.
    expect(metadata.width).toBeGreaterThan(2 * width);
    expect(metadata.width).toBeLessThan(2 * width + 800);
    expect(metadata.height).toBeGreaterThan(2 * height);
    expect(metadata.height).toBeLessThan(2 * height + 400);
    expect(await colours(png)).toBeGreaterThan(3);
  });

  it("the same numbers is the same picture", async () => {
    const [first, second] = [await drawLosses(losses, 3), await drawLosses(losses, 3)];
    expect(first.equals(second)).toBe(true);
    expect((await drawLosses(losses, 2)).equals(first)).toBe(false);
  });

  it("ratings counts in half stars where any are given, and what is beyond the ends at the ends", async () => {
    const createChart = (given: number[], ...predicted: number[]) =>
      ratingsChart(Float32Array.from(given), Float32Array.from(predicted), "a model");
    const chart = await createChart([0.5, 5], -1, 7);
    expect(chart.equals(await createChart([0.5, 5], 0.6, 4.8))).toBe(true);
    expect(chart.equals(await createChart([0.5, 5], 1, 4.8))).toBe(false);
    // Whole stars only: no empty bars for the halves between them.
    const whole = await createChart([1, 5], -1, 7);
    expect(whole.equals(await createChart([1, 5], 1.4, 4.6))).toBe(true);
    expect(whole.equals(await createChart([1, 5], 1.6, 4.6))).toBe(false);
  });

  it.each(charts)(
    "%s has the same white margin on all four sides: nothing is cut, nothing is left blank",
    async (_, draw) => {
      const png = await draw();
      const { width = 0, height = 0 } = await sharp(png).metadata();
      const { info } = await sharp(png)
        .trim({ background: "white", threshold: 1 })
        .toBuffer({ resolveWithObject: true });
      expect([width - info.width, height - info.height]).toEqual([64, 64]);
      expect([info.trimOffsetLeft, info.trimOffsetTop]).toEqual([-32, -32]);
    },
  );
});
