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

/** Four sums side by side, since one alone would wait for each addition. */
export function dot(a: Rows, i: number, b: Rows, j: number): number {
  const width = a.width;
  const left = a.data;
  const right = b.data;
  const x = i * width;
  const y = j * width;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 4 <= width; k += 4) {
    s0 += left[x + k]! * right[y + k]!;
    s1 += left[x + k + 1]! * right[y + k + 1]!;
    s2 += left[x + k + 2]! * right[y + k + 2]!;
    s3 += left[x + k + 3]! * right[y + k + 3]!;
  }
  for (; k < width; k++) s0 += left[x + k]! * right[y + k]!;
  return s0 + s1 + (s2 + s3);
}
