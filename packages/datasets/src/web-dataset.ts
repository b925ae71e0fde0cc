import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { UserError } from "@cliptune/engine";
import { extract, type Header } from "tar-stream";
import type { OpenOptions, Pair } from "./pair.js";
import { readParquetRows } from "./parquet-file.js";
import { isPicture, readError } from "./place.js";
import { fieldsOf, type Row, splitAndLabel, wordsOf } from "./rows.js";

/** A file inside a shard, by where its bytes lie. */
interface Member {
  readonly offset: number;
  readonly size: number;
}

/** The files of one key: webdataset's sample. */
interface Sample {
  readonly key: string;
  image?: Member;
  /** The contents of its .json, .txt and .cls. */
  row: Record<string, unknown>;
}

const texts: Readonly<Record<string, string>> = {
  txt: "caption",
  caption: "caption",
  cls: "label",
};

/** Longer texts than any caption: a .json that holds embeddings, say, is no metadata. */
const mostText = 4 << 20;

/**
 * The samples of a tar shard: a picture with `.txt` or `.json` of the same name. Pictures are read from
 * their place in the shard when asked for; the shard itself is passed through once.
 *
 * @param rows what img2dataset's parquet beside the shard says, by key, for shards without .json
 */
export async function* shardPairs(
  shard: string,
  id: string,
  { columns = {}, onSkip }: OpenOptions,
): AsyncGenerator<Pair> {
  const besides = besidesOf(shard);
  for await (const sample of samples(shard)) {
    const row = { ...(await besides(sample)), ...sample.row };
    const words = wordsOf(row, columns);
    const { image, key } = sample;
    if (!image || !words) {
      onSkip?.(`${shard}: sample ${key} has no ${image ? "caption" : "picture"}`);
      continue;
    }
    yield {
      id: `${id}/${key}`,
      image: { bytes: () => readMember(shard, image) },
      ...words,
      fields: fieldsOf(row, ["key", "status", "error_message", "exif"]),
      ...splitAndLabel(row, undefined),
    };
  }
}

/** Consecutive files whose paths are equal up to the first dot of their names are one sample. */
async function* samples(shard: string): AsyncGenerator<Sample> {
  let sample: Sample | undefined;
  for await (const { name, member, text } of members(shard)) {
    const dot = name.indexOf(".", name.lastIndexOf("/") + 1);
    const key = dot < 0 ? name : name.slice(0, dot);
    if (sample && sample.key !== key) {
      yield sample;
      sample = undefined;
    }
    sample ??= { key, row: {} };
    if (isPicture(name)) sample.image ??= member;
    else if (text !== undefined) addText(sample, name.slice(dot + 1), text, `${shard}: ${name}`);
  }
  if (sample) yield sample;
}

function addText(sample: Sample, type: string, text: string, where: string): void {
  if (type !== "json") {
    sample.row[texts[type]!] = text.trim();
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `${where} is not valid JSON (${(error as Error).message}); make the shard again.`,
    );
  }
  // A .txt beside says the caption that is meant.
  if (typeof value === "object" && value !== null) sample.row = { ...value, ...sample.row };
}

interface TarFile {
  readonly name: string;
  readonly member: Member;
  /** Of a .json, .txt or .cls. */
  readonly text?: string;
}

async function* members(shard: string): AsyncGenerator<TarFile> {
  const file = createReadStream(shard);
  const tar = extract();
  file.once("error", (error) => tar.destroy(error));
  file.pipe(tar);
  try {
    for await (const entry of tar) {
      const {
        name,
        size,
        type,
        byteOffset: offset,
      } = entry.header as Header & { byteOffset: number };
      const extension = name.slice(name.lastIndexOf(".") + 1);
      const wanted =
        type === "file" && size <= mostText && (extension === "json" || extension in texts);
      const parts: Uint8Array[] = [];
      for await (const part of entry as AsyncIterable<Uint8Array>) if (wanted) parts.push(part);
      if (type !== "file") continue;
      const text = wanted ? { text: Buffer.concat(parts).toString("utf8") } : {};
      yield { name, member: { offset, size }, ...text };
    }
  } catch (error) {
    throw shardError(shard, error);
  } finally {
    file.destroy();
  }
}

function shardError(shard: string, error: unknown): unknown {
  const known = readError(shard, error);
  if (known instanceof UserError || !(error instanceof Error)) return known;
  if ("code" in error) return error;
  return new UserError(
    `${shard} is no whole tar file (${error.message}); unpack it if it is compressed, or fetch it again.`,
  );
}

async function readMember(shard: string, { offset, size }: Member): Promise<Uint8Array> {
  const file = await open(shard).catch((error: unknown) => {
    throw readError(shard, error);
  });
  try {
    const bytes = new Uint8Array(size);
    const { bytesRead } = await file.read(bytes, 0, size, offset);
    if (bytesRead === size) return bytes;
  } finally {
    await file.close();
  }
  throw new UserError(`${shard} became shorter while it was read; open the data again.`);
}

/** The rows of `00000.parquet` beside `00000.tar`, read only for shards whose samples have no .json. */
function besidesOf(shard: string): (sample: Sample) => Promise<Row> {
  const path = shard.replace(/\.tar$/i, ".parquet");
  let rows: Promise<ReadonlyMap<string, Row>> | undefined;
  return async ({ key, row }) => {
    if (Object.keys(row).some((name) => name !== "caption" && name !== "label")) return {};
    rows ??= rowsByKey(path);
    return (await rows).get(basename(key)) ?? {};
  };
}

async function rowsByKey(path: string): Promise<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>();
  for await (const { row } of readParquetRows(path, { optional: true })) {
    rows.set(String(row["key"]), row);
  }
  return rows;
}
