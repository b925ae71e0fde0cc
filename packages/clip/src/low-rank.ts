import type { NdArray } from "@cliptune/engine";
import { Matrix, QrDecomposition, SingularValueDecomposition } from "ml-matrix";

/** `scale · B A` with B `[out, r]` and A `[r, in]`: a matrix that is never written out. */
export interface LowRank {
  readonly a: NdArray;
  readonly b: NdArray;
  readonly scale: number;
}

/** U `[out, r]`, singular values from the largest `[r]`, V `[in, r]`. */
export interface ThinSvd {
  readonly u: Matrix;
  readonly values: readonly number[];
  readonly v: Matrix;
}

/**
 * Singular value decomposition of a sum of low-rank matrices, exact up to rounding, at the cost of their
 * ranks: with stacked factors B = Q₁R₁ and Aᵀ = Q₂R₂, the sum is Q₁ (R₁ R₂ᵀ) Q₂ᵀ, and only the small
 * matrix in the middle is decomposed.
 *
 * @param terms of one shape `[out, in]`
 */
export function lowRankSvd(terms: readonly LowRank[]): ThinSvd {
  const left = stacked(terms.map(({ b, scale }) => matrix(b).mul(scale)));
  const right = stacked(terms.map(({ a }) => matrix(a).transpose()));
  const [q1, r1] = thinQr(left);
  const [q2, r2] = thinQr(right);
  const core = new SingularValueDecomposition(r1.mmul(r2.transpose()), { autoTranspose: true });
  return {
    u: q1.mmul(core.leftSingularVectors),
    values: core.diagonal,
    v: q2.mmul(core.rightSingularVectors),
  };
}

/** `[rows, columns]` in double precision. */
export function matrix({ shape, data }: NdArray): Matrix {
  const [rows = 0, columns = 0] = shape;
  return Matrix.from1DArray(rows, columns, data as ArrayLike<number> as number[]);
}

export function toArray(from: Matrix): NdArray {
  return {
    dtype: "float32",
    shape: [from.rows, from.columns],
    data: Float32Array.from(from.to1DArray()),
  };
}

/** Side by side. */
function stacked(parts: readonly Matrix[]): Matrix {
  const rows = parts[0]?.rows ?? 0;
  const result = new Matrix(
    rows,
    parts.reduce((sum, part) => sum + part.columns, 0),
  );
  let column = 0;
  for (const part of parts) {
    result.setSubMatrix(part, 0, column);
    column += part.columns;
  }
  return result;
}

/** Q with orthonormal columns and R; a matrix that is wider than high is its own R, behind an identity. */
function thinQr(of: Matrix): readonly [q: Matrix, r: Matrix] {
  if (of.columns >= of.rows) return [Matrix.eye(of.rows), of];
  const qr = new QrDecomposition(of);
  return [qr.orthogonalMatrix, qr.upperTriangularMatrix];
}
