import { formatSeconds, timeTicks } from "@/lib/duration";
import { type Extent, formatNumber, niceTicks } from "@/lib/scale";
import { fill, type Words } from "@/lib/words/words";

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
  /** In the read-out. */
  read(value: number): string;
  /** In descriptions: where a line ends. */
  at(value: number): string;
}

/** The words of charts, and the language that they are in. */
export interface ChartWords {
  readonly words: Pick<Words, "curves">;
  readonly language: string;
}

export const stepsAxis = ({ words, language }: ChartWords): XAxis => ({
  name: "step",
  fromZero: true,
  log: false,
  ticks: (extent, count) => niceTicks(extent, count).filter(Number.isInteger),
  mark: (value) => value.toLocaleString(language),
  read: (value) => fill(words.curves.step, { step: value.toLocaleString(language) }),
  at: (value) => fill(words.curves.atStep, { step: value.toLocaleString(language) }),
});

export const timeAxis = ({ words }: ChartWords): XAxis => ({
  name: "seconds",
  fromZero: true,
  log: false,
  ticks: timeTicks,
  mark: formatSeconds,
  read: (value) => fill(words.curves.after, { time: formatSeconds(value) }),
  at: (value) => fill(words.curves.after, { time: formatSeconds(value) }),
});

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
    at: (value) => `${name} ${formatNumber(value)}`,
  };
}
