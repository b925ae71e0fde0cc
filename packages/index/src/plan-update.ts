import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type BrokenPicture, isStillBroken } from "./broken-pictures.js";
import { sha256 } from "./checksum.js";
import { fileStamp } from "./file-stamp.js";
import { sameId } from "./index-writer.js";
import type { ItemReader, ItemRow, StoredItem } from "./item-store.js";
import type { IndexItem } from "./read-picture.js";

/** What must be done to an index so that it holds other items. */
export interface UpdatePlan {
  readonly added: readonly IndexItem[];
  /** Pictures with another content. */
  readonly changed: readonly { readonly item: IndexItem; readonly row: ItemRow }[];
  /** Pictures as they were, with another title, other fields or another place. */
  readonly retold: readonly { readonly item: StoredItem; readonly row: ItemRow }[];
  readonly removed: readonly ItemRow[];
  readonly kept: number;
  /** Pictures that could not be read before, and are as they were. */
  readonly broken: readonly BrokenPicture[];
}

/**
 * Compares items with those of an index, by the SHA-256 of their pictures; a file whose size and time
 * of change are as they were is not read.
 *
 * @param strict pictures that could not be read before count as new, so that the first one ends the work
 * @throws UserError when an id comes twice
 */
export async function planUpdate(
  items: Iterable<IndexItem> | AsyncIterable<IndexItem>,
  base: ItemReader,
  { strict = false } = {},
): Promise<UpdatePlan> {
  const known = strict ? new Map<string, BrokenPicture>() : base.broken();
  const broken: BrokenPicture[] = [];
  const added: IndexItem[] = [];
  const changed: { item: IndexItem; row: ItemRow }[] = [];
  const retold: { item: StoredItem; row: ItemRow }[] = [];
  const seen = new Set<string>();
  const met = new Set<number>();
  let kept = 0;
  for await (const item of items) {
    if (seen.has(item.id)) throw sameId(item.id);
    seen.add(item.id);
    const row = base.byId(item.id);
    if (!row) {
      const before = known.get(item.id);
      if (before && (await isStillBroken(item, before))) broken.push(before);
      else added.push(item);
      continue;
    }
    met.add(row.label);
    if (!(await hasContent(item, row.item))) changed.push({ item, row });
    else if (sameWords(item, row.item)) kept++;
    else retold.push({ item: retell(item, row.item), row });
  }
  const removed = [...base.labels()].filter((label) => !met.has(label));
  const gone = removed.map((label) => base.byLabel(label)!);
  return { added, changed, retold, kept, broken, removed: gone };
}

async function hasContent({ image }: IndexItem, known: StoredItem): Promise<boolean> {
  if (known.hash === undefined) return false;
  if (typeof image !== "string") return sha256(image) === known.hash;
  if (known.stamp !== undefined && known.file === resolve(image)) {
    if ((await fileStamp(image)) === known.stamp) return true;
  }
  const bytes = await readFile(image).catch(() => undefined); // reported when it is to be decoded
  return bytes !== undefined && sha256(bytes) === known.hash;
}

function sameWords({ title, fields = {}, image }: IndexItem, known: StoredItem): boolean {
  const moved = typeof image === "string" && known.file !== resolve(image);
  return title === known.title && !moved && sameFields(fields, known.fields);
}

function sameFields(left: object, right: object): boolean {
  const inOrder = (fields: object) => JSON.stringify(Object.entries(fields).sort());
  return inOrder(left) === inOrder(right);
}

function retell({ title, fields = {}, image }: IndexItem, known: StoredItem): StoredItem {
  return { ...known, title, fields, ...(typeof image === "string" && { file: resolve(image) }) };
}
