import { readFile } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import type { Columns, Pair } from "./pair.js";
import { isPicture, listFolder, splitOf, titleOf, walk } from "./place.js";
import { tablePairs } from "./tables.js";

const metadataNames = ["metadata.jsonl", "metadata.csv", "metadata.tsv"];

export const metadataOf = (files: readonly string[]): string | undefined =>
  metadataNames.find((name) => files.includes(name));

/**
 * Hugging Face's "imagefolder": `metadata.jsonl` or `metadata.csv` beside the pictures, or one in each of
 * the folders, whose names are then the splits.
 */
export async function* imageFolderPairs(dir: string, columns: Columns): AsyncGenerator<Pair> {
  const { files, folders } = await listFolder(dir);
  const name = metadataOf(files);
  if (name !== undefined) return yield* tablePairs(join(dir, name), { columns });
  for (const folder of folders) {
    const inner = metadataOf((await listFolder(join(dir, folder))).files);
    if (inner === undefined) continue;
    const place = { columns, split: splitOf(folder), prefix: `${folder}/` };
    yield* tablePairs(join(dir, folder, inner), place);
  }
}

/** Pictures anywhere in a folder, each called as the `.txt` beside it says, a caption a line, or as its file is named. */
export async function* picturePairs(dir: string): AsyncGenerator<Pair> {
  for await (const id of walk(dir, isPicture)) {
    const path = resolve(dir, id);
    const sidecar = `${path.slice(0, path.length - extname(path).length)}.txt`;
    const text = await readFile(sidecar, "utf8").catch(() => "");
    const captions = text.split(/\r?\n/).flatMap((line) => line.trim() || []);
    const title = captions[0] ?? titleOf(id);
    yield {
      id,
      image: { path },
      title,
      captions: captions.length > 0 ? captions : [title],
      fields: {},
    };
  }
}

/** A folder a class (`dog/1.jpg`), or a folder a split and in it a folder a class (`train/dog/1.jpg`). */
export async function* classPairs(dir: string): AsyncGenerator<Pair> {
  const { folders } = await listFolder(dir);
  for (const folder of folders) {
    const inner = await listFolder(join(dir, folder));
    const split = splitOf(folder) === folder && inner.folders.length > 0 ? folder : undefined;
    const names = split === undefined ? [folder] : inner.folders.map((name) => `${folder}/${name}`);
    for (const name of names) yield* oneClass(dir, name, split);
  }
}

async function* oneClass(
  dir: string,
  folder: string,
  split: string | undefined,
): AsyncGenerator<Pair> {
  const label = folder.slice(folder.lastIndexOf("/") + 1);
  const title = titleOf(`${label}.`);
  for await (const name of walk(join(dir, folder), isPicture)) {
    const id = `${folder}/${name}`;
    const words = { title, captions: [title], fields: { label }, label };
    yield {
      id,
      image: { path: resolve(dir, id) },
      ...words,
      ...(split === undefined ? {} : { split }),
    };
  }
}
