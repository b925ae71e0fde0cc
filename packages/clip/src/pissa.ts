import type { Arrays, NdArray } from "@cliptune/engine";
import {
  EigenvalueDecomposition,
  Matrix,
  QrDecomposition,
  SingularValueDecomposition,
} from "ml-matrix";
import type { Adapter } from "./adapter.js";
import type { ClipConfig } from "./config.js";
import type { LoraConfig } from "./lora-config.js";
import { loraSites } from "./lora-sites.js";
import { matrix, type ThinSvd, toArray } from "./low-rank.js";
import { normal, type Random, seededRandom } from "./random.js";

/**
 * PiSSA's start: A and B hold the weight's own largest singular directions,
 * `A = √(S_r / s) V_rᵀ`, `B = U_r √(S_r / s)`, and training changes those. Found by a randomised
 * decomposition with power iterations, a pure function of the seed.
 *
 * @param exact the decomposition itself, whatever the seed: seconds for each layer of a large model
 * @returns `<module path>.lora_A.weight` [r, in] and `.lora_B.weight` [out, r]
 * @see https://arxiv.org/abs/2404.02948; Halko et al., https://arxiv.org/abs/0909.4061
 */
export function pissaStart(
  { config, weights }: { readonly config: ClipConfig; readonly weights: Arrays },
  lora: LoraConfig,
  seed: number,
  exact = false,
): Arrays {
  const arrays: Record<string, NdArray> = {};
  for (const [path, { rank, scale }] of Object.entries(loraSites(config, lora))) {
    const random = normal(seededRandom(seed, "pissa", path));
    const own = matrix(weights[`${path}.weight`]!);
    const { u, values, v } = exact ? exactSingular(own, rank) : largestSingular(own, rank, random);
    const factor = (of: Matrix): Matrix => {
      for (let r = 0; r < rank; r++) of.mulColumn(r, Math.sqrt(values[r]! / scale));
      return of;
    };
    arrays[`${path}.lora_A.weight`] = toArray(factor(v).transpose());
    arrays[`${path}.lora_B.weight`] = toArray(factor(u));
  }
  return arrays;
}

/** Passes over the weight; PEFT's `pissa_niter_[n]` takes 4 to 16. */
const iterations = 8;
const oversampling = 8;

/** U `[out, r]`, the r largest singular values, V `[in, r]`. */
function largestSingular(weight: Matrix, rank: number, random: Random): ThinSvd {
  const width = Math.min(rank + oversampling, weight.rows, weight.columns);
  const transposed = weight.transpose();
  const orthogonal = (of: Matrix): Matrix => new QrDecomposition(of).orthogonalMatrix;
  const draws = Array.from({ length: weight.columns * width }, random);
  let range = orthogonal(weight.mmul(Matrix.from1DArray(weight.columns, width, draws)));
  for (let i = 0; i < iterations; i++) {
    range = orthogonal(weight.mmul(orthogonal(transposed.mmul(range))));
  }
  const svd = new SingularValueDecomposition(range.transpose().mmul(weight), {
    autoTranspose: true,
  });
  const first = (of: Matrix): Matrix => of.subMatrix(0, of.rows - 1, 0, rank - 1);
  return {
    u: range.mmul(first(svd.leftSingularVectors)),
    values: svd.diagonal,
    v: first(svd.rightSingularVectors),
  };
}

/**
 * The same to the last digits, from the eigenvectors of the smaller of W Wᵀ and Wᵀ W. Squaring harms only
 * singular values that are small beside the largest, which are not asked for.
 */
function exactSingular(weight: Matrix, rank: number): ThinSvd {
  const wide = weight.columns > weight.rows;
  const high = wide ? weight.transpose() : weight;
  const eigen = new EigenvalueDecomposition(high.transpose().mmul(high), { assumeSymmetric: true });
  const order = eigen.realEigenvalues.map((_, i) => i).reverse(); // they ascend
  const v = eigen.eigenvectorMatrix.subMatrixColumn(order.slice(0, rank));
  const u = high.mmul(v); // its columns are as long as the singular values
  const values = Array.from({ length: rank }, (_, r) => u.getColumnVector(r).norm());
  for (const [r, value] of values.entries()) u.mulColumn(r, value > 0 ? 1 / value : 0);
  return wide ? { u: v, values, v: u } : { u, values, v };
}

/**
 * A PiSSA-trained adapter as a plain one of twice the rank, for the base as it was:
 * `s (B A − B₀ A₀)`, as PEFT converts it when saving.
 *
 * @param start what training began at; see {@link pissaStart}
 */
export function pissaToLora({ config, weights, ...rest }: Adapter, start: Arrays): Adapter {
  const joined = Object.entries(weights).map(([key, array]): [string, NdArray] => {
    const first = start[key];
    return first
      ? [key, key.endsWith(".lora_A.weight") ? below(array, first) : beside(array, first)]
      : [key, array];
  });
  const twice = (by: Readonly<Record<string, number>> | undefined, factor: number) =>
    Object.fromEntries(Object.entries(by ?? {}).map(([key, value]) => [key, value * factor]));
  const alpha = config.useRslora ? Math.SQRT2 : 2;
  return {
    ...rest,
    config: {
      ...config,
      rank: config.rank * 2,
      alpha: config.alpha * alpha,
      rankPattern: twice(config.rankPattern, 2),
      alphaPattern: twice(config.alphaPattern, alpha),
    },
    weights: Object.fromEntries(joined),
  };
}

/** The trained half of {@link pissaToLora}'s weights. */
export function pissaFromLora(weights: Arrays, start: Arrays): Arrays {
  return Object.fromEntries(
    Object.entries(weights).map(([key, array]): [string, NdArray] => {
      const first = start[key];
      if (!first) return [key, array];
      const data = new Float32Array(first.data.length);
      const [rows, columns] = first.shape as [number, number];
      const stride = array.shape[1]!;
      for (let row = 0; row < rows; row++) {
        data.set(
          array.data.subarray(row * stride, row * stride + columns) as Float32Array,
          row * columns,
        );
      }
      return [key, { dtype: "float32", shape: first.shape, data }];
    }),
  );
}

/** `[A; A₀]` */
function below(a: NdArray, first: NdArray): NdArray {
  const [rank, width] = a.shape as [number, number];
  const data = new Float32Array(2 * rank * width);
  data.set(a.data as Float32Array);
  data.set(first.data as Float32Array, rank * width);
  return { dtype: "float32", shape: [2 * rank, width], data };
}

/** `[B, −B₀]` */
function beside(b: NdArray, first: NdArray): NdArray {
  const [rows, rank] = b.shape as [number, number];
  const data = new Float32Array(rows * 2 * rank);
  for (let row = 0; row < rows; row++) {
    for (let r = 0; r < rank; r++) {
      data[row * 2 * rank + r] = b.data[row * rank + r]!;
      data[row * 2 * rank + rank + r] = -first.data[row * rank + r]!;
    }
  }
  return { dtype: "float32", shape: [rows, 2 * rank], data };
}
