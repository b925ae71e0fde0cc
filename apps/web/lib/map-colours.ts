import type { MapField } from "./map";
import { formatNumber } from "./scale";

/** Colours of values, in the order in which they are given out, and what is left. */
export const groupTones = ["accent", "warm", "green", "rose", "violet", "teal"] as const;
/** From little to much. */
export const rampTones = ["ramp-1", "ramp-2", "ramp-3", "ramp-4", "ramp-5"] as const;
export type MapTone = (typeof groupTones)[number] | (typeof rampTones)[number] | "muted";

export interface ColourGroup {
  readonly label: string;
  readonly tone: MapTone;
  readonly count: number;
  /** Holds what has no colour of its own, or no value. */
  readonly rest?: "other" | "none";
}

export interface Colouring {
  readonly groups: readonly ColourGroup[];
  /** A group for each picture. */
  readonly groupOf: Uint8Array;
}

/** The commonest six values, or five equally large ranges of numbers and dates; then the rest. */
export function colourBy({ kind, values }: MapField): Colouring {
  return kind === "number" || kind === "date" ? byRange(values) : byValue(values);
}

type Values = MapField["values"];

function byValue(values: Values): Colouring {
  const counts = new Map<string, number>();
  for (const value of values) {
    if (value !== null) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  }
  const common = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const named = common.slice(0, groupTones.length);
  const places = new Map(named.map(([value], i) => [value, i]));
  const groups = named.map(([label], i) => ({ label, tone: groupTones[i]! }));
  return assigned(values, groups, (value) => places.get(String(value)));
}

function byRange(values: Values): Colouring {
  const sorted = values
    .filter((value) => value !== null)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const cuts = rampTones.map((_, i) => sorted[Math.floor((i * sorted.length) / rampTones.length)]!);
  const starts = cuts.filter((cut, i) => sorted.length > 0 && (i === 0 || cut > cuts[i - 1]!));
  const write = (value: Values[number] | undefined) =>
    typeof value === "number" ? formatNumber(value) : String(value).slice(0, 10);
  const groups = starts.map((start, i) => {
    const end = sorted.findLast((value) => i === starts.length - 1 || value < starts[i + 1]!);
    const [from, to] = [write(start), write(end)];
    return { label: from === to ? from : `${from} – ${to}`, tone: rampTones[i]! };
  });
  return assigned(values, groups, (value) => starts.findLastIndex((start) => value >= start));
}

function assigned(
  values: Values,
  named: readonly Pick<ColourGroup, "label" | "tone">[],
  place: (value: NonNullable<Values[number]>) => number | undefined,
): Colouring {
  const [other, none] = [named.length, named.length + 1];
  const groupOf = Uint8Array.from(values, (value) =>
    value === null ? none : (place(value) ?? other),
  );
  const counts = new Array<number>(named.length + 2).fill(0);
  for (const group of groupOf) counts[group]! += 1;
  const groups: ColourGroup[] = named.map((group, i) => ({ ...group, count: counts[i]! }));
  groups.push({ label: "", tone: "muted", count: counts[other]!, rest: "other" });
  groups.push({ label: "", tone: "muted", count: counts[none]!, rest: "none" });
  return { groups, groupOf };
}
