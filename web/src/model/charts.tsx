/** Charts of a model's accuracy on ratings that were held out from its training. */
import { scaleBand, scaleLinear } from "d3-scale";
import type { Metrics } from "../api/model.js";
import { formatCount } from "../parts/count.js";
import { BottomAxis, frame, LeftAxis } from "./axes.js";
import { Legend } from "./legend.js";

const { width, height, margin } = frame;
const across: [number, number] = [margin.left, width - margin.right];
const up: [number, number] = [height - margin.bottom, margin.top];
const wholeStars = ["1", "2", "3", "4", "5"];
const halfStars = Array.from({ length: 10 }, (_, i) => String((i + 1) / 2));
const toPercent = (share: number) => `${(100 * share).toFixed(0)}%`;

/** @param matrix row: stars that were given, column: stars that were predicted; each row sums to 1 */
export function ConfusionMatrix({ matrix }: { matrix: Metrics["confusionMatrix"] }) {
  const x = scaleBand(wholeStars, across).paddingInner(0.04);
  const y = scaleBand(wholeStars, [margin.top, height - margin.bottom]).paddingInner(0.04);
  return (
    <svg
      className="chart"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label="Predicted stars for each number of given stars"
    >
      <LeftAxis scale={y} label="stars given" />
      <BottomAxis scale={x} label="stars predicted" />
      {matrix.flatMap((row, i) =>
        row.map((share, j) => {
          const [given, predicted] = [wholeStars[i], wholeStars[j]];
          const [left, top] = [x(predicted) ?? 0, y(given) ?? 0];
          return (
            <g key={`${given} ${predicted}`}>
              <title>{`${toPercent(share)} of the ${given}-star ratings were predicted as ${predicted}`}</title>
              <rect
                className="cell"
                x={left}
                y={top}
                width={x.bandwidth()}
                height={y.bandwidth()}
                style={{ fillOpacity: 0.06 + 0.94 * share }}
              />
              <text
                className={share > 0.55 ? "on-colour" : ""}
                x={left + x.bandwidth() / 2}
                y={top + y.bandwidth() / 2}
                dy="0.32em"
                textAnchor="middle"
              >
                {toPercent(share)}
              </text>
            </g>
          );
        }),
      )}
    </svg>
  );
}

export function RatingHistogram({ given, predicted }: NonNullable<Metrics["ratingHistogram"]>) {
  const x = scaleBand(halfStars, across).paddingInner(0.25);
  const y = scaleLinear([0, Math.max(...given, ...predicted)], up).nice();
  const series = [
    { name: "first", label: "given", counts: given },
    { name: "second", label: "predicted", counts: predicted },
  ];
  return (
    <>
      <svg
        className="chart"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label="Number of given and of predicted ratings for each number of stars"
      >
        <LeftAxis scale={y} label="ratings" format={(value) => value.toLocaleString("en", { notation: "compact" })} />
        <BottomAxis scale={x} label="stars" isShown={(name) => !name.includes(".")} />
        {series.map(({ name, label, counts }, s) =>
          counts.map((count, i) => (
            <rect
              key={`${name} ${halfStars[i]}`}
              className={name}
              x={(x(halfStars[i]) ?? 0) + (s * x.bandwidth()) / 2}
              width={x.bandwidth() / 2}
              y={y(count)}
              height={up[0] - y(count)}
            >
              <title>{`${halfStars[i]} ★ ${label}: ${formatCount(count)}`}</title>
            </rect>
          )),
        )}
      </svg>
      <Legend entries={series} />
    </>
  );
}

/** Mean of the given stars for each number of predicted stars: on the diagonal where predictions mean what they say. */
export function Calibration({ confusionMatrix, ratingHistogram }: Metrics) {
  if (ratingHistogram === null) return null;
  const points = toCalibration(confusionMatrix, ratingHistogram.given);
  const x = scaleLinear([1, 5], across);
  const y = scaleLinear([1, 5], up);
  return (
    <svg
      className="chart"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label="Mean of the given stars for each number of predicted stars"
    >
      <LeftAxis scale={y} label="mean of stars given" />
      <BottomAxis scale={x} label="stars predicted" />
      <line className="ideal" x1={x(1)} y1={y(1)} x2={x(5)} y2={y(5)} />
      <polyline
        className="curve"
        points={points.map(({ predicted, given }) => `${x(predicted)},${y(given)}`).join(" ")}
      />
      {points.map(({ predicted, given, count }) => (
        <circle key={predicted} className="point" cx={x(predicted)} cy={y(given)} r={5}>
          <title>{`predicted ${predicted} ★: ${given.toFixed(2)} ★ given on average, ${formatCount(Math.round(count))} ratings`}</title>
        </circle>
      ))}
    </svg>
  );
}

/**
 * @param matrix rows by given stars, each summing to 1
 * @param given counts for 0.5, 1, … 5 stars; the matrix counts half stars with the next whole ones
 */
export function toCalibration(
  matrix: readonly (readonly number[])[],
  given: readonly number[],
): { predicted: number; given: number; count: number }[] {
  const rows = wholeStars.map((_, i) => (given[2 * i] ?? 0) + (given[2 * i + 1] ?? 0));
  return wholeStars.flatMap((_, j) => {
    const counts = matrix.map((row, i) => row[j] * rows[i]);
    const count = counts.reduce((sum, one) => sum + one, 0);
    const stars = counts.reduce((sum, one, i) => sum + one * (i + 1), 0);
    return count < 1 ? [] : [{ predicted: j + 1, given: stars / count, count }];
  });
}
