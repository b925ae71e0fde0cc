import type { Stream } from "./random.js";

/** Row-major 3 × 4: `out = M[:, :3] · rgb + M[:, 3]`, on values from 0 to 255. */
export type ColorMatrix = readonly number[];

/** ITU-R 601 luma. */
const luma = [0.299, 0.587, 0.114] as const;

export const identityColors: ColorMatrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

export interface JitterOptions {
  /** SimCLR's strength s. */
  readonly jitter: number;
  readonly jitterProbability: number;
  /** Probability of a gray picture, after the jitter. */
  readonly grayscale: number;
}

/**
 * SimCLR's colour jitter as one matrix: brightness, contrast, saturation (factors within 1 ± 0.8 s) and
 * hue (a YIQ rotation within ± 0.2 s turns) in random order, then gray. All are linear in RGB; contrast
 * turns about the picture's mean gray, for which the mean colour stands.
 *
 * @param mean the picture's mean R, G, B, 0 to 255
 * @see https://github.com/google-research/simclr, data_util.py
 */
export function drawColors(
  random: Stream,
  mean: readonly number[],
  { jitter, jitterProbability, grayscale }: JitterOptions,
): ColorMatrix {
  const around = (spread: number): number => 1 + (2 * random() - 1) * Math.min(1, spread);
  const jitters = random() < jitterProbability && jitter > 0;
  const brightness = around(0.8 * jitter);
  const contrast = around(0.8 * jitter);
  const saturation = around(0.8 * jitter);
  const turn = (2 * random() - 1) * 0.2 * jitter;
  const steps: ((m: ColorMatrix) => ColorMatrix)[] = [
    (m) => compose(scale(brightness), m),
    (m) => compose(blend(contrast, grayOf(m, mean)), m),
    (m) => compose(saturate(saturation), m),
    (m) => compose(rotateHue(turn), m),
  ];
  const order = steps.map((step) => ({ step, key: random() })).sort((a, b) => a.key - b.key);
  const turnsGray = random() < grayscale;
  const start = jitters ? order.reduce((m, { step }) => step(m), identityColors) : identityColors;
  return turnsGray ? compose(saturate(0), start) : start;
}

// Written out, without arrays of arrays: all this runs for every picture of every batch.

/** `left` after `right`. */
function compose(left: ColorMatrix, right: ColorMatrix): ColorMatrix {
  const product = new Array<number>(12);
  for (let row = 0; row < 12; row += 4) {
    const [x, y, z] = [left[row]!, left[row + 1]!, left[row + 2]!];
    for (let column = 0; column < 4; column++) {
      product[row + column] = x * right[column]! + y * right[4 + column]! + z * right[8 + column]!;
    }
    product[row + 3]! += left[row + 3]!;
  }
  return product;
}

/** The luma of `m` · rgb. */
function grayOf(m: ColorMatrix, rgb: readonly number[]): number {
  const [r, g, b] = [rgb[0]!, rgb[1]!, rgb[2]!];
  const of = (row: number): number => m[row]! * r + m[row + 1]! * g + m[row + 2]! * b + m[row + 3]!;
  return luma[0] * of(0) + luma[1] * of(4) + luma[2] * of(8);
}

const scale = (f: number): ColorMatrix => [f, 0, 0, 0, 0, f, 0, 0, 0, 0, f, 0];

function blend(f: number, level: number): ColorMatrix {
  const rest = (1 - f) * level;
  return [f, 0, 0, rest, 0, f, 0, rest, 0, 0, f, rest];
}

function saturate(f: number): ColorMatrix {
  const [r, g, b] = [(1 - f) * luma[0], (1 - f) * luma[1], (1 - f) * luma[2]];
  return [r + f, g, b, 0, r, g + f, b, 0, r, g, b + f, 0];
}

type Matrix3 = readonly (readonly number[])[];

const product = (a: Matrix3, b: Matrix3): Matrix3 =>
  a.map((row) => [0, 1, 2].map((c) => row.reduce((s, x, k) => s + x * b[k]![c]!, 0)));

const toYiq: Matrix3 = [luma, [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]];
const toRgb: Matrix3 = [
  [1, 0.9563, 0.621],
  [1, -0.2721, -0.6474],
  [1, -1.107, 1.7046],
];
/** RGB → YIQ, `chroma` of (Y, I, Q), and back, as 9 numbers. */
const throughYiq = (chroma: Matrix3): readonly number[] =>
  product(toRgb, product(chroma, toYiq)).flat();
const [still, along, across] = [
  [
    [1, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ],
  [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  [
    [0, 0, 0],
    [0, 0, -1],
    [0, 1, 0],
  ],
].map(throughYiq) as [readonly number[], readonly number[], readonly number[]];

/** Turns the chroma plane: RGB → YIQ, rotate (I, Q), and back; the sum of what keeps Y, and cos and sin times two more. */
function rotateHue(turns: number): ColorMatrix {
  const [cos, sin] = [Math.cos(2 * Math.PI * turns), Math.sin(2 * Math.PI * turns)];
  const m = (i: number): number => still[i]! + cos * along[i]! + sin * across[i]!;
  return [m(0), m(1), m(2), 0, m(3), m(4), m(5), 0, m(6), m(7), m(8), 0];
}
