import { open } from "node:fs/promises";
import { join } from "node:path";
import { verifyFile } from "./checksum.js";
import { type ItemReader, openItems } from "./item-store.js";
import { type Manifest, versionDir } from "./manifest.js";
import type { RowFile } from "./row-file.js";
import { openPack, type PackReader } from "./thumbnail.js";
import { appendedFiles, fileNames } from "./version-files.js";

/** The version that another is made from. */
export interface IndexBase {
  readonly manifest: Manifest;
  readonly items: ItemReader;
  readonly vectors: RowFile;
  readonly pack: PackReader;
  close(): Promise<void>;
}

/** @throws UserError when a file is missing or damaged */
export async function openBase(dir: string, manifest: Manifest): Promise<IndexBase> {
  const home = versionDir(dir, manifest.version);
  for (const [name, record] of Object.entries(manifest.files)) {
    await verifyFile(join(home, name), record, { mayGrow: appendedFiles.has(name) });
  }
  const file = await open(join(home, fileNames.vectors), "r");
  const pack = await openPack(join(home, fileNames.thumbnails));
  const items = openItems(join(home, fileNames.items));
  return {
    manifest,
    items,
    pack,
    vectors: { file, dimension: manifest.dimension },
    async close() {
      items.close();
      await pack.close();
      await file.close();
    },
  };
}
