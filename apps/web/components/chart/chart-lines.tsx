import { linePath } from "./line-path";
import { type Reference, type Series, strokeOf } from "./series";

interface ChartLinesProps {
  readonly series: readonly Series[];
  readonly references: readonly Reference[];
  /** The step that is read out. */
  readonly at: number | undefined;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** Left and right end of the plot, in pixels. */
  readonly ends: readonly [number, number];
}

export function ChartLines({ series, references, at, x, y, ends }: ChartLinesProps) {
  return (
    <>
      {references.map(({ label, value, tone }) => (
        <line
          key={`${label} ${tone}`}
          x1={ends[0]}
          x2={ends[1]}
          y1={y(value)}
          y2={y(value)}
          className={strokeOf[tone]}
          strokeDasharray="5 4"
          strokeOpacity="0.75"
        />
      ))}
      {series.map(({ name, tone, points, faint, dots }) => (
        <g key={name} className={strokeOf[tone]} strokeOpacity={faint ? 0.28 : 1}>
          <path
            d={linePath(points, x, y)}
            fill="none"
            strokeWidth={faint ? 1 : 1.8}
            strokeLinejoin="round"
          />
          {dots &&
            points.map((point) => (
              <circle
                key={point.x}
                cx={x(point.x)}
                cy={y(point.y)}
                r={point.x === at ? 4 : 2.4}
                className="fill-surface"
                strokeWidth="1.6"
              />
            ))}
        </g>
      ))}
    </>
  );
}
