import { UserError } from "@cliptune/engine";
import { assertSameNumbers } from "./canaries.js";
import { beginDraft, type Draft, explained, lockDirectory } from "./draft.js";
import { type EncodeOptions, encodePictures, encodeTitles } from "./encode-pictures.js";
import { addItem, checkRecall, defaultRecall } from "./index-writer.js";
import type { ItemRow } from "./item-store.js";
import { type Manifest, readManifest } from "./manifest.js";
import { type MemoryLimit, memoryGuard } from "./memory.js";
import { missingLabels } from "./missing-labels.js";
import { type IndexBase, openBase } from "./open-base.js";
import { planUpdate, type UpdatePlan } from "./plan-update.js";
import { assertSameModel } from "./same-model.js";
import { storeOf } from "./store-choice.js";

export interface UpdateOptions extends EncodeOptions, MemoryLimit {
  /** The index directory. */
  readonly dir: string;
  /** The share of removed rows past which the index is written anew without them, 0.2 unless given. */
  readonly compactAt?: number;
  /** The least share of the exact ten nearest that searches shall find, 0.99 unless given. */
  readonly recall?: number;
}

export interface UpdateReport {
  readonly added: number;
  /** Pictures with another content, encoded again. */
  readonly changed: number;
  /** Pictures as they were, with another title or other fields. */
  readonly retold: number;
  readonly removed: number;
  readonly kept: number;
  /** New or changed pictures that could not be read: they are not in the index. */
  readonly skipped: number;
  /** Pictures that could not be read before and are as they were: they were not tried again. */
  readonly broken: number;
  /** Whether the rows of removed pictures are gone from the disk. */
  readonly compacted: boolean;
  readonly manifest: Manifest;
}

/**
 * Makes an index hold these items and no others, encoding only what is new or changed. Until all is
 * done the index is as it was; with nothing to do it stays the same version.
 *
 * @throws UserError when another model made the index, it is damaged, another process is writing
 * there, or the disk is full; the signal's reason when aborted
 */
export async function updateIndex(options: UpdateOptions): Promise<UpdateReport> {
  const { dir, encoder } = options;
  checkRecall(options.recall);
  await readManifest(dir); // an update makes no directory
  const lock = await lockDirectory(dir);
  try {
    const manifest = await readManifest(dir);
    assertSameModel(dir, manifest, encoder.fingerprint);
    const base = await openBase(dir, manifest);
    try {
      const plan = await planUpdate(options.items, base.items, options);
      return await carryOut(options, base, plan);
    } finally {
      await base.close();
    }
  } finally {
    lock.release();
  }
}

async function carryOut(
  options: UpdateOptions,
  base: IndexBase,
  plan: UpdatePlan,
): Promise<UpdateReport> {
  const { dir, compactAt = 0.2, recall = defaultRecall } = options;
  const { manifest } = base;
  const { added, changed, retold, removed, kept, broken } = plan;
  const counts = { added: added.length, retold: retold.length, removed: removed.length, kept };
  const encode = [...changed.map(({ item }) => item), ...added];
  const report = { ...counts, changed: changed.length, broken: broken.length };
  if (encode.length + retold.length + removed.length === 0) {
    return { ...report, skipped: 0, compacted: false, manifest };
  }
  if (encode.length > 0) {
    assertRoom(options, manifest, manifest.rows + encode.length);
    await assertSameNumbers(dir, manifest, { encoder: options.encoder, kind: "images" });
  }
  const gone = [...removed, ...changed.map(({ row }) => row)];
  const before = missingLabels(base.items.labels(), manifest.rows);
  const empty = [...before, ...gone.map(({ label }) => label)];
  const compacted = empty.length > compactAt * manifest.rows;
  const { dimension, fingerprint, model, source, canaries = null } = manifest;
  const draft = await beginDraft({
    ...{ dir, dimension, ...storeOf(manifest) },
    ...(compacted ? {} : { base: { manifest, removed: empty } }),
    ...(compacted && manifest.hnsw ? { hnsw: manifest.hnsw } : {}),
  });
  try {
    if (compacted) await copyKept(dir, { base, draft, gone, retold });
    else await explained(dir, async () => changeRows(draft, gone, retold));
    const encoded = await encodePictures(
      (item, vector, thumbnail) => addItem(dir, draft, { item, vector, thumbnail }),
      { ...options, items: encode },
    );
    const { done, titles } = encoded;
    const skipped = encoded.broken.length;
    const count = manifest.count - gone.length + done;
    if (count === 0) throw nothingLeft(dir, skipped);
    const more = base.items.page({ offset: 0, limit: 100 - titles.length });
    const words = [...titles, ...more.map(({ item }) => item.title).filter((title) => title)];
    const end = {
      removed: compacted ? [] : empty,
      titles: await encodeTitles(options.encoder, words),
      recall,
    };
    draft.items.setBroken([...broken, ...encoded.broken]);
    const facts = { fingerprint, model, canaries, source, dimension, count };
    const left = skipped + broken.length;
    return {
      ...report,
      skipped,
      compacted,
      manifest: await draft.commit(end, { ...facts, skipped: left }),
    };
  } finally {
    await draft.abort();
  }
}

function assertRoom({ dir, memoryLimit }: UpdateOptions, manifest: Manifest, rows: number): void {
  const { dimension, hnsw } = manifest;
  const limit = memoryLimit === undefined ? {} : { memoryLimit };
  memoryGuard(dir, { ...storeOf(manifest), ...limit, dimension, ...(hnsw && { hnsw }) })(rows);
}

function changeRows(
  { items }: Draft,
  gone: readonly ItemRow[],
  retold: UpdatePlan["retold"],
): void {
  for (const row of gone) items.remove(row);
  for (const { row, item } of retold) {
    items.remove(row);
    items.add({ ...row, item });
  }
}

/** Vectors read at a time. */
const slice = 256;

/** Everything that stays, with new labels in the old order. */
async function copyKept(
  dir: string,
  {
    base,
    draft,
    gone,
    retold,
  }: { base: IndexBase; draft: Draft; gone: readonly ItemRow[]; retold: UpdatePlan["retold"] },
): Promise<void> {
  const left = new Set(gone.map(({ label }) => label));
  const news = new Map(retold.map(({ row, item }) => [row.label, item]));
  const { dimension } = base.manifest;
  const kept = [...base.items.labels()].filter((label) => !left.has(label));
  for (let start = 0; start < kept.length; start += slice) {
    const labels = kept.slice(start, start + slice);
    const vectors = await base.vectors(labels);
    for (const [i, label] of labels.entries()) {
      const row = base.items.byLabel(label)!;
      const vector = vectors.subarray(i * dimension, (i + 1) * dimension);
      const thumbnail = row.thumbnail && (await base.pack.read(row.thumbnail));
      await addItem(dir, draft, { item: news.get(label) ?? row.item, vector, thumbnail });
    }
  }
}

function nothingLeft(dir: string, skipped: number): UserError {
  const unread = skipped > 0 ? ` (${skipped} could not be read)` : "";
  return new UserError(
    `No picture would be left in the index at ${dir}${unread}, so it stays as it was; give the folder that it was made from, or delete the directory.`,
  );
}
