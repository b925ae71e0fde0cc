import { type Extent, formatNumber } from "@/lib/scale";

interface ChartAxesProps {
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  /** What stands at a tick of the x axis. */
  readonly mark: (value: number) => string;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  /** Left and right end of the plot, in pixels. */
  readonly ends: Extent;
  readonly bottom: number;
}

export function ChartAxes({ xTicks, yTicks, mark, x, y, ends, bottom }: ChartAxesProps) {
  const [left, right] = ends;
  return (
    <g className="fill-muted text-[0.6875rem] tabular-nums">
      {yTicks.map((value) => (
        <g key={value}>
          <line x1={left} x2={right} y1={y(value)} y2={y(value)} className="stroke-line" />
          <text x={left - 8} y={y(value)} dy="0.32em" textAnchor="end">
            {formatNumber(value)}
          </text>
        </g>
      ))}
      {xTicks.map((value) => (
        <g key={value}>
          <line x1={x(value)} x2={x(value)} y1={bottom} y2={bottom + 4} className="stroke-line" />
          <text x={x(value)} y={bottom + 18} textAnchor={anchorAt(x(value), ends)}>
            {mark(value)}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Marks at the very ends stay within the frame. */
function anchorAt(px: number, [left, right]: Extent): "start" | "middle" | "end" {
  if (px < left + 12) return "start";
  return px > right - 16 ? "end" : "middle";
}
