/** The charts of a training report, by Vega; text is drawn as paths, so that they look alike on every machine. */
import sharp from "sharp";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { EpochReport } from "../ml/baseline-train.js";
import { halfStarHistogram } from "../ml/metrics.js";
import { svgTextToPaths } from "../posters/lettering.js";

const font = "Inter";
const config: TopLevelSpec["config"] = {
  font,
  background: "white",
  title: { fontSize: 15, anchor: "start", offset: 12 },
  axis: { labelFontSize: 11, titleFontSize: 12, grid: true, gridColor: "#e8e8e8" },
  legend: { labelFontSize: 12, titleFontSize: 12, labelLimit: 0 },
};

/** Training and validation error by epoch, as a PNG. */
export function lossChart(history: readonly EpochReport[], bestEpoch: number): Promise<Buffer> {
  const values = history.flatMap(({ epoch, trainRmse, validationRmse }) => [
    { epoch, set: "training (with dropout)", rmse: trainRmse },
    { epoch, set: "validation", rmse: validationRmse },
  ]);
  return draw({
    title: `Error by epoch; best: epoch ${bestEpoch}`,
    width: 560,
    height: 320,
    data: { values },
    mark: { type: "line", point: true, strokeWidth: 2 },
    encoding: {
      x: { field: "epoch", type: "quantitative", title: "epoch", axis: { tickMinStep: 1, format: "d" } },
      y: { field: "rmse", type: "quantitative", title: "RMSE in stars", scale: { zero: false } },
      color: { field: "set", type: "nominal", title: null, scale: { range: ["#9aa5b1", "#c0392b"] } },
    },
    config,
  });
}

/** The row-normalised confusion matrix, as a PNG. @param matrix 5 × 5, rows true stars, columns predicted */
export function confusionChart(matrix: readonly (readonly number[])[], subtitle: string): Promise<Buffer> {
  const values = matrix.flatMap((row, i) =>
    row.map((share, j) => ({ truth: `${i + 1}`, predicted: `${j + 1}`, share })),
  );
  return draw({
    title: { text: "What ratings are predicted as", subtitle, subtitleFontSize: 12 },
    width: 360,
    height: 360,
    data: { values },
    encoding: {
      x: {
        field: "predicted",
        type: "ordinal",
        title: "predicted stars (rounded)",
        axis: { orient: "top", labelAngle: 0, grid: false },
      },
      y: { field: "truth", type: "ordinal", title: "true stars", axis: { grid: false } },
    },
    layer: [
      {
        mark: "rect",
        encoding: {
          color: {
            field: "share",
            type: "quantitative",
            title: "share of row",
            scale: { scheme: "blues", domain: [0, 1] },
            legend: { format: ".0%" },
          },
        },
      },
      {
        mark: { type: "text", fontSize: 14 },
        encoding: {
          text: { field: "share", type: "quantitative", format: ".1%" },
          color: { condition: { test: "datum.share > 0.55", value: "white" }, value: "#1b2733" },
        },
      },
    ],
    config,
  });
}

/** How often each number of stars is given and predicted, as a PNG. Predictions are counted in the nearest half star. */
export function ratingsChart(truth: Float32Array, predicted: Float32Array): Promise<Buffer> {
  const values = [
    ...binsOf(truth).map((bin) => ({ ...bin, set: "given" })),
    ...binsOf(predicted).map((bin) => ({ ...bin, set: "predicted" })),
  ];
  return draw({
    title: "Ratings given and predicted",
    width: 560,
    height: 320,
    data: { values },
    mark: "bar",
    encoding: {
      x: { field: "stars", type: "ordinal", title: "stars (nearest half)", axis: { labelAngle: 0 } },
      xOffset: { field: "set" },
      y: { field: "count", type: "quantitative", title: "ratings" },
      color: { field: "set", type: "nominal", title: null, scale: { range: ["#9aa5b1", "#c0392b"] } },
    },
    config,
  });
}

function binsOf(stars: Float32Array): { stars: string; count: number }[] {
  return halfStarHistogram(stars).map((count, bin) => ({ stars: ((bin + 1) / 2).toFixed(1), count }));
}

async function draw(spec: TopLevelSpec): Promise<Buffer> {
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: "none" });
  const svg = svgTextToPaths(await view.toSVG(2));
  view.finalize();
  return sharp(Buffer.from(svg)).png().toBuffer();
}
