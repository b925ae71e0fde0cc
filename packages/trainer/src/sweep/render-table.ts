import { shown } from "./shown.js";
import { type Cell, type Column, type SweepTable, spreadOf } from "./table.js";

/** GitHub's Markdown, a title above; numbers to the right, with their deviation between the seeds: `0.550 ± 0.024`. */
export function tableMarkdown({ title, columns: all, rows }: SweepTable): string {
  const possible = new Set(all.map(({ name }) => spreadOf(name)));
  const columns = all.filter(({ name }) => !possible.has(name));
  const hasSpread = ({ name }: Column) => all.some((other) => other.name === spreadOf(name));
  const measuredFrom = columns.findIndex(({ name }) => name === "runs"); // what was set stands before, as it was written
  const cell = (row: SweepTable["rows"][number], column: Column, place: number): string => {
    const value = row[column.name] ?? null;
    if (place < measuredFrom) return String(value ?? "–");
    const spread = hasSpread(column) ? row[spreadOf(column.name)] : null;
    return typeof spread === "number" ? `${shown(value)} ± ${shown(spread)}` : shown(value);
  };
  const heads = columns.map(({ label, unit }) => escaped(unit ? `${label} (${unit})` : label));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const numeric = ({ name }: Column) => rows.every((row) => typeof row[name] !== "string");
  return [
    `# ${title}`,
    "",
    line(heads),
    line(columns.map((column) => (numeric(column) ? "--:" : ":--"))),
    ...rows.map((row) => line(columns.map((column, i) => escaped(cell(row, column, i))))),
    "",
  ].join("\n");
}

/** RFC 4180, every number in full. */
export function tableCsv({ columns, rows }: SweepTable): string {
  const quoted = (value: Cell | undefined): string => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [
    columns.map(({ name }) => name),
    ...rows.map((row) => columns.map(({ name }) => row[name])),
  ];
  return lines.map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
