import { access } from "node:fs/promises";
import { type Fields, openDataSet, type Pair as SetPair } from "@cliptune/datasets";
import { UserError } from "@cliptune/engine";

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
  /** What the metadata says besides (category, source, url, …), if it does. */
  readonly fields?: Fields;
  /** Its embedding, where it comes without a picture. */
  readonly vector?: Float32Array;
}

/** Titles that differ in case alone are one: the towers read small letters. */
export const titleKey = (title: string): string => title.trim().toLowerCase();

/** What a picture is sorted by: its class, or its title where it has none. */
export const classOf = ({ label, title }: Pick<Pair, "label" | "title">): string => label ?? title;

/** Pictures of one kind are right answers for one another. */
export const kindOf = (pair: Pair, by: "title" | "label"): string =>
  titleKey(by === "label" ? classOf(pair) : pair.title);

export interface FolderOptions {
  /** Keep only the pairs whose `split` is this. */
  readonly split?: string;
}

/**
 * Reads a data set whose pictures are files, of any kind that `@cliptune/datasets` knows: a folder of images with
 * metadata or without, a table, class folders, a yt-dlp download.
 *
 * @throws UserError for a missing set or picture, a bad line (with its number), pictures inside shards, or no pairs at all
 */
export async function readFolder(path: string, { split }: FolderOptions = {}): Promise<Pair[]> {
  const set = await openDataSet(path);
  const pairs: Pair[] = [];
  const splits = new Set<string>();
  for await (const pair of set.pairs()) {
    splits.add(pair.split ?? "(none)");
    if (split === undefined || pair.split === split) pairs.push(toPair(pair, path));
  }
  if (pairs.length === 0) throw new UserError(emptyMessage(path, splits, split));
  await checkFiles(pairs);
  return pairs;
}

function toPair({ id, image, title, captions, fields, label, split }: SetPair, path: string): Pair {
  if (!("path" in image)) {
    throw new UserError(
      `${path} keeps its pictures inside other files, but they are read in any order here; unpack it first, with unpackDataSet of @cliptune/datasets.`,
    );
  }
  const { family: _, ...own } = fields; // what pictures are dealt into splits by
  return {
    ...{ id, file: image.path, title, captions },
    ...(label === undefined ? {} : { label }),
    ...(split === undefined ? {} : { split }),
    ...(Object.keys(own).length > 0 && { fields: own }),
  };
}

function emptyMessage(
  path: string,
  splits: ReadonlySet<string>,
  split: string | undefined,
): string {
  if (split === undefined || splits.size === 0) return `The data folder ${path} has no pictures.`;
  const known = [...splits].slice(0, 8).join(", ");
  return `The data folder ${path} has no pairs with split "${split}"; its splits are: ${known}.`;
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
