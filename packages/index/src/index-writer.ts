import { UserError } from "@cliptune/engine";
import type { BrokenPicture } from "./broken-pictures.js";
import { beginDraft, type Draft, explained, lockDirectory } from "./draft.js";
import type { HnswParameters } from "./hnsw-graph.js";
import type { StoredItem } from "./item-store.js";
import type { Canaries, Manifest } from "./manifest.js";
import { type MemoryLimit, memoryGuard } from "./memory.js";
import { anchorReference, type ModelReference } from "./model-reference.js";
import { checkStore, type StoreChoice } from "./store-choice.js";

export interface WriterOptions extends StoreChoice, MemoryLimit {
  readonly dir: string;
  readonly dimension: number;
  /** Of what made the vectors; opening the index with another one is refused. */
  readonly fingerprint: string;
  readonly model?: ModelReference;
  readonly source?: string;
  readonly hnsw?: Partial<HnswParameters>;
  /** How many items there will be, where that is known: an index that can't fit is refused at once. */
  readonly expected?: number;
  /** Rows from which on LanceDB's searches are approximate, 10,000 unless given. */
  readonly trainFrom?: number;
  /** The least share of the exact ten nearest that searches shall find, 0.99 unless given. */
  readonly recall?: number;
}

/** Items between looks at what the index takes, where nobody knew how many will come. */
const memoryChecks = 10_000;

/** What approximate searches reach unless told otherwise. */
export const defaultRecall = 0.99;

export interface IndexWriter {
  readonly count: number;
  /**
   * @param vector `[D]` unit norm
   * @param thumbnail WebP
   */
  add(item: StoredItem, vector: Float32Array, thumbnail?: Uint8Array): Promise<void>;
  /** Makes what was added the directory's index, in place of the one before. */
  commit(facts?: CommitFacts): Promise<Manifest>;
  /** Leaves the directory's index as it was. Does nothing after a commit. */
  abort(): Promise<void>;
}

export interface CommitFacts {
  /** Pictures left out because they could not be read: updates try them again when they have changed. */
  readonly broken?: readonly BrokenPicture[];
  /** What the model makes of some fixed inputs; opening the index with it checks that it still does. */
  readonly canaries?: Canaries;
  /** `[n, D]` unit-norm queries like those to come, to measure recall with; else stored vectors. */
  readonly queries?: Float32Array;
}

/**
 * Writes a new version of an index beside the one in use. Only `commit` makes it visible, by
 * replacing manifest.json; a process killed before that leaves the old index untouched.
 *
 * @throws UserError when another process is writing there, or the directory can't be written
 */
export async function createIndexWriter(options: WriterOptions): Promise<IndexWriter> {
  const { dir } = options;
  checkRecall(options.recall);
  checkStore(options);
  const assertFits = memoryGuard(dir, options);
  assertFits(options.expected ?? 0);
  const lock = await lockDirectory(dir);
  const draft = await beginDraft(options).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  const ids = new Set<string>();
  let locked = true;
  const release = () => {
    if (locked) lock.release();
    locked = false;
  };
  return {
    get count() {
      return draft.vectors.rows;
    },
    async add(item, vector, thumbnail) {
      if (ids.has(item.id)) throw sameId(item.id);
      ids.add(item.id);
      if (ids.size % memoryChecks === 0) assertFits(ids.size);
      await addItem(dir, draft, { item, vector, thumbnail });
    },
    async commit(facts = {}) {
      try {
        return await commit(draft, options, facts);
      } finally {
        await draft.abort();
        release();
      }
    },
    async abort() {
      await draft.abort();
      release();
    },
  };
}

export function sameId(id: string): UserError {
  return new UserError(`Two items have the id "${id}"; each needs its own.`);
}

/** Gives an item its label. */
export async function addItem(
  dir: string,
  { vectors, pack, items }: Draft,
  {
    item,
    vector,
    thumbnail,
  }: { item: StoredItem; vector: Float32Array; thumbnail: Uint8Array | undefined },
): Promise<void> {
  await explained(dir, async () => {
    const label = vectors.rows;
    await vectors.add(vector);
    const place = thumbnail && (await pack.add(thumbnail));
    items.add(place ? { label, item, thumbnail: place } : { label, item });
  });
}

async function commit(
  draft: Draft,
  { dir, dimension, fingerprint, model, source, recall = defaultRecall }: WriterOptions,
  { broken = [], queries, canaries }: CommitFacts,
): Promise<Manifest> {
  const count = draft.vectors.rows;
  if (count === 0) throw new UserError(`There is nothing to index: no item was added to ${dir}.`);
  draft.items.setBroken(broken);
  return draft.commit(
    { removed: [], titles: queries, recall },
    {
      ...{ fingerprint, dimension, count, skipped: broken.length, source: source ?? null },
      model: model ? anchorReference(dir, model) : null,
      canaries: canaries ?? null,
    },
  );
}

export function checkRecall(recall: number | undefined): void {
  if (recall === undefined || (recall > 0 && recall <= 1)) return;
  throw new UserError(
    `The wanted recall is ${recall}; it must be above 0 and at most 1, such as ${defaultRecall}.`,
  );
}
