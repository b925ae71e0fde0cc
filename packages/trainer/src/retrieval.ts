/** Shares of queries with a right answer among the first 1, 5 and 10. */
export interface Recall {
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
}

/** Rows of `[n, width]` numbers. */
export interface Rows {
  readonly data: Float32Array;
  readonly n: number;
  readonly width: number;
}

export const rowsOf = (data: Float32Array, n: number): Rows => ({
  data,
  n,
  width: data.length / n,
});

/**
 * Recall of `queries` among `gallery`, by inner product.
 *
 * The rank is that of the best right answer, and wrong answers with the same score come before it:
 * a collapsed model, to which all are equal, has recall 0 and not 1.
 *
 * @param queryKeys `[queries.n]`, @param galleryKeys `[gallery.n]`: equal keys are right answers
 */
export function recall(
  queries: Rows,
  gallery: Rows,
  { queryKeys, galleryKeys }: { queryKeys: Int32Array; galleryKeys: Int32Array },
): Recall {
  const scores = new Float32Array(gallery.n);
  const hits = { r1: 0, r5: 0, r10: 0 };
  for (let q = 0; q < queries.n; q++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let g = 0; g < gallery.n; g++) {
      scores[g] = dot(queries, q, gallery, g);
      if (galleryKeys[g] === queryKeys[q]) best = Math.max(best, scores[g]!);
    }
    let ahead = 0;
    for (let g = 0; g < gallery.n; g++) {
      if (scores[g]! >= best && galleryKeys[g] !== queryKeys[q]) ahead++;
    }
    if (ahead < 1) hits.r1++;
    if (ahead < 5) hits.r5++;
    if (ahead < 10) hits.r10++;
  }
  return { r1: hits.r1 / queries.n, r5: hits.r5 / queries.n, r10: hits.r10 / queries.n };
}

export function dot(a: Rows, i: number, b: Rows, j: number): number {
  let [sum, x, y] = [0, i * a.width, j * b.width];
  for (const end = x + a.width; x < end; x++, y++) sum += a.data[x]! * b.data[y]!;
  return sum;
}
