import Database from "libsql";
import type { ThumbnailPlace } from "./thumbnail.js";

export type Fields = Readonly<Record<string, string | number>>;

/** What an index keeps of a picture, besides its vector and thumbnail. */
export interface StoredItem {
  readonly id: string;
  readonly title: string;
  readonly fields: Fields;
  /** SHA-256 of the picture's bytes, in hex. */
  readonly hash?: string;
  /** The picture's path when it was indexed, if it came from a file. */
  readonly file?: string;
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
    thumbnail_offset INTEGER,
    thumbnail_length INTEGER,
    thumbnail_crc INTEGER
  ) STRICT`;

export interface ItemWriter {
  add(row: ItemRow): void;
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
  database.exec(schema);
  database.exec("BEGIN");
  const insert = database.prepare("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  return {
    add({ label, item, thumbnail }) {
      insert.run(
        label,
        item.id,
        item.title,
        JSON.stringify(item.fields),
        item.hash ?? null,
        item.file ?? null,
        thumbnail?.offset ?? null,
        thumbnail?.length ?? null,
        thumbnail?.crc ?? null,
      );
    },
    commit() {
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
  /** In the order of labels. */
  page(range: ItemRange): ItemRow[];
  close(): void;
}

export function openItems(path: string): ItemReader {
  const database = new Database(path);
  database.exec("PRAGMA query_only = ON"); // libsql has no read-only mode
  const label = database.prepare("SELECT * FROM items WHERE label = ?");
  const page = database.prepare("SELECT * FROM items WHERE label >= ? ORDER BY label LIMIT ?");
  const id = database.prepare("SELECT * FROM items WHERE id = ?");
  return {
    byLabel: (wanted) => toItem(label.get(wanted)),
    byId: (wanted) => toItem(id.get(wanted)),
    page: ({ offset, limit }) =>
      page.all(offset, limit).flatMap((columns) => toItem(columns) ?? []),
    close: () => database.close(),
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
  readonly thumbnail_offset: number | null;
  readonly thumbnail_length: number;
  readonly thumbnail_crc: number;
}

function toItem(row: unknown): ItemRow | undefined {
  if (row === undefined) return undefined;
  const columns = row as Columns;
  const { label, id, title, hash, file, thumbnail_offset: offset } = columns;
  const item: StoredItem = {
    id,
    title,
    fields: JSON.parse(columns.fields) as Fields,
    ...(hash === null ? {} : { hash }),
    ...(file === null ? {} : { file }),
  };
  if (offset === null) return { label, item };
  const thumbnail = { offset, length: columns.thumbnail_length, crc: columns.thumbnail_crc };
  return { label, item, thumbnail };
}
