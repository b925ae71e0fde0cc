import type { Fields, ItemRow } from "./item-store.js";
import type { Neighbor } from "./vector-index.js";

export interface Hit {
  readonly id: string;
  /** Cosine of query and picture, -1 to 1. */
  readonly score: number;
  readonly title: string;
  readonly fields: Fields;
  /** The picture's path when it was indexed. */
  readonly file?: string;
}

export function toHit({ label, score }: Neighbor, row: ItemRow | undefined): Hit {
  if (!row) throw new Error(`No item belongs to vector ${label}.`); // checksums rule this out
  const { id, title, fields, file } = row.item;
  const rounded = Math.min(1, Math.max(-1, score)); // float32 can leave 1.0000001
  return { id, score: rounded, title, fields, ...(file === undefined ? {} : { file }) };
}
