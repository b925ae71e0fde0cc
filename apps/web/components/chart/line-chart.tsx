"use client";

import { useId, useRef } from "react";
import { useWords } from "@/components/words";
import { type Extent, formatNumber, linearScale } from "@/lib/scale";
import { fill, type Words } from "@/lib/words/words";
import { ChartAxes } from "./chart-axes";
import { chartDomain, placeOf } from "./chart-domain";
import { ChartLines } from "./chart-lines";
import { DownloadMenu } from "./download-menu";
import { Legend } from "./legend";
import { nearestX, type Reference, type Series } from "./series";
import { seriesRows } from "./series-rows";
import { plotKeys, usePlotPointer } from "./use-plot-pointer";
import { useWidth } from "./use-width";
import type { XAxis } from "./x-axis";

/** What all charts of a page share. */
export interface ChartView {
  readonly xAxis: XAxis;
  /** The x that is read out. */
  readonly cursor: number | undefined;
  readonly onCursor: (x: number | undefined) => void;
  readonly zoom?: Extent | undefined;
  readonly onZoom?: (extent: Extent | undefined) => void;
  readonly log?: boolean;
}

interface LineChartProps extends ChartView {
  readonly title: string;
  readonly note?: string;
  readonly series: readonly Series[];
  /** Dashed horizontal lines. */
  readonly references?: readonly Reference[];
  readonly include?: readonly number[];
}

const height = 220;
const margin = { top: 8, right: 12, bottom: 22, left: 52 };
const bottom = height - margin.bottom;

/** Lines with a read-out in the legend; drawn without style attributes. */
export function LineChart(props: LineChartProps) {
  const { title, note, series, references = [], cursor, onCursor, include = [] } = props;
  const { words } = useWords();
  const { xAxis, zoom, onZoom = () => undefined, log = false } = props;
  const [frame, width] = useWidth<HTMLDivElement>(480);
  const plot = useRef<SVGSVGElement>(null);
  const clip = useId();
  const parts = { series, references, xAxis, include, log };
  const domain = chartDomain({ ...parts, zoom });
  const ends = [margin.left, width - margin.right] as const;
  const { x, y } = placeOf(domain, [ends, [bottom, margin.top]]);
  const shown = series.map((one) => ({
    ...one,
    points: one.points.filter((point) => !zoom || (point.x >= zoom[0] && point.x <= zoom[1])),
  }));
  const at = cursor === undefined ? undefined : nearestX(shown, x(cursor), x);
  const { drag, handlers } = usePlotPointer({
    ends,
    invert: linearScale(ends, domain.x),
    onHover: (px) => onCursor(px === undefined ? undefined : nearestX(shown, px, x)),
    onZoom: domain.xLog ? () => undefined : onZoom,
  });
  const onKeyDown = plotKeys({
    shown: domain.x,
    whole: chartDomain({ ...parts, zoom: undefined }).x,
    at,
    onStep: (direction) => onCursor(neighbour(shown, at, direction)),
    onZoom,
  });
  const rows = () => seriesRows(series, xAxis.name);

  return (
    <figure className="min-w-0 rounded-2xl border border-line bg-surface p-4 sm:p-5">
      <figcaption className="flex items-baseline gap-4">
        <h3 className="font-medium">{title}</h3>
        {note && <span className="min-w-0 truncate text-muted text-xs">{note}</span>}
        <DownloadMenu title={title} plot={plot} legend={series} rows={rows} />
      </figcaption>
      <Legend series={shown} references={references} at={at} read={xAxis.read} />
      <div ref={frame} className="h-[220px] overflow-hidden">
        <svg
          ref={plot}
          width={width}
          height={height}
          role="img"
          aria-label={describe(title, { series, xAxis, words })}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move the read-out and zoom
          tabIndex={0}
          className="block cursor-crosshair touch-pan-y select-none rounded"
          {...handlers}
          onKeyDown={onKeyDown}
          onBlur={() => onCursor(undefined)}
        >
          <clipPath id={clip}>
            <rect x={ends[0]} y={0} width={Math.max(0, ends[1] - ends[0])} height={bottom + 1} />
          </clipPath>
          <ChartAxes
            xTicks={xAxis.ticks(domain.x, Math.max(2, width / 90))}
            yTicks={domain.y.ticks}
            mark={xAxis.mark}
            {...{ x, y, ends, bottom }}
          />
          {at !== undefined && (
            <line x1={x(at)} x2={x(at)} y1={margin.top} y2={bottom} className="stroke-muted/60" />
          )}
          <g clipPath={zoom ? `url(#${clip})` : undefined}>
            <ChartLines {...{ series, references, at, x, y, ends }} />
          </g>
          {drag && (
            <rect
              x={drag[0]}
              y={margin.top}
              width={drag[1] - drag[0]}
              height={bottom - margin.top}
              className="fill-accent/15"
            />
          )}
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

interface Described {
  readonly series: readonly Series[];
  readonly xAxis: XAxis;
  readonly words: Words;
}

function describe(title: string, { series, xAxis, words: { curves } }: Described): string {
  const lines = series.flatMap(({ name, points, faint }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last || faint) return [];
    const ends = { first: formatNumber(first.y), last: formatNumber(last.y) };
    return fill(curves.way, { name, ...ends, at: xAxis.at(last.x) });
  });
  return `${title}: ${lines.join("; ") || curves.nothing}`;
}
