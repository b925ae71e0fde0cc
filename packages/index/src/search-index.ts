import type { Encoder } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { evenly } from "./evenly.js";
import { type Hit, toHit } from "./hit.js";
import type { ItemRange, ItemRow, StoredItem } from "./item-store.js";
import type { Manifest } from "./manifest.js";
import type { OpenParts } from "./open-parts.js";
import { type Background, judgeOf } from "./search/background.js";
import { backgroundOf } from "./search/background-file.js";
import type { FieldSummary } from "./search/field-summaries.js";
import type { SearchOptions } from "./search/request.js";
import { type QueryAnswer, runQuery, type VectorQuery } from "./search/run-query.js";
import { unitQuery } from "./unit-vector.js";
import type { Neighbor } from "./vector-index.js";

/** An open index, as it was when opened: a build that replaces it meanwhile is seen by the next one. */
export interface SearchIndex {
  readonly manifest: Manifest;
  /**
   * The `k` closest items (all, when there are fewer), best first.
   *
   * @param vector `[D]`, any norm but 0
   */
  search(vector: ArrayLike<number>, k: number): Promise<Hit[]>;
  /** `search` in two steps: first the rows of the closest vectors, among `within` if given... */
  nearest(vector: ArrayLike<number>, k: number, within?: Uint32Array): Promise<Neighbor[]>;
  /** ...then what is known of them. */
  read(neighbors: readonly Neighbor[]): Promise<Hit[]>;
  /** A vector with filters, full text, folding and pages: see `SearchOptions`. */
  query(query: VectorQuery, options?: SearchOptions): Promise<QueryAnswer>;
  /**
   * What queries are compared with for their confidence: read from the index's directory, or measured and written
   * there. Later queries that name their terms have one.
   *
   * @param encodeTexts of the model that made the index
   */
  prepareConfidence(encodeTexts: Encoder["encodeTexts"]): Promise<void>;
  /** What can be filtered by. */
  fields(): Promise<readonly FieldSummary[]>;
  item(id: string): Promise<StoredItem | undefined>;
  /** A page of all items, in the order they were indexed. */
  items(range: ItemRange): Promise<StoredItem[]>;
  /** Rows of at most `most` items, evenly spread over all, ascending. */
  labels(most: number): Promise<Uint32Array>;
  itemsAt(labels: ArrayLike<number>): Promise<StoredItem[]>;
  /** `[n, D]` unit norm, a copy. */
  vectors(labels: ArrayLike<number>): Promise<Float32Array>;
  /** `[D]` unit norm, a copy. */
  vector(id: string): Promise<Float32Array | undefined>;
  /** A WebP picture of at most 320 x 320 pixels; none if the item has none or is not in the index. */
  thumbnail(id: string): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

export function searchIndex(parts: OpenParts): SearchIndex {
  const { manifest, index, items, thumbnails } = parts;
  const { dimension } = manifest;
  let open = true;
  let background: Background | undefined;
  const row = (id: string): ItemRow | undefined => {
    assertOpen(open);
    return items.byId(id);
  };
  const nearest: SearchIndex["nearest"] = async (vector, k, within) => {
    assertOpen(open);
    if (!(Number.isInteger(k) && k >= 1)) {
      throw new UserError(`The number of results is ${k}; it must be a whole number from 1 up.`);
    }
    return index.search(unitQuery(vector, dimension), k, { within });
  };
  const read: SearchIndex["read"] = async (neighbors) => {
    assertOpen(open);
    return neighbors.map((neighbor) => toHit(neighbor, items.byLabel(neighbor.label)));
  };
  return {
    manifest,
    nearest,
    read,
    search: async (vector, k) => read(await nearest(vector, k)),
    async query(query, options = {}) {
      assertOpen(open);
      const { terms, ...asked } = query;
      const vector = unitQuery(query.vector, dimension);
      const judge = terms && background && judgeOf(background, terms);
      return runQuery(parts, { ...asked, vector, ...(judge && { judge }) }, options);
    },
    async prepareConfidence(encodeTexts) {
      assertOpen(open);
      background ??= await backgroundOf(parts, encodeTexts);
    },
    async fields() {
      assertOpen(open);
      return items.fields();
    },
    item: async (id) => row(id)?.item,
    async items(range) {
      assertOpen(open);
      return items.page(range).map(({ item }) => item);
    },
    async labels(most) {
      assertOpen(open);
      return Uint32Array.from(evenly(items.labels(), most));
    },
    async itemsAt(labels) {
      assertOpen(open);
      return Array.from(labels, (label) => itemAt(items.byLabel(label), label));
    },
    async vectors(labels) {
      assertOpen(open);
      return index.vectors(labels);
    },
    async vector(id) {
      const label = row(id)?.label;
      return label === undefined ? undefined : index.vectors([label]);
    },
    async thumbnail(id) {
      const place = row(id)?.thumbnail;
      return place && thumbnails.read(place);
    },
    async close() {
      if (!open) return;
      open = false;
      items.close();
      await index.close();
      await thumbnails.close();
    },
  };
}

function itemAt(row: ItemRow | undefined, label: number): StoredItem {
  if (!row) throw new Error(`internal: no item has the label ${label}.`);
  return row.item;
}

function assertOpen(open: boolean): void {
  if (!open) throw new Error("This index was closed; open it again with openIndex.");
}
