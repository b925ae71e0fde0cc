import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { dot, gatherRows, type InnerProducts, type Rows } from "./inner-products.js";
import { permutation, stream } from "./random.js";

/** `@cliptune/losses` has alignment and uniformity as tensors with gradients; here they are plain numbers. */

/** How the unit rows of one tower lie on the sphere. */
export interface TowerGeometry {
  /** `log mean_{i<j} exp(−2 ‖x_i − x_j‖²)` (Wang & Isola 2020, t = 2); one row has no pairs and gives 0. */
  readonly uniformity: number;
  /** Mean of `x_i · x_j`, i < j: near 1 when all lie in a narrow cone. */
  readonly cosine: number;
  /** exp of the entropy of the singular values' shares (Roy & Vetterli 2007): 1 to D. */
  readonly effectiveRank: number;
}

/** Rows that are measured: enough for the second digit, few enough for every evaluation. */
const sampled = 2048;

/**
 * Geometry of at most 2,048 rows: a seeded sample that depends on nothing but how many there are, so
 * that a curve's points are measured on the same pictures and don't shift with the set's size.
 */
export async function towerGeometry(x: Rows, products: InnerProducts): Promise<TowerGeometry> {
  const sample = gatherRows(x, permutation(x.n, stream("uniformity", x.n)).subarray(0, sampled));
  const { n } = sample;
  const cosines = await products(sample, sample); // [n, n]
  let [potential, cosine] = [0, 0];
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const c = cosines[i * n + j]!;
      potential += Math.exp(4 * c - 4);
      cosine += c;
    }
  }
  const pairs = Math.max(1, (n * (n - 1)) / 2);
  return {
    uniformity: n < 2 ? 0 : Math.log(potential / pairs),
    cosine: cosine / pairs,
    effectiveRank: await effectiveRank(sample, { cosines, products }),
  };
}

/** The singular values are the roots of the eigenvalues of `XᵀX` or of `XXᵀ`, whichever is smaller. */
async function effectiveRank(
  x: Rows,
  { cosines, products }: { readonly cosines: Float32Array; readonly products: InnerProducts },
): Promise<number> {
  const side = Math.min(x.n, x.width);
  const gram = x.n <= x.width ? cosines : await products(...twice(transposed(x)));
  const matrix = Matrix.from1DArray(side, side, Array.from(gram));
  const { realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const values = realEigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
  const sum = values.reduce((total, value) => total + value, 0);
  const entropy = values.reduce((total, value) => {
    const share = value / sum;
    return share > 0 ? total - share * Math.log(share) : total;
  }, 0);
  return Math.exp(entropy);
}

const twice = <T>(value: T): [T, T] => [value, value];

function transposed({ data, n, width }: Rows): Rows {
  const result = new Float32Array(data.length);
  for (let i = 0; i < n; i++) {
    for (let d = 0; d < width; d++) result[d * n + i] = data[i * width + d]!;
  }
  return { data: result, n: width, width: n };
}

/** Mean squared distance of paired unit rows: `2 − 2 cos`. */
export function pairAlignment(x: Rows, y: Rows): number {
  let sum = 0;
  for (let i = 0; i < x.n; i++) sum += 2 - 2 * dot(x, i, y, i);
  return sum / x.n;
}

/** `‖mean(x) − mean(y)‖`. */
export function meanGap(x: Rows, y: Rows): number {
  const [left, right] = [columnMeans(x), columnMeans(y)];
  return Math.hypot(...left.map((mean, d) => mean - right[d]!));
}

function columnMeans({ data, n, width }: Rows): number[] {
  const sums = new Float64Array(width);
  for (let i = 0; i < n; i++) {
    for (let d = 0; d < width; d++) sums[d]! += data[i * width + d]!;
  }
  return Array.from(sums, (sum) => sum / n);
}
