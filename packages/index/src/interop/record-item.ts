import type { Fields, StoredItem } from "../item-store.js";
import type { FieldValue } from "../search/filter.js";

/** What else than fields a column may be, by the names that programs give it; the first one there counts. */
const idColumns = ["id", "image_path", "key", "url"];
const titleColumns = ["title", "caption", "text"];
const fileColumns = ["file", "image_path"];

/**
 * An item of what another program knows of a picture.
 *
 * @param row its number, the id of a picture without any name
 */
export function recordItem(record: Readonly<Record<string, unknown>>, row: number): StoredItem {
  const all = { ...parseMetadata(record["metadata"]), ...record };
  const first = (names: readonly string[]) => {
    const value = names
      .map((name) => all[name])
      .find((each) => each !== null && each !== undefined);
    return value === undefined ? undefined : String(value);
  };
  const file = first(fileColumns);
  const taken = new Set([...idColumns.slice(0, 2), ...titleColumns, ...fileColumns, "metadata"]);
  const fields: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(all)) {
    const known = taken.has(name) || name.startsWith("__index_level_"); // the latter are pandas'
    const kept = known ? undefined : fieldValue(value);
    if (kept !== undefined) fields[name] = kept;
  }
  const title = first(titleColumns) ?? "";
  const id = first(idColumns) ?? String(row);
  return { id, title, fields: fields as Fields, ...(file !== undefined && { file }) };
}

function fieldValue(value: unknown): FieldValue | undefined {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" || typeof value === "boolean" ? value : undefined;
}

/** clip-retrieval keeps img2dataset's facts as JSON. */
function parseMetadata(value: unknown): Record<string, unknown> {
  if (typeof value !== "string") return {};
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
