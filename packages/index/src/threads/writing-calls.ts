import type { Encoder } from "@cliptune/clip";
import { buildIndex } from "../build-index.js";
import {
  type CommitFacts,
  createIndexWriter,
  type IndexWriter,
  type WriterOptions,
} from "../index-writer.js";
import { type ExportOptions, exportIndex } from "../interop/export-index.js";
import { importIndex } from "../interop/import-index.js";
import type { StoredItem } from "../item-store.js";
import type { IndexItem } from "../read-picture.js";
import { reindex } from "../reindex.js";
import { updateIndex } from "../update-index.js";
import type { LentBuild, LentEncoder, LentImport, LentReindex, LentUpdate } from "./lent-work.js";

const writers = new Map<number, IndexWriter>();
let next = 0;

/** Whatever writes indexes, with the encoder and the items of the thread that asks. */
export const writingCalls = {
  buildIndex: ({ nextItems, ...options }: LentBuild, encoder: LentEncoder) =>
    buildIndex({ ...options, encoder: encoderOf(encoder), items: pulled(nextItems) }),
  updateIndex: ({ nextItems, ...options }: LentUpdate, encoder: LentEncoder) =>
    updateIndex({ ...options, encoder: encoderOf(encoder), items: pulled(nextItems) }),
  reindex: (options: LentReindex, encoder: LentEncoder) =>
    reindex({ ...options, encoder: encoderOf(encoder) }),
  importIndex: ({ model, ...options }: LentImport, encoder: LentEncoder | undefined) =>
    importIndex({
      ...options,
      ...(model && encoder && { model: { ...model, encoder: encoderOf(encoder) } }),
    }),
  exportIndex: (options: ExportOptions) => exportIndex(options),
  async createWriter(options: WriterOptions) {
    const number = next++;
    writers.set(number, await createIndexWriter(options));
    return number;
  },
  /** @param vectors `[n, D]` */
  async addRows(
    number: number,
    rows: readonly { readonly item: StoredItem; readonly thumbnail: Uint8Array | undefined }[],
    vectors: Float32Array,
  ) {
    const dimension = vectors.length / rows.length;
    for (const [i, { item, thumbnail }] of rows.entries()) {
      const vector = vectors.subarray(i * dimension, (i + 1) * dimension);
      await writers.get(number)!.add(item, vector, thumbnail);
    }
  },
  async commitWriter(number: number, facts: CommitFacts) {
    const writer = writers.get(number)!;
    writers.delete(number);
    return writer.commit(facts);
  },
  async abortWriter(number: number) {
    const writer = writers.get(number);
    writers.delete(number);
    await writer?.abort();
  },
};

async function* pulled(nextItems: () => Promise<IndexItem[]>): AsyncGenerator<IndexItem> {
  for (;;) {
    const items = await nextItems();
    if (items.length === 0) return;
    yield* items;
  }
}

/** Its adapter and its strength stay as they are. */
function encoderOf(lent: LentEncoder): Encoder {
  const fixed = () => {
    throw new Error("internal: an encoder that was lent can't be changed.");
  };
  return { ...lent, setStrength: fixed, setAdapter: fixed, dispose: fixed };
}
