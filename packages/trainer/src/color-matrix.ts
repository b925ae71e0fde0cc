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
  const [brightness, contrast, saturation] = [0, 0, 0].map(() => around(0.8 * jitter)) as Triple;
  const turn = (2 * random() - 1) * 0.2 * jitter;
  const steps: ((m: ColorMatrix) => ColorMatrix)[] = [
    (m) => compose(scale(brightness), m),
    (m) => compose(blend(contrast, grayOf(apply(m, mean))), m),
    (m) => compose(saturate(saturation), m),
    (m) => compose(rotateHue(turn), m),
  ];
  const order = steps.map((step) => ({ step, key: random() })).sort((a, b) => a.key - b.key);
  const turnsGray = random() < grayscale;
  const start = jitters ? order.reduce((m, { step }) => step(m), identityColors) : identityColors;
  return turnsGray ? compose(saturate(0), start) : start;
}

type Triple = [number, number, number];

const at = (m: ColorMatrix, row: number, column: number): number => m[row * 4 + column]!;

/** `left` after `right`. */
function compose(left: ColorMatrix, right: ColorMatrix): ColorMatrix {
  // Plain loops: this runs several times for every picture of every batch.
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

const apply = (m: ColorMatrix, rgb: readonly number[]): number[] =>
  [0, 1, 2].map((row) => [0, 1, 2].reduce((s, k) => s + at(m, row, k) * rgb[k]!, at(m, row, 3)));

const grayOf = (rgb: readonly number[]): number =>
  luma.reduce((sum, weight, k) => sum + weight * rgb[k]!, 0);

const fromRows = (entry: (row: number, column: number) => number): ColorMatrix =>
  Array.from({ length: 12 }, (_, i) => entry(Math.floor(i / 4), i % 4));

const scale = (factor: number): ColorMatrix => fromRows((r, c) => (r === c ? factor : 0));

const blend = (factor: number, level: number): ColorMatrix =>
  fromRows((r, c) => (c === 3 ? (1 - factor) * level : r === c ? factor : 0));

const saturate = (factor: number): ColorMatrix =>
  fromRows((r, c) => (c === 3 ? 0 : (1 - factor) * luma[c]! + (r === c ? factor : 0)));

/** Turns the chroma plane: RGB → YIQ, rotate (I, Q), and back. */
function rotateHue(turns: number): ColorMatrix {
  const [cos, sin] = [Math.cos(2 * Math.PI * turns), Math.sin(2 * Math.PI * turns)];
  const toYiq = [luma, [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]];
  const toRgb = [
    [1, 0.9563, 0.621],
    [1, -0.2721, -0.6474],
    [1, -1.107, 1.7046],
  ];
  const turn = [
    [1, 0, 0],
    [0, cos, -sin],
    [0, sin, cos],
  ];
  const product = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
    a.map((row) => [0, 1, 2].map((c) => row.reduce((s, x, k) => s + x * b[k]![c]!, 0)));
  const m = product(toRgb, product(turn, toYiq));
  return fromRows((r, c) => (c === 3 ? 0 : m[r]![c]!));
}
