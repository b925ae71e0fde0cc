import { logAxis, logScale } from "@/lib/log-scale";
import { type Axis, type Extent, extentOf, linearScale, niceAxis } from "@/lib/scale";
import type { Reference, Series } from "./series";
import type { XAxis } from "./x-axis";

export interface ChartDomain {
  readonly x: Extent;
  readonly xLog: boolean;
  readonly y: Axis;
  readonly yLog: boolean;
}

interface DomainParts {
  readonly series: readonly Series[];
  readonly references: readonly Reference[];
  readonly xAxis: XAxis;
  /** Values that the y axis must hold. */
  readonly include: readonly number[];
  readonly zoom: Extent | undefined;
  /** Logarithmic values are wished; they are drawn so where all are above 0. */
  readonly log: boolean;
}

/** x as zoomed or over all points, y as wide as what is seen of the lines needs, in round numbers. */
export function chartDomain(parts: DomainParts): ChartDomain {
  const { series, references, xAxis, include, zoom, log } = parts;
  const x = zoom ?? wholeX(series, xAxis);
  const seen = series.flatMap(({ points }) => pointsWithin(points, x).map(({ y }) => y));
  const values = [...seen, ...references.map(({ value }) => value)];
  const extent = extentOf(log ? values : [...values, ...include]) ?? [0, 1];
  const yLog = log && extent[0] > 0;
  const y = yLog ? logAxis(extent) : niceAxis(extentOf([...values, ...include]) ?? [0, 1], 5);
  return { x, xLog: xAxis.log && x[0] > 0, y, yLog };
}

function wholeX(series: readonly Series[], { fromZero, log }: XAxis): Extent {
  const extent = extentOf(series.flatMap(({ points }) => points.map(({ x }) => x))) ?? [0, 1];
  if (fromZero) return [0, Math.max(1, extent[1])];
  if (extent[0] < extent[1]) return extent;
  return log ? [extent[0] / 2, extent[0] * 2] : [extent[0] - 0.5, extent[0] + 0.5];
}

/** Those within the extent and their neighbours on either side, so that lines reach the frame. */
function pointsWithin(points: Series["points"], [from, to]: Extent): Series["points"] {
  const first = points.findIndex(({ x }) => x >= from);
  if (first < 0) return points.slice(-1);
  const last = points.findLastIndex(({ x }) => x <= to);
  return points.slice(Math.max(0, first - 1), Math.max(first, last) + 2);
}

/** Where values lie on the screen, in pixels. */
export interface Place {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export function placeOf(domain: ChartDomain, [xRange, yRange]: readonly [Extent, Extent]): Place {
  const x = domain.xLog ? logScale(domain.x, xRange) : linearScale(domain.x, xRange);
  const { y: axis, yLog } = domain;
  const y = yLog ? logScale(axis.domain, yRange) : linearScale(axis.domain, yRange);
  return { x, y };
}
