import { dirname, extname } from "node:path";
import { readCsv } from "./csv.js";
import { type PlacedRow, readJsonl } from "./jsonl.js";
import type { Columns, Pair } from "./pair.js";
import { joinCaptions, pairOfRow } from "./rows.js";

export const isCsv = (name: string): boolean => /\.(csv|tsv)$/i.test(name);
export const isJsonl = (name: string): boolean => /\.(jsonl|ndjson)$/i.test(name);

export function readRows(path: string): AsyncGenerator<PlacedRow> {
  return isCsv(extname(path)) ? readCsv(path) : readJsonl(path);
}

export interface TableOptions {
  readonly columns: Columns;
  readonly split?: string | undefined;
  readonly prefix?: string;
}

/** The pairs of a table whose rows name pictures by paths relative to it. */
export async function* tablePairs(path: string, options: TableOptions): AsyncGenerator<Pair> {
  const dir = dirname(path);
  async function* pairs(): AsyncGenerator<Pair> {
    for await (const { row, where } of readRows(path))
      yield pairOfRow(row, { dir, where, ...options });
  }
  yield* joinCaptions(pairs());
}
