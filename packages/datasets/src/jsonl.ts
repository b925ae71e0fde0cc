import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { UserError } from "@cliptune/engine";
import { readError } from "./place.js";
import type { Row } from "./rows.js";

export interface PlacedRow {
  readonly row: Row;
  /** File and line. */
  readonly where: string;
}

/** One JSON object a line, empty lines passed over. @throws UserError naming the file and the line's number */
export async function* readJsonl(path: string): AsyncGenerator<PlacedRow> {
  const input = createReadStream(path, "utf8");
  const failed = new Promise<never>((_, reject) => input.once("error", reject));
  failed.catch(() => undefined); // reported where the lines are awaited
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]();
  try {
    for (let number = 1; ; number++) {
      const { value: line, done } = await Promise.race([lines.next(), failed]);
      if (done) return;
      const where = `${path}, line ${number}`;
      const text = number === 1 ? line.replace(/^\ufeff/, "") : line;
      if (text.trim() !== "") yield { row: parseRow(text, where), where };
    }
  } catch (error) {
    throw readError(path, error);
  } finally {
    input.destroy();
  }
}

function parseRow(line: string, where: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UserError(
      `${where} is not valid JSON (${(error as Error).message}); mend or remove it.`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(`${where} is no JSON object; each line must be one, with keys and values.`);
  }
  return value as Row;
}
