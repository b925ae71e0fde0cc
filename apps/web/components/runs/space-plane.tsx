"use client";

import { type PointerEvent, useRef, useState } from "react";
import { ChartAxes } from "@/components/chart/chart-axes";
import { DownloadMenu } from "@/components/chart/download-menu";
import { linePath } from "@/components/chart/line-path";
import { fillOf, strokeOf } from "@/components/chart/series";
import { useWidth } from "@/components/chart/use-width";
import { useWords } from "@/components/words";
import type { RunReply } from "@/lib/run";
import { extentOf, formatNumber, linearScale, niceAxis } from "@/lib/scale";
import { fill, type Words } from "@/lib/words/words";
import { PlaneLegend } from "./plane-legend";
import { type PlanePath, type PlanePoint, planePaths, type Tower } from "./plane-paths";

interface SpacePlaneProps {
  readonly title: string;
  readonly runs: readonly RunReply[];
  readonly set: string | undefined;
  readonly tower: Tower;
  /** The least uniformity that points on the sphere can have, where D is known. */
  readonly floor: number | undefined;
  readonly dimension: number | undefined;
}

const height = 320;
const margin = { top: 12, right: 16, bottom: 40, left: 52 };
const bottom = height - margin.bottom;

/**
 * Checkpoints as points of alignment over uniformity, from the untuned base (hollow) to the last
 * (large): training should lead down and to the left.
 *
 * @see Wang and Isola 2020, https://arxiv.org/abs/2005.10242, figure 5
 */
export function SpacePlane({ title, runs, set, tower, floor, dimension }: SpacePlaneProps) {
  const { words } = useWords();
  const [frame, width] = useWidth<HTMLDivElement>(480);
  const plot = useRef<SVGSVGElement>(null);
  const [found, setFound] = useState<{ path: PlanePath; point: PlanePoint }>();
  const paths = planePaths(runs, { set, tower, words });
  const all = paths.flatMap(({ points }) => points);
  const xs = [...all.map(({ uniformity }) => uniformity), ...(floor === undefined ? [] : [floor])];
  const xDomain = niceAxis(extentOf(xs) ?? [-4, 0], Math.max(2, width / 110));
  const yDomain = niceAxis(extentOf([...all.map(({ alignment }) => alignment), 0]) ?? [0, 2], 5);
  const ends = [margin.left, width - margin.right] as const;
  const x = linearScale(xDomain.domain, ends);
  const y = linearScale(yDomain.domain, [bottom, margin.top]);

  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const near = paths.flatMap((path) =>
      path.points.map((point) => {
        const distance = Math.hypot(x(point.uniformity) - px, y(point.alignment) - py);
        return { path, point, distance };
      }),
    );
    setFound(near.sort((a, b) => a.distance - b.distance).find(({ distance }) => distance < 40));
  };
  const rows = () => [
    ["series", "step", "uniformity", "alignment"],
    ...paths.flatMap(({ name, points }) =>
      points.map(({ step, uniformity, alignment }) => [name, step, uniformity, alignment]),
    ),
  ];
  const legend = paths.map((path) => ({ ...path, points: [] }));
  return (
    <figure className="min-w-0 rounded-2xl border border-line bg-surface p-4 sm:p-5">
      <figcaption className="flex items-baseline gap-4">
        <h3 className="font-medium">{title}</h3>
        <DownloadMenu {...{ title, plot, legend, rows }} />
      </figcaption>
      <PlaneLegend paths={paths} found={found} />
      <div ref={frame} className="h-[320px] overflow-hidden">
        <svg
          ref={plot}
          width={width}
          height={height}
          role="img"
          aria-label={describe(title, paths, { floor, dimension, words })}
          className="block"
          onPointerMove={onPointerMove}
          onPointerLeave={() => setFound(undefined)}
        >
          <ChartAxes
            xTicks={xDomain.ticks}
            yTicks={yDomain.ticks}
            mark={formatNumber}
            {...{ x, y, ends, bottom }}
          />
          <text x={ends[1]} y={height - 4} textAnchor="end" className="fill-muted text-[0.6875rem]">
            {words.curves.planeAxis}
          </text>
          {floor !== undefined && (
            <g>
              <line
                x1={x(floor)}
                x2={x(floor)}
                y1={margin.top}
                y2={bottom}
                className="stroke-muted"
                strokeDasharray="5 4"
              />
              <text x={x(floor) + 6} y={margin.top + 10} className="fill-muted text-[0.6875rem]">
                {fill(words.curves.floor, {
                  floor: formatNumber(floor),
                  dimension: dimension ?? "",
                })}
              </text>
            </g>
          )}
          {paths.map((path) => (
            <Way key={path.name} {...{ path, x, y }} found={found?.point} />
          ))}
        </svg>
      </div>
    </figure>
  );
}

interface WayProps {
  readonly path: PlanePath;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly found: PlanePoint | undefined;
}

function Way({ path: { name, tone, dotted, points }, x, y, found }: WayProps) {
  const line = points.map(({ uniformity, alignment }) => ({ x: uniformity, y: alignment }));
  return (
    <g data-line={name} className={strokeOf[tone]}>
      <path
        d={linePath(line, x, y)}
        fill="none"
        strokeWidth="1.4"
        strokeOpacity="0.55"
        {...(dotted ? { strokeDasharray: "1.5 3" } : {})}
      />
      {points.map((point, i) => (
        <circle
          key={point.step}
          cx={x(point.uniformity)}
          cy={y(point.alignment)}
          r={point === found || i === points.length - 1 ? 5 : 3}
          className={point.step === 0 ? "fill-surface" : fillOf[tone]}
          strokeWidth="1.6"
        />
      ))}
    </g>
  );
}

interface Described {
  readonly floor: number | undefined;
  readonly dimension: number | undefined;
  readonly words: Words;
}

function describe(
  title: string,
  paths: readonly PlanePath[],
  { floor, dimension, words: { curves } }: Described,
): string {
  const at = ({ uniformity, alignment }: PlanePoint) =>
    `(${formatNumber(uniformity)}, ${formatNumber(alignment)})`;
  const ways = paths.map(({ name, points }) => {
    const [first, last] = [points[0]!, points.at(-1)!];
    const step = fill(curves.atStep, { step: last.step });
    return fill(curves.way, { name, first: at(first), last: at(last), at: step });
  });
  const line =
    floor === undefined
      ? []
      : [fill(curves.floor, { floor: formatNumber(floor), dimension: dimension ?? "" })];
  return `${title}: ${[...ways, ...line].join("; ") || curves.nothing}`;
}
