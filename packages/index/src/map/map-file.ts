import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "@cliptune/clip";
import { sha256 } from "../checksum.js";
import { type Manifest, versionDir } from "../manifest.js";
import type { Layout } from "./lay-out.js";

/** Where the pictures of an index, and some of their titles, lie in two dimensions. */
export interface IndexMap extends Layout {
  /** Of the index. */
  readonly version: string;
  /** `[n]` rows of the index that are on the map, ascending. */
  readonly labels: Uint32Array;
  /** `[t]` whose title each of the titles is: a place among `labels`. */
  readonly titleOf: Uint32Array;
  /** The pictures, 32 x 32 pixels each, in the order of `labels`: a WebP picture with so many in a row. */
  readonly atlas: Uint8Array;
  readonly columns: number;
}

const format = 1;

/** Beside the version's own files, with which it is removed; it can always be made again. */
const mapPath = (dir: string, version: string) => join(versionDir(dir, version), "map.json");
const atlasPath = (dir: string, version: string) => join(versionDir(dir, version), "map.webp");

interface Stored {
  readonly format: number;
  readonly version: string;
  /** SHA-256 of the atlas. */
  readonly atlas: string;
  readonly columns: number;
  readonly gap: number | null;
  readonly shares: readonly number[];
  /** Base64 of little-endian float32 and uint32. */
  readonly arrays: Readonly<Record<keyof ReturnType<typeof arraysOf>, string>>;
}

/** The map of this version of the index; none where none was made, or not wholly. */
export async function readMap(
  dir: string,
  { version }: Pick<Manifest, "version">,
): Promise<IndexMap | undefined> {
  try {
    const { checksum, text } = JSON.parse(
      await readFile(mapPath(dir, version), "utf8"),
    ) as Readonly<Record<string, string>>;
    const atlas = new Uint8Array(await readFile(atlasPath(dir, version)));
    if (checksum !== sha256(text!)) return undefined;
    const stored = JSON.parse(text!) as Stored;
    if (stored.format !== format || stored.version !== version) return undefined;
    return stored.atlas === sha256(atlas) ? unpack(stored, atlas) : undefined;
  } catch {
    return undefined;
  }
}

/** Each file is replaced at once, the atlas first: what is read fits together or counts as missing. */
export async function writeMap(dir: string, map: IndexMap): Promise<void> {
  const { version, atlas, columns, gap, axes } = map;
  const arrays = Object.entries(arraysOf(map)).map(([name, array]) => [name, toText(array)]);
  const stored = {
    ...{ format, version, columns, gap },
    atlas: sha256(atlas),
    shares: axes.shares,
    arrays: Object.fromEntries(arrays) as Stored["arrays"],
  } satisfies Stored;
  const text = JSON.stringify(stored);
  const sealed = JSON.stringify({ checksum: sha256(text), text });
  await replaceFile(atlasPath(dir, version), (file) => file.writeFile(atlas));
  await replaceFile(mapPath(dir, version), (file) => file.writeFile(sealed));
}

function arraysOf({ labels, titleOf, neighbours, plane, titles, axes }: IndexMap) {
  return { labels, titleOf, neighbours, plane, titles, mean: axes.mean, axes: axes.axes };
}

function unpack({ version, columns, gap, shares, arrays }: Stored, atlas: Uint8Array): IndexMap {
  return {
    ...{ version, atlas, columns, gap },
    labels: new Uint32Array(toBytes(arrays.labels)),
    titleOf: new Uint32Array(toBytes(arrays.titleOf)),
    neighbours: new Float32Array(toBytes(arrays.neighbours)),
    plane: new Float32Array(toBytes(arrays.plane)),
    titles: new Float32Array(toBytes(arrays.titles)),
    axes: {
      mean: new Float32Array(toBytes(arrays.mean)),
      axes: new Float32Array(toBytes(arrays.axes)),
      shares,
    },
  };
}

function toText({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function toBytes(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, "base64")).buffer;
}
