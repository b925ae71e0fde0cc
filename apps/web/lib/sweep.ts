export type Cell = number | string | null;

export interface Column {
  readonly name: string;
  readonly label: string;
  readonly unit?: string;
}

export interface SweepPlot {
  readonly file: string;
  readonly title: string;
  /** Column along the x axis. */
  readonly x: string;
  /** Columns drawn, a line each. */
  readonly y: readonly string[];
  /** Column whose values each have a line. */
  readonly by?: string;
  readonly logX?: boolean;
}

export interface SweepOverview {
  readonly name: string;
  readonly title: string;
  /** Runs that are begun. */
  readonly runs: readonly string[];
}

export interface SweepReply extends SweepOverview {
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  readonly plots: readonly SweepPlot[];
}

/** Three decimals below ten, none from a thousand on, as the sweep's own table has them. */
export function shownCell(value: Cell | undefined): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string" || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return value.toFixed(size < 10 ? 3 : size < 1000 ? 1 : 0).replace(/^-/, "−");
}

/** Numbers by size, other cells by name, empty ones last whatever the direction. */
export function sortRows<T extends Readonly<Record<string, Cell>>>(
  rows: readonly T[],
  { column, down }: { readonly column: string; readonly down: boolean },
): T[] {
  const sign = down ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [a, b] = [one[column] ?? null, other[column] ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  });
}
