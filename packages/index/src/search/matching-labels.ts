import { UserError } from "@cliptune/engine";
import type Database from "libsql";
import type { FieldKind, FieldSummary } from "./field-summaries.js";
import { type FieldValue, type Filter, isoDate, type Test, testsOf } from "./filter.js";
import { foldText } from "./words.js";

type Connection = InstanceType<typeof Database>;
type Bound = string | number;

/** A column of labels and values to test. */
interface Column {
  readonly field: string;
  readonly kind: FieldKind;
  readonly sql: string;
  readonly values: readonly Bound[];
}

/**
 * The labels, ascending, of the items that a filter leaves.
 *
 * @throws UserError when no item has a field of that name, or the field is of another kind
 */
export function matchingLabels(
  database: Connection,
  filter: Filter,
  fields: readonly FieldSummary[],
): Uint32Array {
  const parts = filter.flatMap((condition) => {
    const column = columnOf(condition.field, fields);
    return testsOf(condition).map(([test, value]) => labelsWhere(database, column, [test, value]));
  });
  const sql = parts.map((part) => part.sql).join(" INTERSECT ") || "SELECT label FROM items";
  const values = parts.flatMap((part) => part.values);
  return Uint32Array.from(
    list<number>(database, `SELECT label AS one FROM (${sql})`, values),
  ).sort();
}

function columnOf(field: string, fields: readonly FieldSummary[]): Column {
  const summary = fields.find(({ name }) => name === field);
  if (summary) {
    const sql = "SELECT label, value FROM item_fields WHERE name = ?";
    return { field, kind: summary.kind, sql, values: [field] };
  }
  if (field === "title") {
    return { field, kind: "string", sql: "SELECT label, title AS value FROM items", values: [] };
  }
  const known = [...fields.map(({ name }) => name), "title"].join(", ");
  throw new UserError(`No item of this index has a field "${field}"; filter by one of: ${known}.`);
}

/** SQL of each test, with one question mark, and the kinds of field that it is for. */
const conditions: Readonly<Record<Test, { sql: string; kinds?: readonly FieldKind[] }>> = {
  equals: { sql: "value IN (SELECT value FROM json_each(?))" },
  not: { sql: "value IN (SELECT value FROM json_each(?))" },
  in: { sql: "value IN (SELECT value FROM json_each(?))" },
  min: { sql: "value >= ?", kinds: ["number"] },
  max: { sql: "value <= ?", kinds: ["number"] },
  above: { sql: "value > ?", kinds: ["number"] },
  below: { sql: "value < ?", kinds: ["number"] },
  contains: { sql: "value IN (SELECT value FROM json_each(?))", kinds: ["string", "date"] },
  after: { sql: "julianday(value) >= julianday(?)", kinds: ["date"] },
  before: { sql: "julianday(value) < julianday(?)", kinds: ["date"] },
};

function labelsWhere(
  database: Connection,
  column: Column,
  [test, value]: readonly [Test, unknown],
): { sql: string; values: readonly Bound[] } {
  const { field, kind } = column;
  const { sql, kinds } = conditions[test];
  if (kinds && !kinds.includes(kind)) {
    throw new UserError(
      `"${test}" is for fields of kind ${kinds.join(" or ")}, and "${field}" is of kind ${kind}; ${
        kind === "number" ? "use equals, in, min or max" : "use equals, in, contains"
      }.`,
    );
  }
  const bound = boundOf(database, column, [test, value]);
  const values = [...column.values, bound];
  const matching = `SELECT label FROM (${column.sql}) WHERE ${sql}`;
  if (test !== "not") return { sql: matching, values };
  // In brackets of its own: set operators of SQL are taken from left to right.
  return { sql: `SELECT label FROM (SELECT label FROM items EXCEPT ${matching})`, values };
}

function boundOf(
  database: Connection,
  { kind, sql, values }: Column,
  [test, value]: readonly [Test, unknown],
): Bound {
  if (test === "after" || test === "before") return isoDate(String(value));
  if (test === "contains") {
    const part = foldText(String(value));
    const all = list<Bound>(database, `SELECT DISTINCT value AS one FROM (${sql})`, values);
    return JSON.stringify(all.filter((each) => foldText(String(each)).includes(part)));
  }
  if (test === "equals" || test === "not" || test === "in") {
    const wanted = [value].flat() as FieldValue[];
    return JSON.stringify(wanted.flatMap((each) => spellings(each, kind)));
  }
  return value as number;
}

/** What may stand in the column for a value: a field of mixed kinds holds texts and numbers. */
function spellings(value: FieldValue, kind: FieldKind): Bound[] {
  const number =
    typeof value !== "boolean" && String(value).trim() !== "" ? Number(value) : Number.NaN;
  const numbers = Number.isFinite(number) ? [number] : [];
  return kind === "number" ? numbers : [String(value), ...numbers];
}

/** The column `one` of all rows, as one JSON text: a row each would cost more than finding them. */
function list<T>(database: Connection, sql: string, values: readonly Bound[]): T[] {
  const row = database
    .prepare(`SELECT json_group_array(one) AS found FROM (${sql})`)
    .get(...values);
  return JSON.parse((row as { found: string }).found) as T[];
}
