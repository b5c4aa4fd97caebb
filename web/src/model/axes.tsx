/** Axes of a chart, with ticks that d3 chooses. */
import type { ScaleBand, ScaleLinear } from "d3-scale";

export interface Frame {
  width: number;
  height: number;
  margin: { top: number; right: number; bottom: number; left: number };
}

export const frame: Frame = { width: 460, height: 320, margin: { top: 12, right: 12, bottom: 46, left: 62 } };

interface BottomAxisProps {
  scale: ScaleBand<string> | ScaleLinear<number, number>;
  label: string;
  /** Of a band scale: which of its names are written. */
  isShown?(name: string): boolean;
  within?: Frame;
}

export function BottomAxis({ scale, label, isShown = () => true, within = frame }: BottomAxisProps) {
  const { width, height, margin } = within;
  const y = height - margin.bottom;
  const ticks =
    "bandwidth" in scale
      ? scale
          .domain()
          .map((name) => ({ text: name, x: (scale(name) ?? 0) + scale.bandwidth() / 2, isShown: isShown(name) }))
      : scale.ticks(5).map((value) => ({ text: String(value), x: scale(value), isShown: true }));
  return (
    <g className="axis">
      <line x1={margin.left} x2={width - margin.right} y1={y} y2={y} />
      {ticks.map(({ text, x, isShown: isWritten }) =>
        isWritten ? (
          <text key={text} x={x} y={y + 18} textAnchor="middle">
            {text}
          </text>
        ) : null,
      )}
      <text className="label" x={(margin.left + width - margin.right) / 2} y={height - 8} textAnchor="middle">
        {label}
      </text>
    </g>
  );
}

interface LeftAxisProps {
  scale: ScaleBand<string> | ScaleLinear<number, number>;
  label: string;
  format?(value: number): string;
}

export function LeftAxis({ scale, label, format = String }: LeftAxisProps) {
  const { width, height, margin } = frame;
  const ticks =
    "bandwidth" in scale
      ? scale.domain().map((name) => ({ text: name, y: (scale(name) ?? 0) + scale.bandwidth() / 2, hasLine: false }))
      : scale.ticks(5).map((value) => ({ text: format(value), y: scale(value), hasLine: true }));
  const middle = (margin.top + height - margin.bottom) / 2;
  return (
    <g className="axis">
      {ticks.map(({ text, y, hasLine }) => (
        <g key={text}>
          {hasLine && <line className="grid" x1={margin.left} x2={width - margin.right} y1={y} y2={y} />}
          <text x={margin.left - 8} y={y} dy="0.32em" textAnchor="end">
            {text}
          </text>
        </g>
      ))}
      <text className="label" transform={`translate(14 ${middle}) rotate(-90)`} textAnchor="middle">
        {label}
      </text>
    </g>
  );
}
