import { formatNumber, niceTicks } from "@/lib/scale";
import type { ChartDomain } from "./chart-domain";

interface ChartAxesProps {
  readonly domain: ChartDomain;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly width: number;
  readonly height: number;
}

export function ChartAxes({ domain, x, y, width, height }: ChartAxesProps) {
  const [left, right] = domain.x.map(x) as [number, number];
  const [bottom] = domain.y.domain.map(y) as [number, number];
  const steps = niceTicks(domain.x, Math.max(2, width / 90)).filter(Number.isInteger);
  return (
    <g className="fill-muted text-[0.6875rem] tabular-nums">
      {domain.y.ticks.map((value) => (
        <g key={value}>
          <line x1={left} x2={right} y1={y(value)} y2={y(value)} className="stroke-line" />
          <text x={left - 8} y={y(value)} dy="0.32em" textAnchor="end">
            {formatNumber(value)}
          </text>
        </g>
      ))}
      {steps.map((value) => (
        <g key={value}>
          <line x1={x(value)} x2={x(value)} y1={bottom} y2={bottom + 4} className="stroke-line" />
          <text x={x(value)} y={height - 4} textAnchor={value === 0 ? "start" : "middle"}>
            {value.toLocaleString("en")}
          </text>
        </g>
      ))}
    </g>
  );
}
