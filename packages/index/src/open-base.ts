import { open } from "node:fs/promises";
import { join } from "node:path";
import { verifyFile } from "./checksum.js";
import { type ItemReader, openItems } from "./item-store.js";
import { openLanceIndex } from "./lance-index.js";
import { placeUri } from "./lance-place.js";
import { type Manifest, versionDir } from "./manifest.js";
import { openTogether } from "./open-together.js";
import { readRows } from "./row-file.js";
import { openPack, type PackReader } from "./thumbnail.js";
import { appendedFiles, fileNames } from "./version-files.js";

/** The version that another is made from. */
export interface IndexBase {
  readonly manifest: Manifest;
  readonly items: ItemReader;
  /** `[n, D]` in the order of `labels`. */
  vectors(labels: readonly number[]): Promise<Float32Array>;
  readonly pack: PackReader;
  close(): Promise<void>;
}

/** @throws UserError when a file is missing or damaged */
export async function openBase(dir: string, manifest: Manifest): Promise<IndexBase> {
  const home = versionDir(dir, manifest.version);
  for (const [name, record] of Object.entries(manifest.files)) {
    await verifyFile(join(home, name), record, { mayGrow: appendedFiles.has(name) });
  }
  return openTogether(async (keep) => {
    const rows = keep(await openRows(dir, manifest));
    const pack = keep(await openPack(join(home, fileNames.thumbnails)));
    const items = keep(openItems(join(home, fileNames.items)));
    return {
      ...{ manifest, items, pack, vectors: rows.read },
      async close() {
        items.close();
        await pack.close();
        await rows.close();
      },
    };
  });
}

interface Rows {
  read(labels: readonly number[]): Promise<Float32Array>;
  close(): Promise<void>;
}

async function openRows(dir: string, manifest: Manifest): Promise<Rows> {
  const { dimension, lance } = manifest;
  if (lance) {
    const index = await openLanceIndex({ ...lance, uri: placeUri(dir, lance), dimension }, lance);
    return { read: (labels) => index.vectors(labels), close: () => index.close() };
  }
  const file = await open(join(versionDir(dir, manifest.version), fileNames.vectors), "r");
  const read = async (labels: readonly number[]) => {
    const rows = new Float32Array(labels.length * dimension);
    for (const [i, label] of labels.entries()) {
      rows.set(await readRows({ file, dimension }, label, 1), i * dimension);
    }
    return rows;
  };
  return { read, close: () => file.close() };
}
