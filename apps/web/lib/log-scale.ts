import { type Axis, type Extent, linearScale } from "./scale";

/** Maps `domain`, which lies above 0, to `range` by its logarithm. */
export function logScale(domain: Extent, range: Extent): (value: number) => number {
  const linear = linearScale([Math.log(domain[0]), Math.log(domain[1])], range);
  return (value) => linear(Math.log(value));
}

/**
 * A logarithmic axis around the extent, which lies above 0: whole decades with 1, 2 and 5 marked
 * where there are few of them, else the powers of ten.
 */
export function logAxis([least, most]: Extent): Axis {
  const marks = logMarks(least, most);
  const low = marks.findLast((mark) => mark <= least * (1 + 1e-9)) ?? least;
  const high = marks.find((mark) => mark >= most * (1 - 1e-9)) ?? most;
  const domain: Extent = low < high ? [low, high] : [low / 2, high * 2];
  return { domain, ticks: marks.filter((mark) => mark >= domain[0] && mark <= domain[1]) };
}

function logMarks(least: number, most: number): number[] {
  const first = Math.floor(Math.log10(least));
  const last = Math.ceil(Math.log10(most));
  const factors = last - first <= 3 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((last - first) / 8));
  const powers = Array.from(
    { length: Math.floor((last - first) / every) + 2 },
    (_, i) => first + i * every,
  );
  return powers.flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)));
}
