/** The errors of all models side by side, and beside those of a constant. */
import { scaleBand, scaleLinear } from "d3-scale";
import type { ComparedModel, Metrics } from "../api/model.js";
import { formatCount } from "../parts/count.js";
import { Link } from "../parts/link.js";
import { usePlace } from "../state/location.js";
import { BottomAxis } from "./axes.js";
import { Legend } from "./legend.js";

const rowHeight = 52;
const longestName = 40;
const errors = [
  { name: "first", label: "root mean square error", of: ({ rmse }: Measured) => rmse },
  { name: "second", label: "mean absolute error", of: ({ mae }: Measured) => mae },
] as const;
type Measured = NonNullable<ComparedModel["metrics"]>;

/** @param shown the metrics of the model that the page is about: those measured on other ratings are drawn hollow */
export function ComparisonChart({ models, shown }: { models: readonly ComparedModel[]; shown: Metrics }) {
  const measured = models.flatMap(({ name, metrics }) =>
    metrics === null ? [] : [{ name, metrics, isComparable: areOnSame(metrics, shown) }],
  );
  if (measured.length === 0) return null;
  const constant = toDeviation(shown.ratingHistogram?.given);
  const margin = { top: 26, right: 22, bottom: 46, left: 12 };
  const within = { width: 500, height: margin.top + margin.bottom + rowHeight * measured.length, margin };
  const values = measured.flatMap(({ metrics }) => errors.map(({ of }) => of(metrics)));
  const x = scaleLinear(
    [Math.min(...values), Math.max(...values, constant ?? 0)],
    [margin.left + 10, within.width - margin.right - 10],
  ).nice();
  const y = scaleBand(
    measured.map(({ name }) => name),
    [margin.top, within.height - margin.bottom],
  );
  // Below the name.
  const middle = (name: string) => (y(name) ?? 0) + 0.7 * y.bandwidth();
  return (
    <>
      <svg
        className="chart"
        viewBox={`0 0 ${within.width} ${within.height}`}
        role="img"
        aria-label="Errors of all models"
      >
        <BottomAxis scale={x} label="error in stars: less is better" within={within} />
        {constant !== undefined && (
          <g>
            <title>{`The best constant guess for all ratings: root mean square error ${constant.toFixed(3)}`}</title>
            <line
              className="ideal"
              x1={x(constant)}
              x2={x(constant)}
              y1={margin.top}
              y2={within.height - margin.bottom}
            />
            <text className="note" x={x(constant)} y={margin.top - 8} textAnchor="end">
              the same guess for all (RMSE)
            </text>
          </g>
        )}
        {measured.map(({ name, metrics, isComparable }) => (
          <g key={name}>
            <line
              className="grid"
              x1={margin.left}
              x2={within.width - margin.right}
              y1={middle(name)}
              y2={middle(name)}
            />
            <text x={margin.left} y={middle(name) - 12}>
              {name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name}
            </text>
            {errors.map(({ name: series, label, of }) => (
              <circle
                key={series}
                className={isComparable ? series : `${series} hollow`}
                cx={x(of(metrics))}
                cy={middle(name)}
                r={7}
              >
                <title>{`${name}, ${label}: ${of(metrics).toFixed(4)} stars on ${describe(metrics)}`}</title>
              </circle>
            ))}
          </g>
        ))}
      </svg>
      <Legend entries={errors} />
      {measured.some(({ isComparable }) => !isComparable) && (
        <p className="lead">Hollow: measured on other ratings than {shown.protocol}, and so comparable only roughly.</p>
      )}
    </>
  );
}

/** All numbers, also of models that no chart can compare; a name shows its model. */
export function ComparisonTable({ models, shown }: { models: readonly ComparedModel[]; shown: string }) {
  const [place] = usePlace();
  return (
    <div className="scrolled">
      <table className="numbers">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Kind</th>
            <th scope="col">RMSE</th>
            <th scope="col">MAE</th>
            <th scope="col">Measured on</th>
            <th scope="col">Ranker</th>
            <th scope="col">Made</th>
          </tr>
        </thead>
        <tbody>
          {models.map(({ name, kind, isActive, metrics, ranker, createdAt }) => (
            <tr key={name} aria-current={name === shown ? "true" : undefined}>
              <th scope="row">
                <Link to={{ ...place, model: name }}>{name}</Link>
                {isActive && <span className="badge">serves</span>}
              </th>
              <td>{kind}</td>
              <td>{metrics?.rmse.toFixed(4) ?? "–"}</td>
              <td>{metrics?.mae.toFixed(4) ?? "–"}</td>
              <td>{metrics === null ? "nothing" : describe(metrics)}</td>
              <td>{ranker ?? "–"}</td>
              <td>{new Date(createdAt).toLocaleDateString("en", { dateStyle: "medium" })}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function areOnSame(metrics: Measured, shown: Metrics): boolean {
  return metrics.protocol === shown.protocol && metrics.count === shown.count;
}

function describe({ count, protocol }: Measured): string {
  return `${formatCount(count)} ratings (${protocol})`;
}

/** Standard deviation, in stars: the root mean square error of guessing their mean. @param counts for 0.5, 1, … 5 stars */
export function toDeviation(counts: readonly number[] | undefined): number | undefined {
  const n = counts?.reduce((sum, count) => sum + count, 0) ?? 0;
  if (counts === undefined || n === 0) return undefined;
  const mean = counts.reduce((sum, count, i) => sum + (count * (i + 1)) / 2, 0) / n;
  return Math.sqrt(counts.reduce((sum, count, i) => sum + count * ((i + 1) / 2 - mean) ** 2, 0) / n);
}
