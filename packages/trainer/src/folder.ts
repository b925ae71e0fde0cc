import { access, readdir, readFile } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { UserError } from "@cliptune/engine";
import { type Fields, type MetadataRow, parseCsv, parseJsonl } from "./metadata.js";

/** A picture and what may be said of it. */
export interface Pair {
  /** Path inside the folder: the identity that random draws are keyed by. */
  readonly id: string;
  /** Absolute path of the picture. */
  readonly file: string;
  /** Pictures of one title are right answers for one another. */
  readonly title: string;
  /** At least one; training draws one a step. */
  readonly captions: readonly string[];
  /** Its class's name, when the pictures are sorted into classes. */
  readonly label?: string;
  /** "train", "test", … when the metadata says. */
  readonly split?: string;
  /** The metadata's other strings and numbers (category, source, url, …), if there are any. */
  readonly fields?: Fields;
}

export interface FolderOptions {
  /** Keep only the pairs whose `split` is this. */
  readonly split?: string;
}

const pictureTypes = new Set([".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".tif", ".tiff"]);

/**
 * Reads a folder of images in Hugging Face's "imagefolder" layout: `metadata.jsonl`, else
 * `metadata.csv`, else every picture in the folder, titled by its file name.
 *
 * @throws UserError for a missing folder or picture, a bad line (with its number), or no pairs at all
 */
export async function readFolder(dir: string, { split }: FolderOptions = {}): Promise<Pair[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOTDIR" ? "is not a folder" : "cannot be read";
    throw new UserError(`The data folder ${dir} ${reason} (${error.code}); check the path.`);
  });
  const all = await readPairs(dir, names);
  const pairs = split === undefined ? all : all.filter((pair) => pair.split === split);
  if (pairs.length === 0) throw new UserError(emptyMessage(dir, all, split));
  await checkFiles(pairs);
  return pairs;
}

async function readPairs(dir: string, names: readonly string[]): Promise<Pair[]> {
  for (const [name, parse] of [
    ["metadata.jsonl", parseJsonl],
    ["metadata.csv", parseCsv],
  ] as const) {
    if (!names.includes(name)) continue;
    const path = join(dir, name);
    return parse(await readFile(path, "utf8"), path).map((row) => toPair(dir, row));
  }
  return names
    .filter((name) => pictureTypes.has(extname(name).toLowerCase()))
    .sort()
    .map((name) =>
      toPair(dir, { fileName: name, title: titleOf(name), captions: [titleOf(name)] }),
    );
}

function toPair(
  dir: string,
  { fileName, title, captions, label, split, fields }: MetadataRow,
): Pair {
  return {
    ...{ id: fileName, file: resolve(dir, fileName), title, captions },
    ...(label === undefined ? {} : { label }),
    ...(split === undefined ? {} : { split }),
    ...(fields && { fields }),
  };
}

/** "red-sports_car.JPG" → "red sports car". */
function titleOf(name: string): string {
  const stem = name.slice(0, name.length - extname(name).length);
  return stem.replace(/[-_+.\s]+/g, " ").trim() || stem;
}

function emptyMessage(dir: string, all: readonly Pair[], split: string | undefined): string {
  if (split !== undefined && all.length > 0) {
    const known = [...new Set(all.map((pair) => pair.split ?? "(none)"))].slice(0, 8).join(", ");
    return `The data folder ${dir} has no pairs with split "${split}"; its splits are: ${known}.`;
  }
  return `The data folder ${dir} has no pictures; it needs a metadata.jsonl, a metadata.csv, or image files.`;
}

/** One missing picture is a typing error, a thousand a wrong folder: name the first and count the rest. */
async function checkFiles(pairs: readonly Pair[]): Promise<void> {
  const missing: Pair[] = [];
  for (let start = 0; start < pairs.length; start += 256) {
    await Promise.all(
      pairs
        .slice(start, start + 256)
        .map((pair) => access(pair.file).catch(() => missing.push(pair))),
    );
  }
  const [first] = missing;
  if (!first) return;
  const others = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
  throw new UserError(
    `The picture ${first.file} is named in the metadata but does not exist${others}; add it or remove its line.`,
  );
}
