import { innerProduct } from "../exact-search.js";

/** Rows `[n, D]` that count together as much as `weight` says, however many they are. */
export interface WeightedRows {
  readonly rows: Float32Array;
  readonly weight: number;
}

export interface PrincipalAxes {
  /** `[D]`, of all rows, weighted. */
  readonly mean: Float32Array;
  /** `[K, D]` orthonormal, that of the greatest variance first; each one's largest component is positive. */
  readonly axes: Float32Array;
  /** `[K]` share of the variance along each axis. */
  readonly shares: readonly number[];
}

/** Changes of an axis below this are rounding. */
const tolerance = 1e-6;
const mostRounds = 200;

/**
 * Principal components by subspace iteration on the covariance matrix: multiply, make orthonormal,
 * until nothing turns any more.
 *
 * @param count K, at most D
 */
export function principalAxes(
  parts: readonly WeightedRows[],
  { dimension, count }: { readonly dimension: number; readonly count: number },
): PrincipalAxes {
  const whole = parts.filter(({ rows }) => rows.length > 0);
  const total = whole.reduce((sum, { weight }) => sum + weight, 0);
  const mean = new Float32Array(dimension);
  for (const { rows, weight } of whole) {
    const share = (weight / total / rows.length) * dimension;
    for (let i = 0; i < rows.length; i++) mean[i % dimension]! += share * rows[i]!;
  }
  const covariance = new Float32Array(dimension ** 2);
  for (const { rows, weight } of whole) {
    addCovariance(covariance, { rows, mean, share: (weight / total / rows.length) * dimension });
  }
  let axes = orthonormal(firstGuess(count, dimension), dimension);
  for (let round = 0; round < mostRounds; round++) {
    const next = orthonormal(times(axes, covariance, dimension), dimension);
    const turned = next.some((value, i) => Math.abs(value - axes[i]!) > tolerance);
    axes = next;
    if (!turned) break;
  }
  let variance = 0;
  for (let i = 0; i < dimension; i++) variance += covariance[i * dimension + i]!;
  const images = times(axes, covariance, dimension);
  const shares = Array.from({ length: count }, (_, k) => {
    const axis = axes.subarray(k * dimension, (k + 1) * dimension);
    return variance === 0 ? 0 : innerProduct(images, k * dimension, axis) / variance;
  });
  return { mean, axes: upright(axes, dimension), shares };
}

/** @returns `[n, K]` coordinates of the rows `[n, D]` */
export function project(
  rows: Float32Array,
  { mean, axes }: Pick<PrincipalAxes, "mean" | "axes">,
): Float32Array {
  const dimension = mean.length;
  const count = axes.length / dimension;
  const centre = Float32Array.from({ length: count }, (_, k) =>
    innerProduct(axes, k * dimension, mean),
  );
  const n = rows.length / dimension;
  const projected = new Float32Array(n * count);
  for (let row = 0; row < n; row++) {
    const vector = rows.subarray(row * dimension, (row + 1) * dimension);
    for (let k = 0; k < count; k++) {
      projected[row * count + k] = innerProduct(axes, k * dimension, vector) - centre[k]!;
    }
  }
  return projected;
}

function addCovariance(
  covariance: Float32Array,
  parts: { readonly rows: Float32Array; readonly mean: Float32Array; readonly share: number },
): void {
  const { rows, mean, share } = parts;
  const dimension = mean.length;
  const centred = new Float32Array(dimension);
  for (let start = 0; start < rows.length; start += dimension) {
    for (let i = 0; i < dimension; i++) centred[i] = rows[start + i]! - mean[i]!;
    for (let i = 0; i < dimension; i++) {
      const scaled = share * centred[i]!;
      for (let j = 0, at = i * dimension; j < dimension; j++) {
        covariance[at + j]! += scaled * centred[j]!;
      }
    }
  }
}

/** Rows that no data is likely to be at right angles to, always the same. */
function firstGuess(count: number, dimension: number): Float32Array {
  return Float32Array.from({ length: count * dimension }, (_, i) => Math.sin(1 + i * 1.618));
}

/** `[K, D]` times a symmetric `[D, D]` */
function times(rows: Float32Array, matrix: Float32Array, dimension: number): Float32Array {
  const product = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += dimension) {
    const row = rows.subarray(start, start + dimension);
    for (let j = 0; j < dimension; j++) {
      product[start + j] = innerProduct(matrix, j * dimension, row);
    }
  }
  return product;
}

/** Gram and Schmidt, each row against those before it; one of which nothing is left becomes zeros. */
function orthonormal(rows: Float32Array, dimension: number): Float32Array {
  const result = Float32Array.from(rows);
  for (let start = 0; start < result.length; start += dimension) {
    const row = result.subarray(start, start + dimension);
    const length = Math.hypot(...row);
    for (let before = 0; before < start; before += dimension) {
      const along = innerProduct(result, before, row);
      for (let i = 0; i < dimension; i++) row[i]! -= along * result[before + i]!;
    }
    const norm = Math.hypot(...row);
    const scale = norm > 1e-6 * length ? 1 / norm : 0;
    for (let i = 0; i < dimension; i++) row[i]! *= scale;
  }
  return result;
}

/** The sign of an axis is arbitrary: chosen so, it's the same on every machine. */
function upright(axes: Float32Array, dimension: number): Float32Array {
  for (let start = 0; start < axes.length; start += dimension) {
    const axis = axes.subarray(start, start + dimension);
    const largest = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most));
    if (largest < 0) for (let i = 0; i < dimension; i++) axis[i]! *= -1;
  }
  return axes;
}
