import type { Extent } from "@/lib/scale";
import { linePath } from "./line-path";
import { type Reference, type Series, strokeOf } from "./series";

interface ChartLinesProps {
  readonly series: readonly Series[];
  readonly references: readonly Reference[];
  /** The x that is read out. */
  readonly at: number | undefined;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** Left and right end of the plot, in pixels. */
  readonly ends: Extent;
}

export function ChartLines({ series, references, at, x, y, ends }: ChartLinesProps) {
  return (
    <>
      {references.map(({ label, value, tone }) => (
        <line
          key={`${label} ${tone} ${value}`}
          x1={ends[0]}
          x2={ends[1]}
          y1={y(value)}
          y2={y(value)}
          className={strokeOf[tone]}
          strokeDasharray="5 4"
          strokeOpacity="0.75"
        />
      ))}
      {series.map(({ name, tone, points, faint, dots, dotted }) => (
        <g key={name} data-line={name} className={strokeOf[tone]} strokeOpacity={faint ? 0.28 : 1}>
          <path
            d={linePath(points, x, y)}
            fill="none"
            strokeWidth={faint ? 1 : 1.8}
            strokeLinejoin="round"
            {...(dotted ? { strokeDasharray: "1.5 3" } : {})}
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
