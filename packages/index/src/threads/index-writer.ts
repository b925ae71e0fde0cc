import { type IndexWriter, sameId, type WriterOptions } from "../index-writer.js";
import type { StoredItem } from "../item-store.js";
import { assertUnitRows } from "../unit-vector.js";
import { writingThread } from "./shared-thread.js";

/** Rows handed over at a time. */
const slice = 64;

interface Row {
  readonly item: StoredItem;
  readonly thumbnail: Uint8Array | undefined;
}

/**
 * Writes a new version of an index beside the one in use. Only `commit` makes it visible, by
 * replacing manifest.json; a process killed before that leaves the old index untouched. Another thread writes: what
 * goes wrong there is told by a later call.
 *
 * @throws UserError when another process is writing there, or the directory can't be written
 */
export async function createIndexWriter(options: WriterOptions): Promise<IndexWriter> {
  const { dimension } = options;
  const thread = writingThread.hold();
  const number = await thread.call("createWriter", options).catch((error: unknown) => {
    thread.release();
    throw error;
  });
  const ids = new Set<string>();
  let rows: Row[] = [];
  let vectors = new Float32Array(slice * dimension);
  let sending: Promise<void> = Promise.resolve();
  const send = async () => {
    await sending; // not more than a slice is on its way
    if (rows.length === 0) return;
    sending = thread.call("addRows", number, rows, vectors.subarray(0, rows.length * dimension));
    sending.catch(() => undefined); // told by the next one
    rows = [];
    vectors = new Float32Array(slice * dimension);
  };
  return {
    get count() {
      return ids.size;
    },
    async add(item, vector, thumbnail) {
      assertUnitRows("The index", vector, dimension);
      if (ids.has(item.id)) throw sameId(item.id);
      ids.add(item.id);
      vectors.set(vector, rows.length * dimension);
      rows.push({ item, thumbnail });
      if (rows.length === slice) await send();
    },
    async commit(facts = {}) {
      try {
        await send();
        await sending;
        return await thread.call("commitWriter", number, facts);
      } finally {
        await thread.call("abortWriter", number).finally(thread.release);
      }
    },
    async abort() {
      await sending.catch(() => undefined);
      await thread.call("abortWriter", number).finally(thread.release);
    },
  };
}
