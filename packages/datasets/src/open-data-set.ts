import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { aircraftPairs } from "./aircraft.js";
import { expandBraces } from "./braces.js";
import { detect, type Found } from "./detect.js";
import { flowersPairs } from "./flowers.js";
import { classPairs, imageFolderPairs, picturePairs } from "./folders.js";
import type { DataSet, OpenOptions, Pair } from "./pair.js";
import { parquetPairs } from "./parquet.js";
import { splitOf } from "./place.js";
import { tablePairs } from "./tables.js";
import { shardPairs } from "./web-dataset.js";
import { ytDlpPairs } from "./yt-dlp.js";

/**
 * Opens a data set of any kind that is known, told by its content.
 *
 * @param path a folder or a file; shards also as webdataset's `shards/{00000..00099}.tar`
 * @throws UserError for a path that is missing, holds nothing known, or could be read in several ways
 */
export async function openDataSet(path: string, options: OpenOptions = {}): Promise<DataSet> {
  const { columns = {}, split } = options;
  const shards = expandBraces(path);
  const root = resolve(path);
  const found: Found =
    shards.length > 1
      ? { kind: "webdataset", files: shards.map((shard) => resolve(shard)) }
      : await detect(root, options.kind, columns);
  return {
    kind: found.kind,
    path: root,
    files: found.files.map((name) => resolve(root, name)),
    pairs: () => ofSplit(pairsOf(root, found, options), split),
  };
}

async function* ofSplit(
  pairs: AsyncIterable<Pair>,
  split: string | undefined,
): AsyncGenerator<Pair> {
  for await (const pair of pairs) if (split === undefined || pair.split === split) yield pair;
}

async function* pairsOf(
  root: string,
  { kind, files }: Found,
  options: OpenOptions,
): AsyncGenerator<Pair> {
  const { columns = {} } = options;
  if (kind === "imagefolder") return yield* imageFolderPairs(root, columns);
  if (kind === "pictures") return yield* picturePairs(root);
  if (kind === "classes") return yield* classPairs(root);
  if (kind === "aircraft") return yield* aircraftPairs(root);
  if (kind === "flowers") return yield* flowersPairs(root);
  if (kind === "yt-dlp") return yield* ytDlpPairs(root, options);
  for (const name of files) {
    const path = name === "" ? root : resolve(root, name);
    const id = (
      name === "" ? basename(root) : resolve(name) === name ? basename(name) : name
    ).replace(/\.[^.]+$/, "");
    if (kind === "webdataset") yield* shardPairs(path, id, options);
    else if (kind === "parquet") yield* parquetPairs(path, id, options);
    else yield* tablePairs(path, { columns, split: splitOf(basename(path)) });
  }
}

/** The bytes of a pair's picture file, wherever it lies. */
export async function readImage({ image }: Pick<Pair, "image">): Promise<Uint8Array> {
  if ("bytes" in image) return image.bytes();

  return readFile(image.path);
}
