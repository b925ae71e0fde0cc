import { UserError } from "@cliptune/engine";
import { z } from "zod";

export interface MetadataRow {
  readonly fileName: string;
  readonly title: string;
  readonly captions: readonly string[];
  readonly label?: string | undefined;
  readonly split?: string | undefined;
  readonly fields?: Fields | undefined;
}

/** What a row says besides: category, source, url, … */
export type Fields = Readonly<Record<string, string | number>>;

const text = z.string().trim().min(1);

/** Other fields are the user's own and pass as they are. */
const rowSchema = z
  .looseObject({
    file_name: text,
    title: text.optional(),
    text: text.optional(),
    caption: text.optional(),
    captions: z.array(text).min(1).optional(),
    label: z.union([text, z.number()]).optional(),
    split: z.string().optional(),
    family: z.unknown().optional(),
  })
  .refine((row) => row.title ?? row.text ?? row.caption ?? row.captions, {
    error: 'needs one of "title", "text", "caption" and "captions"',
  });

function toRow(value: unknown, where: string): MetadataRow {
  const result = rowSchema.safeParse(value);
  if (!result.success) {
    throw new UserError(`${where}: ${z.prettifyError(result.error).replaceAll("\n", " ")}`);
  }
  const { file_name: fileName, title, text, caption, captions, label, split } = result.data;
  const name = (title ?? caption ?? text ?? captions?.[0])!;
  return {
    ...{ fileName, title: name, captions: captions ?? [caption ?? text ?? name] },
    ...{ label: label === undefined ? undefined : String(label), split },
    fields: fieldsOf(result.data),
  };
}

/** The strings and numbers under keys that the schema doesn't name. */
function fieldsOf(row: Readonly<Record<string, unknown>>): Fields | undefined {
  const own = Object.entries(row).filter(
    (entry): entry is [string, string | number] =>
      (entry[0] === "label" || !Object.hasOwn(rowSchema.shape, entry[0])) &&
      (typeof entry[1] === "string" || typeof entry[1] === "number"),
  );
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/** One JSON object a line. @throws UserError naming the file and the line's number */
export function parseJsonl(content: string, path: string): MetadataRow[] {
  return content.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const where = `${path}, line ${i + 1}`;
    try {
      return [toRow(JSON.parse(line), where)];
    } catch (error) {
      if (error instanceof SyntaxError) {
        throw new UserError(`${where} is not valid JSON (${error.message}); mend or remove it.`);
      }
      throw error;
    }
  });
}

/** Comma-separated with a header line, fields quoted where they hold commas, quotes or line ends. */
export function parseCsv(content: string, path: string): MetadataRow[] {
  const [header, ...records] = csvRecords(content);
  return records.map((record, i) => {
    const cells = header!.map((name, column) => [name.trim(), record[column] ?? ""] as const);
    const filled = cells.filter(([, cell]) => cell.trim() !== "");
    return toRow(Object.fromEntries(filled), `${path}, record ${i + 1}`);
  });
}

function csvRecords(content: string): string[][] {
  const records: string[][] = [];
  // One match a cell: quoted or plain, and what ends it.
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  let record: string[] = [];
  for (const [, quoted, plain, end] of content.replace(/^\ufeff/, "").matchAll(cells)) {
    record.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === ",") continue;
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
  }
  return records;
}
