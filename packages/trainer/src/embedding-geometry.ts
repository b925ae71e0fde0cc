import { permutation, stream } from "./random.js";
import { dot, type Rows } from "./retrieval.js";

/** `@cliptune/losses` has these as tensors with gradients; here they are plain sums in double precision. */

/** Mean squared distance of paired unit rows: `2 − 2 cos`. */
export function pairAlignment(x: Rows, y: Rows): number {
  let sum = 0;
  for (let i = 0; i < x.n; i++) sum += 2 - 2 * dot(x, i, y, i);
  return sum / x.n;
}

/**
 * `log mean_{i<j} exp(−2 ‖x_i − x_j‖²)` of at most 2,048 rows: a seeded sample, so that curves do not
 * shift with the set's size. One row has no pairs and gives 0.
 */
export function rowUniformity(x: Rows, most = 2048): number {
  const rows = permutation(x.n, stream("uniformity", x.n)).subarray(0, most);
  let sum = 0;
  for (let i = 1; i < rows.length; i++) {
    for (let j = 0; j < i; j++) sum += Math.exp(4 * dot(x, rows[i]!, x, rows[j]!) - 4);
  }
  const pairs = (rows.length * (rows.length - 1)) / 2;
  return pairs === 0 ? 0 : Math.log(sum / pairs);
}

/** `‖mean(x) − mean(y)‖`. */
export function meanGap(x: Rows, y: Rows): number {
  let square = 0;
  for (let d = 0; d < x.width; d++) square += (columnMean(x, d) - columnMean(y, d)) ** 2;
  return Math.sqrt(square);
}

function columnMean({ data, n, width }: Rows, column: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += data[i * width + column]!;
  return sum / n;
}
