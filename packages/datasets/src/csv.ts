import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { UserError } from "@cliptune/engine";
import { CsvError, parse } from "csv-parse";
import type { PlacedRow } from "./jsonl.js";
import { readError } from "./place.js";

/**
 * Rows of a table of text with a header line, separated by commas, tabs, semicolons or bars, whichever the header
 * has most of; quoted where cells hold separators, quotes or line ends. Empty cells are left out, and cells
 * that are numbers throughout become numbers.
 *
 * @throws UserError naming the file and the line of a record that cannot be read
 */
export async function* readCsv(path: string): AsyncGenerator<PlacedRow> {
  const delimiter = separatorOf(await readHeader(path));
  const input = createReadStream(path);
  const parser = input.pipe(
    parse({
      bom: true,
      columns: true,
      delimiter,
      info: true,
      record_delimiter: ["\r\n", "\n"],
      skip_empty_lines: true,
      trim: true,
    }),
  );
  input.once("error", (error) => parser.destroy(error));
  try {
    for await (const record of parser) {
      const { record: cells, info } = record as {
        record: Record<string, string>;
        info: { lines: number };
      };
      yield { row: filled(cells), where: `${path}, line ${info.lines}` };
    }
  } catch (error) {
    if (error instanceof CsvError) {
      throw new UserError(
        `${path} is not a table that can be read: ${error.message}; mend the line.`,
      );
    }
    throw readError(path, error);
  } finally {
    input.destroy();
  }
}

function filled(cells: Readonly<Record<string, string>>): Record<string, string | number> {
  const row: Record<string, string | number> = {};
  for (const [key, cell] of Object.entries(cells)) {
    if (cell !== "")
      row[key] = words.has(key) || String(Number(cell)) !== cell ? cell : Number(cell);
  }
  return row;
}

/** Columns in which "1984" is no number. */
const words = new Set(["title", "caption", "text", "label", "split"]);

/** The first line, up to 64 kB of it. */
export async function readHeader(path: string): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(65_536), 0, 65_536, 0);
    return buffer
      .toString("utf8", 0, bytesRead)
      .replace(/^\ufeff/, "")
      .split(/\r?\n/, 1)[0]!;
  } finally {
    await file.close();
  }
}

/** What most likely stands between the names of a header. */
function separatorOf(header: string): string {
  const counts = ["\t", ",", ";", "|"].map((mark) => ({ mark, n: header.split(mark).length }));
  return counts.reduce((most, each) => (each.n > most.n ? each : most)).mark;
}

/** The names in a header. */
export const headerNames = (header: string): string[] =>
  header.split(separatorOf(header)).map((name) => name.trim().replace(/^"|"$/g, ""));
