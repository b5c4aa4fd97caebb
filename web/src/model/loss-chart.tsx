/** How the error of a model fell while it was trained. */
import { scaleLinear } from "d3-scale";
import type { LossCurve } from "../api/model.js";
import { BottomAxis, frame, LeftAxis } from "./axes.js";
import { Legend } from "./legend.js";

const { width, height, margin } = frame;
/** More points than these are drawn as a line alone. */
const maxDots = 40;

export function LossChart({ unit, points }: LossCurve) {
  const steps = points.map(({ step }) => step);
  const series = [
    { name: "second", label: "held out", values: points.map((point) => point.validationRmse) },
    { name: "first", label: "trained on", values: points.map((point) => point.trainRmse) },
  ].filter(({ values }) => values.some((value) => value !== null));
  const all = series.flatMap(({ values }) => values.filter((value) => value !== null));
  if (all.length === 0) return null;
  const x = scaleLinear([Math.min(...steps), Math.max(...steps)], [margin.left + 8, width - margin.right - 8]);
  const y = scaleLinear([Math.min(...all), Math.max(...all)], [height - margin.bottom, margin.top]).nice();
  const noun = unit.toLowerCase();
  return (
    <>
      <svg className="chart" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`Error by ${noun} of training`}>
        <LeftAxis scale={y} label="RMSE in stars" />
        <BottomAxis scale={x} label={noun} />
        {series.map(({ name, label, values }) => {
          const dots = points.flatMap(({ step }, i) => {
            const value = values[i];
            return value === null ? [] : [{ step, value, x: x(step), y: y(value) }];
          });
          return (
            <g key={name} className={`series ${name}`}>
              <polyline points={dots.map((dot) => `${dot.x},${dot.y}`).join(" ")} />
              {dots.map((dot) => (
                <circle key={dot.step} cx={dot.x} cy={dot.y} r={dots.length > maxDots ? 1.5 : 4}>
                  <title>{`${noun} ${dot.step}, ${label}: ${dot.value.toFixed(4)}`}</title>
                </circle>
              ))}
            </g>
          );
        })}
      </svg>
      <Legend entries={series} />
    </>
  );
}
