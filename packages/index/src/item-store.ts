import Database from "libsql";
import { type BrokenPicture, readBroken, writeBroken } from "./broken-pictures.js";
import {
  type FieldSummary,
  fieldSchema,
  fillFields,
  summariseFields,
} from "./search/field-summaries.js";
import type { FieldValue, Filter } from "./search/filter.js";
import { searchTitles, titleRemover, titleSchema, titleWriter } from "./search/full-text.js";
import { matchingLabels } from "./search/matching-labels.js";
import type { ThumbnailPlace } from "./thumbnail.js";

/** Dates are texts in ISO 8601. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** What an index keeps of a picture, besides its vector and thumbnail. */
export interface StoredItem {
  readonly id: string;
  readonly title: string;
  readonly fields: Fields;
  /** SHA-256 of the picture's bytes, in hex. */
  readonly hash?: string;
  /** The picture's path when it was indexed, if it came from a file. */
  readonly file?: string;
  /** That file's size and time of change: while they stay, its content need not be read again. */
  readonly stamp?: string;
}

export interface ItemRow {
  /** Row of its vector. Labels are given once and never again within a version. */
  readonly label: number;
  readonly item: StoredItem;
  readonly thumbnail?: ThumbnailPlace;
}

const schema = `
  CREATE TABLE items (
    label INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    fields TEXT NOT NULL,
    hash TEXT,
    file TEXT,
    stamp TEXT,
    thumbnail_offset INTEGER,
    thumbnail_length INTEGER,
    thumbnail_crc INTEGER
  ) STRICT;
  CREATE INDEX items_by_hash ON items (hash)`;

export interface ItemWriter {
  add(row: ItemRow): void;
  /** The row's vector and thumbnail are nobody's from here. */
  remove(row: ItemRow): void;
  /** Pictures that could not be read, in place of those remembered before. */
  setBroken(pictures: readonly BrokenPicture[]): void;
  /** Makes the file whole and closes it. */
  commit(): void;
  /** What was not committed is lost. */
  close(): void;
}

/** One transaction from beginning to end; the caller syncs the finished file to disk. */
export function createItems(path: string): ItemWriter {
  const database = new Database(path);
  // The file is thrown away unless it is finished, so it needs no journal and no sync of its own.
  database.exec("PRAGMA journal_mode = OFF");
  database.exec("PRAGMA synchronous = OFF");
  for (const table of [schema, fieldSchema, titleSchema]) database.exec(table);
  return writeItems(database);
}

/** Goes on with a copy of another version's items. */
export function continueItems(path: string): ItemWriter {
  const database = new Database(path);
  database.exec("PRAGMA journal_mode = OFF");
  database.exec("PRAGMA synchronous = OFF");
  return writeItems(database);
}

function writeItems(database: Database.Database): ItemWriter {
  database.exec("BEGIN");
  const addTitle = titleWriter(database);
  const removeTitle = titleRemover(database);
  const remove = database.prepare("DELETE FROM items WHERE label = ?");
  const insert = database.prepare("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return {
    add({ label, item, thumbnail }) {
      insert.run(
        label,
        item.id,
        item.title,
        JSON.stringify(item.fields),
        item.hash ?? null,
        item.file ?? null,
        item.stamp ?? null,
        thumbnail?.offset ?? null,
        thumbnail?.length ?? null,
        thumbnail?.crc ?? null,
      );
      addTitle(label, item.title);
    },
    remove({ label, item }) {
      remove.run(label);
      removeTitle(label, item.title);
    },
    setBroken: (pictures) => writeBroken(database, pictures),
    commit() {
      database.exec("DELETE FROM item_fields");
      database.exec(fillFields);
      database.exec("COMMIT");
      database.close();
    },
    close() {
      if (database.open) database.close();
    },
  };
}

export interface ItemRange {
  readonly offset: number;
  readonly limit: number;
}

export interface ItemReader {
  byLabel(label: number): ItemRow | undefined;
  byId(id: string): ItemRow | undefined;
  /** One item of this content, as `StoredItem.hash` says it. */
  byHash(hash: string): ItemRow | undefined;
  /** Pictures that could not be read, by id. */
  broken(): ReadonlyMap<string, BrokenPicture>;
  /** All labels, ascending. */
  labels(): Uint32Array;
  /** In the order of labels. */
  page(range: ItemRange): ItemRow[];
  fields(): readonly FieldSummary[];
  /** Labels of the items that the filter leaves, ascending. */
  matching(filter: Filter): Uint32Array;
  /** Labels of titles that share words with the query, best first. */
  titled(
    query: string,
    among: { readonly limit: number; readonly labels?: Uint32Array | undefined },
  ): number[];
  close(): void;
}

export function openItems(path: string): ItemReader {
  const database = new Database(path);
  database.exec("PRAGMA query_only = ON"); // libsql has no read-only mode
  const label = database.prepare("SELECT * FROM items WHERE label = ?");
  const page = database.prepare("SELECT * FROM items ORDER BY label LIMIT ?2 OFFSET ?1");
  const id = database.prepare("SELECT * FROM items WHERE id = ?");
  const hash = database.prepare("SELECT * FROM items WHERE hash = ? LIMIT 1");
  const labels = database.prepare("SELECT label FROM items ORDER BY label");
  let summaries: readonly FieldSummary[] | undefined;
  const fields = () => {
    summaries ??= summariseFields(database);
    return summaries;
  };
  return {
    byLabel: remembering((wanted) => toItem(label.get(wanted))),
    byId: (wanted) => toItem(id.get(wanted)),
    broken: () => readBroken(database),
    byHash: (wanted) => toItem(hash.get(wanted)),
    labels: () => Uint32Array.from(labels.all() as { label: number }[], (row) => row.label),
    page: ({ offset, limit }) =>
      page.all(offset, limit).flatMap((columns) => toItem(columns) ?? []),
    fields,
    matching: (filter) => matchingLabels(database, filter, fields()),
    titled: (query, among) => searchTitles(database, query, among),
    close: () => database.close(),
  };
}

/** Rows that are kept, so that what is found often is read and parsed once. */
const mostRows = 10_000;

/** The file of a version never changes. */
function remembering(read: (label: number) => ItemRow | undefined): typeof read {
  const kept = new Map<number, ItemRow>();
  return (label) => {
    const known = kept.get(label);
    if (known) return known;
    const row = read(label);
    if (kept.size >= mostRows) kept.clear();
    if (row) kept.set(label, row);
    return row;
  };
}

/** The columns of `schema`. */
interface Columns {
  readonly label: number;
  readonly id: string;
  readonly title: string;
  readonly fields: string;
  readonly hash: string | null;
  readonly file: string | null;
  readonly stamp: string | null;
  readonly thumbnail_offset: number | null;
  readonly thumbnail_length: number;
  readonly thumbnail_crc: number;
}

function toItem(row: unknown): ItemRow | undefined {
  if (row === undefined) return undefined;
  const columns = row as Columns;
  const { label, id, title, hash, file, stamp, thumbnail_offset: offset } = columns;
  const item: StoredItem = {
    id,
    title,
    fields: JSON.parse(columns.fields) as Fields,
    ...(hash === null ? {} : { hash }),
    ...(file === null ? {} : { file }),
    ...(stamp === null ? {} : { stamp }),
  };
  if (offset === null) return { label, item };
  const thumbnail = { offset, length: columns.thumbnail_length, crc: columns.thumbnail_crc };
  return { label, item, thumbnail };
}
