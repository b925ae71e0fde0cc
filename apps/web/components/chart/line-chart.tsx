"use client";

import type { KeyboardEvent, PointerEvent } from "react";
import { formatNumber, linearScale } from "@/lib/scale";
import { ChartAxes } from "./chart-axes";
import { chartDomain } from "./chart-domain";
import { ChartLines } from "./chart-lines";
import { Legend } from "./legend";
import { nearestX, type Reference, type Series } from "./series";
import { useWidth } from "./use-width";

interface LineChartProps {
  readonly title: string;
  readonly note?: string;
  readonly series: readonly Series[];
  /** Dashed horizontal lines. */
  readonly references?: readonly Reference[];
  /** The step that is read out, shared by all charts of a page. */
  readonly cursor: number | undefined;
  readonly onCursor: (x: number | undefined) => void;
  readonly include?: readonly number[];
}

const height = 220;
const margin = { top: 8, right: 12, bottom: 22, left: 52 };

/** Lines over steps, with a read-out in the legend; drawn without style attributes. */
export function LineChart(props: LineChartProps) {
  const { title, note, series, references = [], cursor, onCursor, include = [] } = props;
  const [frame, width] = useWidth<HTMLDivElement>(480);
  const domain = chartDomain(series, references, include);
  const ends = [margin.left, width - margin.right] as const;
  const x = linearScale(domain.x, ends);
  const y = linearScale(domain.y.domain, [height - margin.bottom, margin.top]);
  const at = cursor === undefined ? undefined : nearestX(series, cursor);

  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const back = linearScale(ends, domain.x);
    onCursor(nearestX(series, back(event.clientX - left)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    onCursor(neighbour(series, at, direction));
  };

  return (
    <figure className="min-w-0 rounded-2xl border border-line bg-surface p-4 sm:p-5">
      <figcaption className="flex items-baseline justify-between gap-4">
        <h3 className="font-medium">{title}</h3>
        {note && <span className="truncate text-muted text-xs">{note}</span>}
      </figcaption>
      <Legend series={series} references={references} at={at} />
      <div ref={frame} className="h-[220px] overflow-hidden">
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={describe(title, series)}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the read-out
          tabIndex={0}
          className="block touch-pan-y rounded"
          onPointerMove={onPointerMove}
          onPointerLeave={() => onCursor(undefined)}
          onKeyDown={onKeyDown}
          onBlur={() => onCursor(undefined)}
        >
          <ChartAxes domain={domain} x={x} y={y} width={width} height={height} />
          {at !== undefined && (
            <line
              x1={x(at)}
              x2={x(at)}
              y1={margin.top}
              y2={height - margin.bottom}
              className="stroke-muted/60"
            />
          )}
          <ChartLines series={series} references={references} at={at} x={x} y={y} ends={ends} />
        </svg>
      </div>
    </figure>
  );
}

function neighbour(series: readonly Series[], at: number | undefined, direction: number) {
  const all = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].sort(
    (a, b) => a - b,
  );
  if (at === undefined) return direction > 0 ? all[0] : all.at(-1);
  return all[Math.min(all.length - 1, Math.max(0, all.indexOf(at) + direction))];
}

function describe(title: string, series: readonly Series[]): string {
  const lines = series.flatMap(({ name, points, faint }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last || faint) return [];
    return `${name} from ${formatNumber(first.y)} to ${formatNumber(last.y)} at step ${last.x}`;
  });
  return `${title}: ${lines.join("; ") || "no values yet"}`;
}
