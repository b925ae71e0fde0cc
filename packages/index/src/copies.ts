import { sha256 } from "./checksum.js";
import type { Neighbor } from "./vector-index.js";

/** Rows that are equal bit for bit, such as one placeholder picture used many times. */
export interface Copies {
  /** Whether a row is the first with its content, or a copy of an earlier one. */
  isFirst(label: number, vector: Float32Array): boolean;
  /** Makes a row a first one, whatever came before. */
  addFirst(label: number, vector: Float32Array): void;
  /** The next row with this content is a first one: all before it are removed. */
  forget(vector: Float32Array): void;
  /** The first row with this one's content and all its copies. */
  family(label: number): readonly number[];
  /** The best `k` that `live` lets pass, each first row followed by its copies. */
  expand(firsts: readonly Neighbor[], k: number, live: (label: number) => boolean): Neighbor[];
}

/**
 * Only first rows go into an HNSW graph: some hundred equal vectors link to nothing but each other,
 * and the vectors beside them can't be reached any more.
 */
export function createCopies(): Copies {
  const firstOf = new Map<string, number>();
  const firstOfCopy = new Map<number, number>();
  const copiesOf = new Map<number, number[]>();
  return {
    isFirst(label, vector) {
      const content = contentOf(vector);
      const first = firstOf.get(content);
      if (first === undefined) {
        firstOf.set(content, label);
        return true;
      }
      const copies = copiesOf.get(first);
      if (copies) copies.push(label);
      else copiesOf.set(first, [label]);
      firstOfCopy.set(label, first);
      return false;
    },
    addFirst: (label, vector) => void firstOf.set(contentOf(vector), label),
    forget: (vector) => void firstOf.delete(contentOf(vector)),
    family(label) {
      const first = firstOfCopy.get(label) ?? label;
      return [first, ...(copiesOf.get(first) ?? [])];
    },
    expand(firsts, k, live) {
      const all: Neighbor[] = [];
      for (const { label, score } of firsts) {
        if (all.length >= k) break;
        if (live(label)) all.push({ label, score });
        for (const copy of copiesOf.get(label) ?? []) {
          if (live(copy)) all.push({ label: copy, score });
        }
      }
      return all.slice(0, k);
    },
  };
}

function contentOf(vector: Float32Array): string {
  return sha256(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
}
