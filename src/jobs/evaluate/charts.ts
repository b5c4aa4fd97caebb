/** Draws the charts of a training report with Vega; text becomes paths, so that it looks the same on every machine. */
import sharp from "sharp";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { halfStarHistogram } from "../../ml/evaluation/metrics.js";
import type { LossCurve } from "../../ml/model/loss-curve.js";
import { svgTextToPaths } from "./chart-text.js";

const font = "Inter";
const config: TopLevelSpec["config"] = {
  font,
  background: "white",
  title: { fontSize: 15, anchor: "start", offset: 12 },
  axis: { labelFontSize: 11, titleFontSize: 12, grid: true, gridColor: "#e8e8e8" },
  legend: { labelFontSize: 12, titleFontSize: 12, labelLimit: 0 },
};

/**
 * Training and validation error by step, as a PNG.
 * @param subtitle of which model
 * @param training names the error on the ratings trained on; @param bestStep is marked
 */
export function lossChart(
  { unit, points }: LossCurve,
  subtitle: string,
  { training, bestStep }: { training: string; bestStep?: number },
): Promise<Buffer> {
  const values = points.flatMap(({ step, trainRmse, validationRmse }) =>
    [
      { step, set: training, rmse: trainRmse },
      { step, set: "held out", rmse: validationRmse },
    ].filter(({ rmse }) => rmse !== null),
  );
  // No name in the legend of what was not computed.
  const colours = Object.fromEntries(
    Object.entries({ "held out": accent, [training]: muted }).filter(([name]) =>
      values.some(({ set }) => set === name),
    ),
  );
  const [first, last] = [points[0].step, points[points.length - 1].step];
  const best = points.find(({ step }) => step === bestStep);
  const marked = best === undefined ? [] : [{ step: best.step, rmse: best.validationRmse }];
  const label = `best: ${unit} ${bestStep}, ${best?.validationRmse?.toFixed(4)}`;
  // Beside the line, on the side that has room.
  const isLate = best !== undefined && best.step > (first + last) / 2;
  return draw({
    title: createTitle(`Error by ${unit}`, subtitle),
    width: 560,
    height: 320,
    encoding: {
      x: {
        field: "step",
        type: "quantitative",
        title: unit,
        axis: { values: stepTicks(last), format: "d", grid: false },
        scale: { zero: false, nice: false, padding: 12 },
      },
      y: { field: "rmse", type: "quantitative", title: "RMSE in stars", scale: { zero: false, padding: 8 } },
    },
    layer: [
      {
        data: { values },
        mark: { type: "line", point: points.length <= maxDots && { size: 40 }, strokeWidth: 2 },
        encoding: { color: seriesColour(colours) },
      },
      { data: { values: marked }, mark: { type: "point", filled: false, size: 220, strokeWidth: 2, color: "#1b2733" } },
      {
        data: { values: marked },
        mark: {
          type: "text",
          text: label,
          align: isLate ? "right" : "left",
          dx: isLate ? -10 : 10,
          dy: -18,
          fontSize: 12,
          color: "#1b2733",
        },
      },
    ],
    config,
  });
}

/** More points than these are drawn as a line alone. */
const maxDots = 50;

/** About ten whole numbers from 1 to the last step. */
function stepTicks(last: number): number[] {
  const gap = Math.ceil(last / 10);
  return Array.from({ length: last }, (_, i) => i + 1).filter((step) => step === 1 || step % gap === 0);
}

/** The row-normalised confusion matrix, as a PNG. @param matrix 5 × 5, rows true stars, columns predicted */
export function confusionChart(matrix: readonly (readonly number[])[], subtitle: string): Promise<Buffer> {
  const values = matrix.flatMap((row, i) =>
    row.map((share, j) => ({ truth: `${i + 1}`, predicted: `${j + 1}`, share })),
  );
  return draw({
    title: createTitle("What ratings are predicted as", subtitle),
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

/**
 * How often each number of stars is given and predicted, as a PNG. Both are counted in the steps that ratings are given
 * in: whole stars where all are whole, else half stars.
 */
export function ratingsChart(truth: Float32Array, predicted: Float32Array, subtitle: string): Promise<Buffer> {
  const areWhole = truth.every((stars) => Number.isInteger(stars));
  const toBins = areWhole ? wholeStarBins : halfStarBins;
  const values = [
    ...toBins(truth).map((bin) => ({ ...bin, set: "given" })),
    ...toBins(predicted).map((bin) => ({ ...bin, set: "predicted" })),
  ];
  return draw({
    title: createTitle("Ratings given and predicted", subtitle),
    width: 560,
    height: 320,
    data: { values },
    mark: "bar",
    encoding: {
      x: {
        field: "stars",
        type: "ordinal",
        title: areWhole ? "stars (predictions rounded)" : "stars (predictions to the nearest half)",
        axis: { labelAngle: 0, grid: false },
        scale: { paddingInner: 0.25 },
      },
      xOffset: { field: "set" },
      y: { field: "count", type: "quantitative", title: "ratings" },
      color: seriesColour({ given: muted, predicted: accent }),
    },
    config,
  });
}

const accent = "#c0392b";
const muted = "#9aa5b1";

/** Series in their colours, their names above the plot. */
function seriesColour(colours: Record<string, string>) {
  return {
    field: "set",
    type: "nominal",
    title: null,
    scale: { domain: Object.keys(colours), range: Object.values(colours) },
    legend: { orient: "top", symbolSize: 120 },
  } as const;
}

function createTitle(text: string, subtitle: string) {
  return { text, subtitle, subtitleFontSize: 12 };
}

function halfStarBins(stars: Float32Array): { stars: string; count: number }[] {
  return halfStarHistogram(stars).map((count, bin) => ({ stars: ((bin + 1) / 2).toFixed(1), count }));
}

function wholeStarBins(stars: Float32Array): { stars: string; count: number }[] {
  const counts = [0, 0, 0, 0, 0];
  for (const value of stars) counts[Math.min(5, Math.max(1, Math.round(value))) - 1]++;
  return counts.map((count, bin) => ({ stars: `${bin + 1}`, count }));
}

/** Pixels of white around a chart. */
const margin = 32;

async function draw(spec: TopLevelSpec): Promise<Buffer> {
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: "none" });
  const svg = svgTextToPaths(await view.toSVG(2));
  view.finalize();
  // Vega guesses how wide text is: room beyond the drawing so that nothing is cut, then just the margin.
  const drawn = await sharp(Buffer.from(withRoom(svg)))
    .flatten({ background: "white" })
    .png()
    .toBuffer();
  return sharp(drawn)
    .trim({ background: "white", threshold: 1 })
    .extend({ top: margin, bottom: margin, left: margin, right: margin, background: "white" })
    .png()
    .toBuffer();
}

/** The same drawing with a third of its width added on each side. */
function withRoom(svg: string): string {
  return svg.replace(
    /<svg([^>]*?) width="([\d.]+)" height="([\d.]+)" viewBox="([\d.-]+) ([\d.-]+) ([\d.]+) ([\d.]+)"/,
    (_, before, width, height, x, y, w, h) =>
      `<svg${before} width="${width * (5 / 3)}" height="${height}" viewBox="${x - w / 3} ${y} ${w * (5 / 3)} ${h}"`,
  );
}
