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

/** How one pass walks through memory, in bytes: `lines` rows, in each a run of cells of `width` bytes. */
interface Walk {
  readonly taps: readonly Taps[];
  readonly lines: number;
  readonly width: number;
  readonly sourceLine: number;
}

/** Every cell of the result is the weighted sum of the source cells under it, rounded to bytes. */
function pass(source: Uint8Array, { taps: cells, lines, width, sourceLine }: Walk): Uint8Array {
  const resultLine = cells.length * width;
  const result = new Uint8ClampedArray(lines * resultLine);
  for (let line = 0; line < lines; line++) {
    for (let cell = 0; cell < cells.length; cell++) {
      const { first, weights } = cells[cell]!;
      for (let c = 0; c < width; c++) {
        const start = line * sourceLine + first * width + c;
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i]! * source[start + i * width]!;
        result[line * resultLine + cell * width + c] = Math.floor(sum + 0.5);
      }
    }
  }
  return new Uint8Array(result.buffer);
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
  const rows = { taps: across, lines: from.height, width: 3, sourceLine: from.width * 3 };
  const narrow = pass(source, rows); // [from.height, window.width, 3]
  return pass(narrow, { taps: down, lines: 1, width: row, sourceLine: 0 });
}
