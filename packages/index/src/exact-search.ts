import { setImmediate as nextTurn } from "node:timers/promises";
import type { Neighbor } from "./vector-index.js";

/** Multiplications between turns of the event loop: some 5 ms. */
const slice = 2 ** 22;

export interface ExactSearch {
  readonly k: number;
  /** Rows to look at, 0 up to it. */
  readonly rows: number;
  /** First row to look at, 0 unless given. */
  readonly from?: number;
  /** Only these rows, all unless given. */
  readonly within?: Uint32Array | undefined;
  /** Rows to pass over. */
  readonly removed?: ReadonlySet<number>;
}

/**
 * The `k` rows of highest inner product, best first; of equal ones the lower label first.
 *
 * @param vectors `[n, D]`
 * @param query `[D]`
 */
export async function exactSearch(
  vectors: Float32Array,
  query: Float32Array,
  { k, rows, from = 0, within, removed }: ExactSearch,
): Promise<Neighbor[]> {
  const dimension = query.length;
  const best = createBest(k);
  const turn = Math.max(1, Math.floor(slice / dimension));
  const end = within ? within.length : rows;
  for (let i = within ? 0 : from; i < end; i++) {
    if (i % turn === turn - 1) await nextTurn();
    const label = within ? within[i]! : i;
    if (label < from || label >= rows || removed?.has(label)) continue;
    best.offer(label, innerProduct(vectors, label * dimension, query));
  }
  return best.sorted();
}

/** Keeps the best `k`: a heap with the worst of them on top, which a row rarely beats. */
export function createBest(k: number) {
  const heap: Neighbor[] = [];
  return {
    offer(label: number, score: number): void {
      const offered = { label, score };
      if (heap.length < k) rise(heap, offered);
      else if (k > 0 && worse(heap[0]!, offered)) sink(heap, offered);
    },
    sorted: () => heap.sort(byRank),
  };
}

/** Best first, of equal ones the lower label. */
export function byRank(left: Neighbor, right: Neighbor): number {
  return right.score - left.score || left.label - right.label;
}

function worse(left: Neighbor, right: Neighbor): boolean {
  return byRank(left, right) > 0;
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

/** Four sums, so that one addition need not wait for the one before it. */
export function innerProduct(rows: Float32Array, start: number, query: Float32Array): number {
  const length = query.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    a += rows[start + i]! * query[i]!;
    b += rows[start + i + 1]! * query[i + 1]!;
    c += rows[start + i + 2]! * query[i + 2]!;
    d += rows[start + i + 3]! * query[i + 3]!;
  }
  for (; i < length; i++) a += rows[start + i]! * query[i]!;
  return a + b + c + d;
}
