import { readFile } from "node:fs/promises";
import type Database from "libsql";
import { sha256 } from "./checksum.js";
import { fileStamp } from "./file-stamp.js";

type Connection = InstanceType<typeof Database>;

/** A picture that could not be read: it is not tried again until it is another one. */
export interface BrokenPicture {
  readonly id: string;
  /** SHA-256 of its bytes in hex, or `missing`. */
  readonly content: string;
  /** The file's size and time of change: while they stay, its content need not be read again. */
  readonly stamp?: string;
}

/** What an item has to be known by. */
interface PictureSource {
  readonly id: string;
  /** A path, or the bytes of a picture file. */
  readonly image: string | Uint8Array;
}

const schema =
  "CREATE TABLE IF NOT EXISTS broken (id TEXT PRIMARY KEY, content TEXT NOT NULL, stamp TEXT) STRICT";

/** In place of those remembered before. */
export function writeBroken(database: Connection, pictures: readonly BrokenPicture[]): void {
  database.exec(schema);
  database.exec("DELETE FROM broken");
  const insert = database.prepare("INSERT OR REPLACE INTO broken VALUES (?, ?, ?)");
  for (const { id, content, stamp } of pictures) insert.run(id, content, stamp ?? null);
}

/** By id; none in an index older than this. */
export function readBroken(database: Connection): Map<string, BrokenPicture> {
  const table = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'broken'").get();
  if (!table) return new Map();
  const rows = database.prepare("SELECT id, content, stamp FROM broken").all() as {
    id: string;
    content: string;
    stamp: string | null;
  }[];
  return new Map(
    rows.map(({ id, content, stamp }) => [id, { id, content, ...(stamp !== null && { stamp }) }]),
  );
}

/** What is known of a picture that could not be read. */
export async function describeBroken({ id, image }: PictureSource): Promise<BrokenPicture> {
  const stamp = typeof image === "string" ? await fileStamp(image) : undefined; // before it is read
  return { id, content: await contentOf(image), ...(stamp && { stamp }) };
}

/** Whether a picture that could not be read is as it was then. */
export async function isStillBroken(
  { image }: Pick<PictureSource, "image">,
  known: BrokenPicture,
): Promise<boolean> {
  if (typeof image === "string" && known.stamp !== undefined) {
    if ((await fileStamp(image)) === known.stamp) return true;
  }
  return (await contentOf(image)) === known.content;
}

async function contentOf(image: PictureSource["image"]): Promise<string> {
  const bytes = typeof image === "string" ? await readFile(image).catch(() => undefined) : image;
  return bytes ? sha256(bytes) : "missing";
}
