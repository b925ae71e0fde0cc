import { type PrincipalAxes, principalAxes, project } from "./principal-axes.js";
import { umapLayout } from "./umap-layout.js";

/** What is laid out: unit rows of pictures `[n, D]` and of titles `[t, D]`, perhaps none. */
export interface MapVectors {
  readonly dimension: number;
  readonly pictures: Float32Array;
  readonly titles: Float32Array;
}

/** The same things in two dimensions, twice. */
export interface Layout {
  /** `[n, 2]`: UMAP of the pictures; neighbours stay neighbours, distances and directions mean nothing. */
  readonly neighbours: Float32Array;
  /** `[n, 2]`: pictures on the first two principal axes of pictures and titles together. */
  readonly plane: Float32Array;
  /** `[t, 2]`: titles in that plane. */
  readonly titles: Float32Array;
  /** Of pictures and titles, which count alike: puts any further vector into the plane. */
  readonly axes: PrincipalAxes;
  /** Distance of the mean picture and the mean title, 0 to 2; null without titles. */
  readonly gap: number | null;
}

/** UMAP is asked for neighbours along so many principal axes: they hold nearly all of the variance. */
const reduced = 50;

export function layOut(
  { dimension, pictures, titles }: MapVectors,
  { onProgress }: { onProgress?: (share: number) => void } = {},
): Layout {
  const axes = principalAxes(
    [
      { rows: pictures, weight: 1 },
      { rows: titles, weight: 1 },
    ],
    { dimension, count: 2 },
  );
  const own = principalAxes([{ rows: pictures, weight: 1 }], {
    dimension,
    count: Math.min(reduced, dimension),
  });
  return {
    neighbours: umapLayout(project(pictures, own), {
      dimension: Math.min(reduced, dimension),
      ...(onProgress && { onProgress }),
    }),
    plane: project(pictures, axes),
    titles: project(titles, axes),
    axes,
    gap:
      titles.length === 0 ? null : distance(meanOf(pictures, dimension), meanOf(titles, dimension)),
  };
}

function meanOf(rows: Float32Array, dimension: number): Float64Array {
  const mean = new Float64Array(dimension);
  for (let i = 0; i < rows.length; i++) mean[i % dimension]! += rows[i]!;
  return mean.map((sum) => (sum * dimension) / rows.length);
}

function distance(left: Float64Array, right: Float64Array): number {
  return Math.hypot(...left.map((value, i) => value - right[i]!));
}
