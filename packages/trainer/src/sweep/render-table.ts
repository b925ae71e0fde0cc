import { shown } from "./shown.js";
import { type Cell, type Column, type SweepTable, spreadOf } from "./table.js";

type Row = SweepTable["rows"][number];

/** `0.550 ± 0.024` for a column that has its deviation beside it. */
function cellText(row: Row, name: string, spreads: ReadonlySet<string>): string {
  const spread = spreads.has(spreadOf(name)) ? row[spreadOf(name)] : null;
  const value = shown(row[name] ?? null);
  return typeof spread === "number" ? `${value} ± ${shown(spread)}` : value;
}

/** GitHub's Markdown, a title above; numbers to the right, with their deviation between the seeds. */
export function tableMarkdown({ title, columns: all, rows }: SweepTable): string {
  const possible = new Set(all.map(({ name }) => spreadOf(name)));
  const spreads = new Set(all.flatMap(({ name }) => (possible.has(name) ? [name] : [])));
  const columns = all.filter(({ name }) => !spreads.has(name));
  const heads = columns.map(({ label, unit }) => escaped(unit ? `${label} (${unit})` : label));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const numeric = ({ name }: Column) => rows.every((row) => typeof row[name] !== "string");
  return [
    `# ${title}`,
    "",
    line(heads),
    line(columns.map((column) => (numeric(column) ? "--:" : ":--"))),
    ...rows.map((row) => line(columns.map(({ name }) => escaped(cellText(row, name, spreads))))),
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
