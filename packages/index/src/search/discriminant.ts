/** Share of the mean variance that is added to every direction's. */
const ridge = 0.1;
const steps = 100;

/**
 * Fisher's linear discriminant: the direction, of unit norm, along which two groups of vectors lie
 * apart as far as their spread allows. Solved by conjugate gradients, without a matrix.
 *
 * @param left rows `[D]`
 * @param right rows `[D]`; the direction points to the left ones
 */
export function discriminant(
  left: readonly Float32Array[],
  right: readonly Float32Array[],
): Float32Array {
  const groups = [left, right].map(centred);
  const [first, second] = groups;
  const wanted = first!.mean.map((value, i) => value - second!.mean[i]!);
  const added = (ridge * groups.reduce((sum, { variance }) => sum + variance, 0)) / wanted.length;
  /** (covariance of the left + of the right + ridge) x */
  const spread = (x: Float64Array): Float64Array => {
    const result = x.map((value) => added * value);
    for (const { rows } of groups) {
      for (const row of rows) {
        const along = dot(row, x) / Math.max(1, rows.length - 1);
        for (let i = 0; i < x.length; i++) result[i]! += along * row[i]!;
      }
    }
    return result;
  };
  const direction = solve(spread, wanted);
  const norm = Math.sqrt(dot(direction, direction)) || 1;
  return Float32Array.from(direction, (value) => value / norm);
}

function centred(vectors: readonly Float32Array[]) {
  const mean = new Float64Array(vectors[0]!.length);
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]!;
  for (let i = 0; i < mean.length; i++) mean[i]! /= vectors.length;
  const rows = vectors.map((vector) => Float64Array.from(vector, (value, i) => value - mean[i]!));
  const squares = rows.reduce((sum, row) => sum + dot(row, row), 0);
  return { mean, rows, variance: squares / Math.max(1, rows.length - 1) };
}

/** `x` with `product(x) = wanted`, for a symmetric positive definite product. */
function solve(product: (x: Float64Array) => Float64Array, wanted: Float64Array): Float64Array {
  const x = new Float64Array(wanted.length);
  const residual = wanted.slice();
  const search = wanted.slice();
  const start = dot(wanted, wanted);
  let squared = start;
  for (let step = 0; step < steps && squared > 1e-12 * start; step++) {
    const image = product(search);
    const length = squared / dot(search, image);
    for (let i = 0; i < x.length; i++) {
      x[i]! += length * search[i]!;
      residual[i]! -= length * image[i]!;
    }
    const next = dot(residual, residual);
    for (let i = 0; i < x.length; i++) search[i] = residual[i]! + (next / squared) * search[i]!;
    squared = next;
  }
  return x;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}
