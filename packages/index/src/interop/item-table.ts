import { fileWriter, ParquetWriter } from "hyparquet-writer";
import type { StoredItem } from "../item-store.js";
import type { FieldSummary } from "../search/field-summaries.js";

/** How a table calls what an item has besides its fields. */
export interface ColumnNames {
  readonly title: string;
  readonly file: string;
}

export interface ItemTable {
  /** @param vectors `[n, D]`, for a table that has a column of them */
  add(items: readonly StoredItem[], vectors?: Float32Array): void;
  close(): void;
}

interface Column {
  readonly name: string;
  readonly type: "STRING" | "DOUBLE" | "BOOLEAN";
  value(item: StoredItem): unknown;
}

const types = {
  STRING: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  DOUBLE: { type: "DOUBLE" },
  BOOLEAN: { type: "BOOLEAN" },
} as const;

/**
 * A parquet file of items, a row each: id, title, file and every field, whose column is `field_NAME`
 * where NAME is one of the former.
 */
export function createItemTable(
  path: string,
  {
    names,
    fields,
    dimension,
  }: {
    readonly names: ColumnNames;
    readonly fields: readonly FieldSummary[];
    /** For a column `vector` of lists of float32. */
    readonly dimension?: number;
  },
): ItemTable {
  const columns = columnsOf(names, fields);
  const schema = [
    { name: "root", num_children: columns.length + (dimension === undefined ? 0 : 1) },
    ...columns.map(({ name, type }) => ({
      ...{ name, repetition_type: "OPTIONAL" as const },
      ...types[type],
    })),
    ...(dimension === undefined ? [] : listOfFloats("vector")),
  ];
  const writer = new ParquetWriter({ writer: fileWriter(path), schema });
  return {
    add(items, vectors) {
      const columnData = columns.map(({ name, value }) => ({ name, data: items.map(value) }));
      if (dimension !== undefined && vectors) {
        const data = items.map((_, i) =>
          Array.from(vectors.subarray(i * dimension, (i + 1) * dimension)),
        );
        const plain = { encoding: "PLAIN" as const, statistics: false };
        writer.write({ columnData: [...columnData, { name: "vector", data, ...plain }] });
      } else writer.write({ columnData });
    },
    close: () => void writer.finish(),
  };
}

function columnsOf(names: ColumnNames, fields: readonly FieldSummary[]): Column[] {
  const own: Column[] = [
    { name: "id", type: "STRING", value: ({ id }) => id },
    { name: names.title, type: "STRING", value: ({ title }) => title },
    { name: names.file, type: "STRING", value: ({ file, id }) => file ?? missingFile(names, id) },
  ];
  const taken = new Set([...own.map(({ name }) => name), "vector"]);
  return [
    ...own,
    ...fields.map(({ name, kind }): Column => {
      const column = taken.has(name) ? `field_${name}` : name;
      if (kind === "number" || kind === "boolean") {
        const type = kind === "number" ? "DOUBLE" : "BOOLEAN";
        return { name: column, type, value: (item) => item.fields[name] ?? null };
      }
      const text = (value: unknown) => (value === undefined ? null : String(value));
      return { name: column, type: "STRING", value: (item) => text(item.fields[name]) };
    }),
  ];
}

/** clip-retrieval's readers ask for a path in every row. */
function missingFile({ file }: ColumnNames, id: string): string | null {
  return file === "image_path" ? id : null;
}

function listOfFloats(name: string) {
  const required = "REQUIRED" as const;
  return [
    { name, repetition_type: required, converted_type: "LIST" as const, num_children: 1 },
    { name: "list", repetition_type: "REPEATED" as const, num_children: 1 },
    { name: "element", type: "FLOAT" as const, repetition_type: required },
  ];
}
