export type Extent = readonly [least: number, most: number];

/** Maps `domain` linearly to `range`; a domain of one point maps to the middle. */
export function linearScale(domain: Extent, range: Extent): (value: number) => number {
  const width = domain[1] - domain[0];
  const slope = (range[1] - range[0]) / width;
  if (width === 0) return () => (range[0] + range[1]) / 2;
  return (value) => range[0] + (value - domain[0]) * slope;
}

/** The smallest of 1, 2, 5 times a power of ten that cuts `width` into at most about `count` parts. */
export function niceStep(width: number, count: number): number {
  const rough = width / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => rough <= candidate * power * (1 + 1e-9)) ?? 10;
  return factor * power;
}

/** Round numbers within the domain, about `count` of them. */
export function niceTicks([least, most]: Extent, count: number): number[] {
  return most > least ? multiples([least, most], niceStep(most - least, count)) : [least];
}

export interface Axis {
  readonly domain: Extent;
  readonly ticks: readonly number[];
}

/** An axis that begins and ends on a round number, so that lines do not touch the frame. */
export function niceAxis([least, most]: Extent, count: number): Axis {
  if (!(most > least)) {
    const margin = Math.abs(least) * 0.1 || 0.5;
    return niceAxis([least - margin, most + margin], count);
  }
  const step = niceStep(most - least, count);
  const domain: Extent = [
    round(Math.floor(least / step + 1e-9) * step, step),
    round(Math.ceil(most / step - 1e-9) * step, step),
  ];
  return { domain, ticks: multiples(domain, step) };
}

function multiples([least, most]: Extent, step: number): number[] {
  const first = Math.ceil(least / step - 1e-9);
  const last = Math.floor(most / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => round((first + i) * step, step));
}

/** Least and most of the finite numbers, if there are any. */
export function extentOf(values: Iterable<number>): Extent | undefined {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least <= most ? [least, most] : undefined;
}

/** Without the error of binary fractions: 0.30000000000000004 becomes 0.3. */
function round(value: number, step: number): number {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)) + 1);
  return digits > 100 ? value : Number(value.toFixed(Math.min(20, digits)));
}

/** A number in three digits or so: 1,200, 0.25, 2e-5. */
export function formatNumber(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 0.0001)
    return value.toExponential(1).replace(".0e", "e").replace("-", "−").replace("e-", "e−");
  if (size < 1) return minus(String(Number(value.toPrecision(3))));
  if (size < 100) return minus(String(Number(value.toFixed(2))));
  return minus(Math.round(value).toLocaleString("en"));
}

function minus(text: string): string {
  return text.replace(/^-/, "−");
}
