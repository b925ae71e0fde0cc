import { sha256 } from "./checksum.js";
import type { Neighbor } from "./vector-index.js";

/** Rows that are equal bit for bit, such as one placeholder picture used many times. */
export interface Copies {
  /** True for the first row with this content, false for a copy of an earlier one. */
  isFirst(label: number, vector: Float32Array): boolean;
  /** The best `k`, each first row followed by its copies. */
  expand(firsts: readonly Neighbor[], k: number): Neighbor[];
}

/**
 * Only first rows go into an HNSW graph: some hundred equal vectors link to nothing but each other,
 * and the vectors beside them can't be reached any more.
 */
export function createCopies(): Copies {
  const firstOf = new Map<string, number>();
  const copiesOf = new Map<number, number[]>();
  return {
    isFirst(label, vector) {
      const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
      const content = sha256(bytes);
      const first = firstOf.get(content);
      if (first === undefined) {
        firstOf.set(content, label);
        return true;
      }
      const copies = copiesOf.get(first);
      if (copies) copies.push(label);
      else copiesOf.set(first, [label]);
      return false;
    },
    expand(firsts, k) {
      if (copiesOf.size === 0) return firsts.slice(0, k);
      const all: Neighbor[] = [];
      for (const { label, score } of firsts) {
        if (all.length >= k) break;
        all.push({ label, score });
        for (const copy of copiesOf.get(label) ?? []) all.push({ label: copy, score });
      }
      return all.slice(0, k);
    },
  };
}
