import { stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import { isAircraft } from "./aircraft.js";
import { headerNames, readHeader } from "./csv.js";
import { isFlowers } from "./flowers.js";
import { metadataOf } from "./folders.js";
import { readJsonl } from "./jsonl.js";
import { type Columns, type DataSetKind, dataSetKinds } from "./pair.js";
import { isPicture, type Listing, listFolder, readError, splitOf, walk } from "./place.js";
import { hasCaption, imageColumn } from "./rows.js";
import { isCsv, isJsonl } from "./tables.js";
import { isInfoJson } from "./yt-dlp.js";

const isShard = (name: string): boolean => /\.tar$/i.test(name);
const isParquet = (name: string): boolean => /\.parquet$/i.test(name);

/** A set's form, and the files that hold it, by their paths inside it: shards, tables, parquet files. */
export interface Found {
  readonly kind: DataSetKind;
  readonly files: readonly string[];
}

/**
 * What a path holds, by its content.
 *
 * @throws UserError when it holds nothing that is known, or several things at once
 */
export async function detect(
  path: string,
  kind: DataSetKind | undefined,
  columns: Columns,
): Promise<Found> {
  const entry = await stat(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  if (!entry.isDirectory()) return checkKind(path, fileKind(path), kind);
  const listing = await listFolder(path);
  if (kind !== undefined) return { kind, files: await filesOf(kind, path, columns) };
  const found = await evidence(path, listing, columns);
  if (found.length === 1)
    return { kind: found[0]!, files: await filesOf(found[0]!, path, columns) };
  if (found.length === 0) {
    throw new UserError(
      `The data folder ${path} has no pictures; it needs image files, a metadata.jsonl or .csv, a table with a column of pictures, .tar shards, .parquet files or yt-dlp's *.info.json.`,
    );
  }
  throw new UserError(
    `The data folder ${path} can be read as ${found.join(" and as ")}; say which is meant (--kind), or give the folder or file inside that holds it.`,
  );
}

function fileKind(path: string): DataSetKind {
  if (isCsv(path)) return "csv";
  if (isJsonl(path)) return "jsonl";
  if (isShard(path)) return "webdataset";
  if (isParquet(path)) return "parquet";
  throw new UserError(
    `${path} is no data set; give a folder, or a .csv, .tsv, .jsonl, .tar or .parquet file.`,
  );
}

function checkKind(path: string, found: DataSetKind, kind: DataSetKind | undefined): Found {
  if (kind === undefined || kind === found) return { kind: found, files: [""] };
  throw new UserError(`${path} is a file of kind ${found}, not ${kind}; leave --kind away.`);
}

/** @throws UserError for a name that is no kind's */
export function dataSetKind(name: string): DataSetKind {
  const kind = dataSetKinds.find((known) => known === name);
  if (kind) return kind;
  throw new UserError(`There is no data set kind ${name}; kinds: ${dataSetKinds.join(", ")}.`);
}

/** The kinds that a folder's content allows: one, unless things are mixed. */
async function evidence(
  dir: string,
  { files, folders }: Listing,
  columns: Columns,
): Promise<DataSetKind[]> {
  if (isAircraft({ files, folders })) return ["aircraft"];
  if (isFlowers({ files, folders })) return ["flowers"];
  const inner = await Promise.all(folders.map((name) => listFolder(join(dir, name))));
  if (metadataOf(files) || inner.some((each) => metadataOf(each.files))) return ["imagefolder"];
  if (await any(walk(dir, isInfoJson, { depth: 3 }))) return ["yt-dlp"];
  const found: DataSetKind[] = [];
  // img2dataset leaves a parquet of metadata beside each shard, so shards come before parquet files.
  if (await any(walk(dir, isShard, { depth: 2 }))) found.push("webdataset");
  else if (await any(walk(dir, isParquet, { depth: 2 }))) found.push("parquet");
  const tables = await pairTables(dir, files, columns);
  if (tables.some(isCsv)) found.push("csv");
  if (tables.some(isJsonl)) found.push("jsonl");
  if (found.length === 0) found.push(...(await pictureKinds(dir, files, folders)));
  return found;
}

/** Pictures lie in the folder itself, or in folders that are classes, or both. */
async function pictureKinds(
  dir: string,
  files: readonly string[],
  folders: readonly string[],
): Promise<DataSetKind[]> {
  const own = files.some(isPicture);
  const captioned = await any(
    walk(dir, (name) => /\.txt$/i.test(name) && !/^readme/i.test(name), { depth: 2 }),
  );
  let inFolders = false;
  for (const name of folders)
    inFolders ||= await any(walk(join(dir, name), isPicture, { depth: 2 }));
  if (own && inFolders) return captioned ? ["pictures"] : ["pictures", "classes"];
  if (own) return ["pictures"];
  return inFolders ? [captioned ? "pictures" : "classes"] : [];
}

/** The tables whose header, or first line, names a picture and a caption. */
async function pairTables(
  dir: string,
  files: readonly string[],
  columns: Columns,
): Promise<string[]> {
  const tables: string[] = [];
  for (const name of files.filter((each) => isCsv(each) || isJsonl(each))) {
    const keys = await keysOf(join(dir, name)).catch(() => []);
    if (imageColumn(keys, columns) && hasCaption(keys, columns)) tables.push(name);
  }
  return tables;
}

async function keysOf(path: string): Promise<string[]> {
  if (isCsv(path)) return headerNames(await readHeader(path));
  for await (const { row } of readJsonl(path)) return Object.keys(row);
  return [];
}

/** The files inside a folder that hold a set of a kind. @throws UserError when there are none, or tables that are no splits */
async function filesOf(kind: DataSetKind, dir: string, columns: Columns): Promise<string[]> {
  if (kind === "csv" || kind === "jsonl") return tablesOf(kind, dir, columns);
  if (kind !== "webdataset" && kind !== "parquet") return [];
  const files: string[] = [];
  const wanted = kind === "parquet" ? isParquet : isShard;
  for await (const name of walk(dir, wanted, { depth: 2 })) files.push(name);
  if (files.length === 0) throw noFiles(kind, dir);
  return files;
}

async function tablesOf(kind: "csv" | "jsonl", dir: string, columns: Columns): Promise<string[]> {
  const names = (await listFolder(dir)).files.filter(kind === "csv" ? isCsv : isJsonl);
  const tables = await pairTables(dir, names, columns);
  if (tables.length === 0) throw noFiles(kind, dir);
  if (tables.length > 1 && !tables.every((name) => splitOf(name))) {
    throw new UserError(
      `The data folder ${dir} holds several tables (${tables.slice(0, 4).join(", ")}); give the path of the one that is meant.`,
    );
  }
  return tables;
}

const noFiles = (kind: DataSetKind, dir: string): UserError =>
  new UserError(
    `The data folder ${dir} holds no files of kind ${kind} with pictures and captions.`,
  );

async function any(items: AsyncIterable<unknown>): Promise<boolean> {
  for await (const _ of items) return true;
  return false;
}
