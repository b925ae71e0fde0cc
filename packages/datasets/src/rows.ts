import { isAbsolute, join, resolve } from "node:path";
import { UserError } from "@cliptune/engine";
import type { Columns, Fields, Pair } from "./pair.js";

/** A record of a table, whatever the file: keys to cells. */
export type Row = Readonly<Record<string, unknown>>;

/** The names that tables give the picture's path, in the order in which they are looked for. */
const imageNames = ["file_name", "filepath", "image_path", "image", "path", "filename", "file"];
/** The first that a row has is what the picture is called, and what training says of it. */
const titleNames = ["title", "caption", "text", "captions"];
const captionNames = ["captions", "caption", "text", "title"];

const own = new Set(["title", "caption", "text", "captions", "split"]);

/** The column that holds the picture's path. */
export function imageColumn(keys: readonly string[], columns: Columns): string | undefined {
  const names = columns.image === undefined ? imageNames : [columns.image];
  return names.find((name) => keys.includes(name));
}

export function hasCaption(keys: readonly string[], columns: Columns): boolean {
  const names = columns.caption === undefined ? titleNames : [columns.caption];
  return names.some((name) => keys.includes(name));
}

export type Words = Pick<Pair, "title" | "captions">;

const textOf = (value: unknown): string | undefined => {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
};

/** What a row calls its picture, and all it may be called; undefined when it says nothing. */
export function wordsOf(row: Row, { caption }: Columns): Words | undefined {
  const first = (names: readonly string[]) =>
    names.map((name) => textsOf(row[name])).find((texts) => texts.length > 0);
  const captions = first(caption === undefined ? captionNames : [caption]);
  const title = first(caption === undefined ? titleNames : [caption])?.[0];
  return captions && title !== undefined ? { title, captions } : undefined;
}

function textsOf(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((each) => textOf(each) ?? []);
}

/** The cells that are no part of the pair itself: numbers, truths, texts; lists of them joined with commas. */
export function fieldsOf(row: Row, without: readonly string[] = []): Fields {
  const kept: [string, Fields[string]][] = [];
  for (const [key, value] of Object.entries(row)) {
    if (own.has(key) || without.includes(key)) continue;
    const field = fieldOf(value);
    if (field !== undefined) kept.push([key, field]);
  }
  return Object.fromEntries(kept);
}

function fieldOf(value: unknown): Fields[string] | undefined {
  if (value === null) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (!Array.isArray(value)) return undefined;
  const parts = value.filter((each) => typeof each === "string" || typeof each === "number");
  return parts.length === 0 ? undefined : parts.join(", ");
}

export interface RowPlace {
  /** What paths in the rows are relative to. */
  readonly dir: string;
  /** For errors: the file and the line. */
  readonly where: string;
  readonly columns: Columns;
  /** The split that the file's name says, for rows that say none. */
  readonly split?: string | undefined;
  /** Put before the path to make the id: the folder of the table inside the set. */
  readonly prefix?: string;
}

/** A row of a table beside its pictures. @throws UserError naming the line when it lacks a picture or words */
export function pairOfRow(row: Row, place: RowPlace): Pair {
  const { dir, where, columns, prefix = "" } = place;
  const column = imageColumn(Object.keys(row), columns);
  const name = column === undefined ? undefined : textOf(row[column]);
  if (name === undefined)
    throw new UserError(lacks(where, "picture", columns.image ?? imageNames, row));
  const words = wordsOf(row, columns);
  if (!words) {
    throw new UserError(lacks(where, "caption", columns.caption ?? titleNames, row));
  }
  if (/^https?:\/\//i.test(name)) {
    throw new UserError(
      `${where}: the picture is the address ${name}; pictures must be files: download the set first (img2dataset does).`,
    );
  }
  const without = [column!, ...(columns.caption === undefined ? [] : [columns.caption])];
  return {
    id: isAbsolute(name) ? name : `${prefix}${name}`,
    image: { path: isAbsolute(name) ? name : resolve(join(dir, name)) },
    ...words,
    fields: fieldsOf(row, without),
    ...splitAndLabel(row, place.split),
  };
}

export function splitAndLabel(row: Row, split: string | undefined): Pick<Pair, "split" | "label"> {
  const said = textOf(row["split"]) ?? split;
  const value = row["label"];
  const label =
    typeof value === "number" || typeof value === "bigint" ? String(value) : textOf(value);
  return {
    ...(said === undefined ? {} : { split: said }),
    ...(label === undefined ? {} : { label }),
  };
}

function lacks(where: string, what: string, names: string | readonly string[], row: Row): string {
  const wanted = typeof names === "string" ? `"${names}"` : `one of ${names.join(", ")}`;
  const keys = Object.keys(row).slice(0, 12).join(", ");
  return `${where} has no ${what} (${wanted}); its keys are: ${keys || "none"}. Name the columns, or mend the line.`;
}

/** Neighbouring rows of one picture, as tables with several captions a picture have them, become one pair. */
export async function* joinCaptions(pairs: AsyncIterable<Pair>): AsyncGenerator<Pair> {
  let held: Pair | undefined;
  for await (const pair of pairs) {
    if (held && held.id === pair.id) {
      held = { ...held, captions: [...held.captions, ...pair.captions] };
      continue;
    }
    if (held) yield held;
    held = pair;
  }
  if (held) yield held;
}
