import { UserError } from "@cliptune/engine";
import type { Fields, ItemRange, ItemReader, ItemRow, StoredItem } from "./item-store.js";
import type { Manifest } from "./manifest.js";
import type { PackReader } from "./thumbnail.js";
import { unitQuery } from "./unit-vector.js";
import type { Neighbor, VectorIndex } from "./vector-index.js";

export interface Hit {
  readonly id: string;
  /** Cosine of query and picture, -1 to 1. */
  readonly score: number;
  readonly title: string;
  readonly fields: Fields;
  /** The picture's path when it was indexed. */
  readonly file?: string;
}

/** An open index, as it was when opened: a build that replaces it meanwhile is seen by the next one. */
export interface SearchIndex {
  readonly manifest: Manifest;
  /**
   * The `k` closest items (all, when there are fewer), best first.
   *
   * @param vector `[D]`, any norm but 0
   */
  search(vector: ArrayLike<number>, k: number): Promise<Hit[]>;
  /** `search` in two steps: first the rows of the closest vectors... */
  nearest(vector: ArrayLike<number>, k: number): Neighbor[];
  /** ...then what is known of them. */
  read(neighbors: readonly Neighbor[]): Hit[];
  item(id: string): Promise<StoredItem | undefined>;
  /** A page of all items, in the order they were indexed. */
  items(range: ItemRange): Promise<StoredItem[]>;
  /** `[D]` unit norm, a copy. */
  vector(id: string): Promise<Float32Array | undefined>;
  /** A WebP picture of at most 320 x 320 pixels; none if the item has none or is not in the index. */
  thumbnail(id: string): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

export interface OpenParts {
  readonly manifest: Manifest;
  readonly vectors: Float32Array; // [n, D]
  readonly index: VectorIndex;
  readonly items: ItemReader;
  readonly thumbnails: PackReader;
}

export function searchIndex(parts: OpenParts): SearchIndex {
  const { manifest, vectors, index, items, thumbnails } = parts;
  const { dimension } = manifest;
  let open = true;
  const row = (id: string): ItemRow | undefined => {
    assertOpen(open);
    return items.byId(id);
  };
  const nearest = (vector: ArrayLike<number>, k: number) => {
    assertOpen(open);
    if (!(Number.isInteger(k) && k >= 1)) {
      throw new UserError(`The number of results is ${k}; it must be a whole number from 1 up.`);
    }
    return index.search(unitQuery(vector, dimension), k);
  };
  const read = (neighbors: readonly Neighbor[]) => {
    assertOpen(open);
    return neighbors.map((neighbor) => toHit(neighbor, items.byLabel(neighbor.label)));
  };
  return {
    manifest,
    nearest,
    read,
    search: async (vector, k) => read(nearest(vector, k)),
    item: async (id) => row(id)?.item,
    async items(range) {
      assertOpen(open);
      return items.page(range).map(({ item }) => item);
    },
    async vector(id) {
      const label = row(id)?.label;
      return label === undefined
        ? undefined
        : vectors.slice(label * dimension, (label + 1) * dimension);
    },
    async thumbnail(id) {
      const place = row(id)?.thumbnail;
      return place && thumbnails.read(place);
    },
    async close() {
      if (!open) return;
      open = false;
      items.close();
      await thumbnails.close();
    },
  };
}

function assertOpen(open: boolean): void {
  if (!open) throw new Error("This index was closed; open it again with openIndex.");
}

function toHit({ label, score }: Neighbor, row: ItemRow | undefined): Hit {
  if (!row) throw new Error(`No item belongs to vector ${label}.`); // checksums rule this out
  const { id, title, fields, file } = row.item;
  const rounded = Math.min(1, Math.max(-1, score)); // float32 can leave 1.0000001
  return { id, score: rounded, title, fields, ...(file === undefined ? {} : { file }) };
}
