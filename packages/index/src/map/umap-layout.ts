import { UMAP } from "umap-js";

/** Size of the neighbourhood that is kept, the library's and the paper's own default. */
const neighbours = 15;

/**
 * UMAP in two dimensions, begun from the first two columns (the principal axes), so that far things
 * lie apart as they do there: a random start loses that.
 *
 * @param rows `[n, D]`, the columns of most variance first
 * @returns `[n, 2]`, the same for the same rows
 * @see McInnes, Healy & Melville 2018, https://arxiv.org/abs/1802.03426
 * @see Kobak & Linderman 2021 on the start, https://doi.org/10.1038/s41587-020-00809-z
 */
export function umapLayout(
  rows: Float32Array,
  { dimension, onProgress }: { readonly dimension: number; onProgress?: (share: number) => void },
): Float32Array {
  const points = Array.from({ length: rows.length / dimension }, (_, i) =>
    Array.from(rows.subarray(i * dimension, (i + 1) * dimension)),
  );
  if (points.length < 4) return Float32Array.from(points.flatMap(firstTwo)); // there is nothing to unfold
  const nNeighbors = Math.min(neighbours, points.length - 1);
  const umap = new UMAP({ nComponents: 2, nNeighbors, random: seededRandom(1) });
  const epochs = umap.initializeFit(points);
  beginAt(umap.getEmbedding(), points);
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    onProgress?.((epoch + 1) / epochs);
  }
  return Float32Array.from(umap.getEmbedding().flatMap(firstTwo));
}

/** The library takes no start, but hands out the positions that it moves. */
function beginAt(embedding: number[][], points: readonly number[][]): void {
  const most = Math.max(...points.map(([x = 0, y = 0]) => Math.max(Math.abs(x), Math.abs(y)))) || 1;
  const jitter = seededRandom(2); // copies would be pushed nowhere from the very same place
  for (const [i, position] of embedding.entries()) {
    const [x, y] = firstTwo(points[i]!);
    position[0] = (10 * x) / most + 0.01 * jitter();
    position[1] = (10 * y) / most + 0.01 * jitter();
  }
}

function firstTwo([x = 0, y = 0]: readonly number[]): [number, number] {
  return [x, y];
}

/** Numbers from 0 to 1 (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
