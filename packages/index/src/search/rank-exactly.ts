import type { Neighbor } from "../vector-index.js";

/**
 * The `k` rows of highest inner product, best first; of equal ones, the lower label first.
 *
 * @param vectors `[n, D]`
 * @param query `[D]`
 * @param labels the rows to look at, all unless given
 */
export function rankExactly(
  vectors: Float32Array,
  query: Float32Array,
  { k, labels }: { readonly k: number; readonly labels?: ArrayLike<number> | undefined },
): Neighbor[] {
  const count = labels ? labels.length : vectors.length / query.length;
  const heap: Neighbor[] = []; // the worst of the best on top
  for (let i = 0; i < count; i++) {
    const label = labels ? labels[i]! : i;
    const score = innerProduct(vectors, label * query.length, query);
    if (heap.length < k) rise(heap, { label, score });
    else if (k > 0 && worse(heap[0]!, { label, score })) sink(heap, { label, score });
  }
  return heap.sort((left, right) => (worse(left, right) ? 1 : -1));
}

/** Four sums, so that one addition need not wait for the one before it. */
export function innerProduct(rows: Float32Array, start: number, query: Float32Array): number {
  const length = query.length;
  const even = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < even; i += 4) {
    a += rows[start + i]! * query[i]!;
    b += rows[start + i + 1]! * query[i + 1]!;
    c += rows[start + i + 2]! * query[i + 2]!;
    d += rows[start + i + 3]! * query[i + 3]!;
  }
  for (let i = even; i < length; i++) a += rows[start + i]! * query[i]!;
  return a + b + c + d;
}

function worse(left: Neighbor, right: Neighbor): boolean {
  return left.score < right.score || (left.score === right.score && left.label > right.label);
}

function rise(heap: Neighbor[], added: Neighbor): void {
  let place = heap.push(added) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!worse(added, heap[parent]!)) break;
    heap[place] = heap[parent]!;
    place = parent;
  }
  heap[place] = added;
}

/** Replaces the top. */
function sink(heap: Neighbor[], added: Neighbor): void {
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && worse(heap[child + 1]!, heap[child]!)) child++;
    if (!worse(heap[child]!, added)) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = added;
}
