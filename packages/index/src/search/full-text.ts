import type Database from "libsql";
import { indexedText, matchExpression } from "./words.js";

type Connection = InstanceType<typeof Database>;

/** Words of the titles, by stem; the titles themselves are in `items`. */
export const titleSchema = `
  CREATE VIRTUAL TABLE titles USING fts5(
    title, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
  )`;

export function titleWriter(database: Connection): (label: number, title: string) => void {
  const insert = database.prepare("INSERT INTO titles (rowid, title) VALUES (?, ?)");
  return (label, title) => {
    if (title !== "") insert.run(label, indexedText(title));
  };
}

/** A table without content must be told what it held. */
export function titleRemover(database: Connection): (label: number, title: string) => void {
  const remove = database.prepare(
    "INSERT INTO titles (titles, rowid, title) VALUES ('delete', ?, ?)",
  );
  return (label, title) => {
    if (title !== "") remove.run(label, indexedText(title));
  };
}

/**
 * Labels of the titles that share words with the query, by BM25, best first.
 *
 * @param labels the only ones wanted, all unless given
 */
export function searchTitles(
  database: Connection,
  query: string,
  { limit, labels }: { readonly limit: number; readonly labels?: Uint32Array | undefined },
): number[] {
  const expression = matchExpression(query);
  if (expression === undefined) return [];
  // The plus keeps SQLite from matching once for each label.
  const among = labels ? "AND +rowid IN (SELECT value FROM json_each(?))" : "";
  const rows = database
    .prepare(
      `SELECT rowid AS label FROM titles WHERE titles MATCH ? ${among} ORDER BY rank, rowid LIMIT ?`,
    )
    .all(expression, ...(labels ? [JSON.stringify([...labels])] : []), limit);
  return (rows as { label: number }[]).map(({ label }) => label);
}
