import type { Filter } from "./preprocessing.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The part of a resized picture that is wanted. */
export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0; // Keys, a = −0.5
}

const kernels: Readonly<Record<Filter, { support: number; weight(x: number): number }>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: cubic },
  lanczos: { support: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/** Weights of the source pixels under output pixel `at`; a filter widens when it shrinks, never when it enlarges. */
function taps(at: number, from: number, to: number, filter: Filter): Taps {
  const { support, weight } = kernels[filter];
  const step = from / to;
  const stretch = Math.max(1, step);
  const centre = (at + 0.5) * step;
  const first = Math.max(0, Math.trunc(centre - support * stretch + 0.5));
  const last = Math.min(from, Math.trunc(centre + support * stretch + 0.5));
  const weights = Float64Array.from({ length: last - first }, (_, i) =>
    weight((first + i - centre + 0.5) / stretch),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return { first, weights: weights.map((w) => w / sum) };
}

/** One line of pixels: where it starts and how far apart its bytes are. */
interface Line {
  readonly start: number;
  readonly stride: number;
}

function weigh(source: Uint8Array, { start, stride }: Line, { first, weights }: Taps): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++)
    sum += weights[i]! * source[start + (first + i) * stride]!;
  return Math.min(255, Math.max(0, Math.round(sum)));
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/**
 * Pillow's `Image.resize`: two passes, rounded to bytes in between. sharp shrinks like this too, but
 * enlarges with another filter, 3/255 away on average, so enlarging is done here.
 *
 * @param source `[height, width, 3]` of size `from`
 * @param to size of the whole resized picture
 * @returns `[window.height, window.width, 3]`, the wanted part of it
 */
export function resample(
  source: Uint8Array,
  sizes: { readonly from: Size; readonly to: Size },
  window: Window,
  filter: Filter,
): Uint8Array {
  const { from, to } = sizes;
  const across = range(window.width).map((x) =>
    taps(window.left + x, from.width, to.width, filter),
  );
  const down = range(window.height).map((y) =>
    taps(window.top + y, from.height, to.height, filter),
  );
  const row = window.width * 3;
  const narrow = new Uint8Array(from.height * row); // [from.height, window.width, 3]
  for (let y = 0; y < from.height; y++) {
    for (let i = 0; i < row; i++) {
      const line = { start: y * from.width * 3 + (i % 3), stride: 3 };
      narrow[y * row + i] = weigh(source, line, across[Math.floor(i / 3)]!);
    }
  }
  const result = new Uint8Array(window.height * row);
  for (let y = 0; y < window.height; y++) {
    for (let i = 0; i < row; i++) {
      result[y * row + i] = weigh(narrow, { start: i, stride: row }, down[y]!);
    }
  }
  return result;
}
