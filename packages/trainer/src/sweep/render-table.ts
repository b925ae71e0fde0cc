import { shown } from "../plots/shown.js";
import type { Cell, Column, SweepTable } from "./table.js";

/** GitHub's Markdown, a title above; numbers to the right. */
export function tableMarkdown({ title, columns, rows }: SweepTable): string {
  const heads = columns.map(({ label, unit }) => escaped(unit ? `${label} (${unit})` : label));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const numeric = ({ name }: Column) => rows.every((row) => typeof row[name] !== "string");
  return [
    `# ${title}`,
    "",
    line(heads),
    line(columns.map((column) => (numeric(column) ? "--:" : ":--"))),
    ...rows.map((row) => line(columns.map(({ name }) => escaped(shown(row[name] ?? null))))),
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
