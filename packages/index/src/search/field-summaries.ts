import type Database from "libsql";
import type { FieldValue } from "./filter.js";

type Connection = InstanceType<typeof Database>;

/** `date`: all values are texts that begin as ISO 8601's dates do. A field of mixed kinds is a string. */
export type FieldKind = "number" | "string" | "boolean" | "date";

/** What the items of an index have under one name. */
export interface FieldSummary {
  readonly name: string;
  readonly kind: FieldKind;
  /** Items that have it. */
  readonly count: number;
  /** Values that differ. */
  readonly distinct: number;
  /** Of numbers and dates. */
  readonly min?: number | string;
  readonly max?: number | string;
  /** Strings and booleans: the 50 commonest values, and how many items have each. */
  readonly values?: readonly { readonly value: FieldValue; readonly count: number }[];
}

/**
 * The fields once more, a row each, so that SQLite can look them up by value. Booleans are the texts
 * `true` and `false`.
 */
export const fieldSchema = `
  CREATE TABLE item_fields (
    name TEXT NOT NULL,
    value ANY NOT NULL,
    label INTEGER NOT NULL,
    PRIMARY KEY (name, value, label)
  ) STRICT, WITHOUT ROWID`;

/** Run once, when all items are there: rows that arrive in order are written several times as fast. */
export const fillFields = `
  INSERT INTO item_fields
  SELECT key, CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE value END, label
  FROM items, json_each(items.fields)
  WHERE type IN ('true', 'false', 'integer', 'real', 'text')
  ORDER BY 1, 2, 3`;

const overview = `
  SELECT name, COUNT(*) AS count, COUNT(DISTINCT value) AS "distinct",
    MIN(value) AS min, MAX(value) AS max, MIN(typeof(value) != 'text') AS number,
    MIN(value IN ('true', 'false')) AS boolean,
    MIN(typeof(value) = 'text' AND value GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'
      AND julianday(value) IS NOT NULL) AS date
  FROM item_fields GROUP BY name ORDER BY name`;

const commonest = `
  SELECT value, COUNT(*) AS count FROM item_fields WHERE name = ?
  GROUP BY value ORDER BY count DESC, value LIMIT 50`;

interface Row {
  readonly name: string;
  readonly count: number;
  readonly distinct: number;
  readonly min: number | string;
  readonly max: number | string;
  readonly number: number;
  readonly boolean: number;
  readonly date: number;
}

export function summariseFields(database: Connection): FieldSummary[] {
  const values = database.prepare(commonest);
  return (database.prepare(overview).all() as Row[]).map((row) => {
    const { name, count, distinct, min, max } = row;
    const kind = kindOf(row);
    const summary = { name, kind, count, distinct };
    if (kind === "number" || kind === "date") return { ...summary, min, max };
    const rows = values.all(name) as { value: string | number; count: number }[];
    return {
      ...summary,
      values: rows.map(({ value, count }) => {
        return { value: kind === "boolean" ? value === "true" : value, count };
      }),
    };
  });
}

function kindOf(row: Row): FieldKind {
  if (row.number) return "number";
  if (row.boolean) return "boolean";
  return row.date ? "date" : "string";
}
