import type { Line, LineChart } from "../plots/line-chart.js";
import type { SweepPlot } from "./sweep-config.js";
import { type SweepTable, spreadOf } from "./table.js";

/** A line chart of columns of the table, with whiskers of ± between seeds; rows without a number are left out. */
export const sweepChart = (plot: SweepPlot, table: SweepTable): LineChart => ({
  title: plot.title,
  across: labelOf(plot.x, table),
  logX: plot.logX,
  lines: linesOf(plot, table),
});

/** One line for each column and each value of `by`, its points from left to right. */
function linesOf({ x, y, by }: SweepPlot, table: SweepTable): Line[] {
  const { rows } = table;
  const groups = by === undefined ? [undefined] : [...new Set(rows.map((row) => row[by] ?? null))];
  return y.flatMap((column) =>
    groups.map((group) => {
      const own = rows.filter((row) => by === undefined || (row[by] ?? null) === group);
      const found = own.flatMap((row) => {
        const [a, b, spread] = [row[x], row[column], row[spreadOf(column)]];
        if (typeof a !== "number" || typeof b !== "number") return [];
        return [typeof spread === "number" ? ([a, b, spread] as const) : ([a, b] as const)];
      });
      const named = y.length > 1 || by === undefined ? [labelOf(column, table)] : [];
      if (by !== undefined) named.push(`${labelOf(by, table)} ${group ?? "–"}`);
      return { name: named.join(", "), points: found.sort((p, q) => p[0] - q[0]) };
    }),
  );
}

function labelOf(name: string, { columns }: SweepTable): string {
  return columns.find((column) => column.name === name)?.label ?? name;
}
