import { rename, rm, writeFile } from "node:fs/promises";
import { extname, join, relative, resolve } from "node:path";
import { makeDirectory, replaceFile } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import sharp from "sharp";
import type { Pair } from "./pair.js";
import { listFolder } from "./place.js";

const marker = "metadata.jsonl";

/**
 * Writes pairs as an imagefolder: a `metadata.jsonl` that refers to pictures where they lie, and the pictures of shards
 * and parquet files under `images/`. The metadata comes last and in one rename: a run that was cut short leaves no set.
 *
 * @throws UserError for a folder that holds something else
 */
export async function writeImageFolder(
  dir: string,
  pairs: Iterable<Pair> | AsyncIterable<Pair>,
): Promise<{ dir: string; count: number }> {
  const root = resolve(dir);
  await makeDirectory(root);
  const { files, folders } = await listFolder(root);
  if (files.length + folders.length > 0 && !files.includes(marker)) {
    throw new UserError(
      `${root} holds other files; give a folder that is new, or one with a ${marker}.`,
    );
  }
  let count = 0;
  await replaceFile(join(root, marker), async (file) => {
    for await (const pair of pairs) {
      const line = JSON.stringify(rowOf(pair, await placed(root, pair, count)));
      await file.writeFile(`${line}\n`);
      count++;
    }
  });
  return { dir: root, count };
}

function rowOf({ title, captions, fields, split, label }: Pair, name: string): object {
  return {
    file_name: name,
    ...{ title, captions },
    ...(split === undefined ? {} : { split }),
    ...(label === undefined ? {} : { label }),
    ...fields,
  };
}

/** Where the picture lies, from the folder; written there first when it is inside another file. */
async function placed(root: string, { image, id }: Pair, number: number): Promise<string> {
  if ("path" in image) return relative(root, image.path);
  const bytes = await image.bytes();
  const { format } = await sharp(bytes).metadata();
  const stem = `${id
    .slice(0, id.length - extname(id).length)
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .slice(-60)}-${number}`;
  const name = `images/${stem}.${format === "heif" ? "avif" : (format ?? "png")}`;
  await makeDirectory(join(root, "images"));
  const beside = join(root, `${name}.tmp`);
  try {
    await writeFile(beside, bytes);
    await rename(beside, join(root, name));
  } finally {
    await rm(beside, { force: true });
  }
  return name;
}
