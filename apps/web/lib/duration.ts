import type { Extent } from "./scale";

const steps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

/** Seconds as a person says them: 40 s, 3 min 5 s, 2 h 4 min. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return joined(`${minutes} min`, whole % 60, "s");
  return joined(`${Math.floor(minutes / 60).toLocaleString("en")} h`, minutes % 60, "min");
}

function joined(head: string, rest: number, unit: string): string {
  return rest === 0 ? head : `${head} ${rest} ${unit}`;
}

/** Round times within an extent of seconds, about `count` of them. */
export function timeTicks([least, most]: Extent, count: number): number[] {
  const rough = (most - least) / Math.max(1, count);
  const step = steps.find((candidate) => candidate >= rough) ?? Math.ceil(rough / 86_400) * 86_400;
  const first = Math.ceil(least / step);
  const last = Math.floor(most / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}
