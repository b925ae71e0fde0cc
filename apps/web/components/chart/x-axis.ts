import { formatSeconds, timeTicks } from "@/lib/duration";
import { type Extent, formatNumber, niceTicks } from "@/lib/scale";

/** What runs from left to right in a chart. */
export interface XAxis {
  /** Column in a downloaded table. */
  readonly name: string;
  /** Whether the axis begins at 0 whatever the points are. */
  readonly fromZero: boolean;
  readonly log: boolean;
  ticks(extent: Extent, count: number): readonly number[];
  /** At a tick. */
  mark(value: number): string;
  /** In the read-out and in descriptions. */
  read(value: number): string;
}

export const stepsAxis: XAxis = {
  name: "step",
  fromZero: true,
  log: false,
  ticks: (extent, count) => niceTicks(extent, count).filter(Number.isInteger),
  mark: (value) => value.toLocaleString("en"),
  read: (value) => `step ${value.toLocaleString("en")}`,
};

export const timeAxis: XAxis = {
  name: "seconds",
  fromZero: true,
  log: false,
  ticks: timeTicks,
  mark: formatSeconds,
  read: (value) => `after ${formatSeconds(value)}`,
};

/** Any other quantity; `marks` are all that is marked, where they are given. */
export function numberAxis(
  name: string,
  { log = false, marks }: { log?: boolean; marks?: readonly number[] } = {},
): XAxis {
  return {
    name,
    fromZero: false,
    log,
    ticks: (extent, count) =>
      marks?.filter((mark) => mark >= extent[0] && mark <= extent[1]) ?? niceTicks(extent, count),
    mark: formatNumber,
    read: (value) => `${name} ${formatNumber(value)}`,
  };
}
