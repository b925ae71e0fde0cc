import { join } from "node:path";
import { makeDirectory } from "@cliptune/clip";
import { writeFileAtomically } from "../disk.js";
import { writeChart } from "../plots/write-chart.js";
import { sweepChart } from "./plot.js";
import { tableCsv, tableMarkdown } from "./render-table.js";
import type { SweepConfig } from "./sweep-config.js";
import type { SweepTable } from "./table.js";

/** `table.json`, `table.md`, `table.csv`, and of each plot an SVG and a PNG, light and dark. */
export async function writeSweep(
  dir: string,
  sweep: SweepConfig,
  table: SweepTable,
): Promise<void> {
  const plots = join(dir, "plots");
  await makeDirectory(plots);
  await writeFileAtomically(join(dir, "sweep.json"), `${JSON.stringify(sweep, null, 2)}\n`);
  await writeFileAtomically(join(dir, "table.json"), `${JSON.stringify(table, null, 2)}\n`);
  await writeFileAtomically(join(dir, "table.csv"), tableCsv(table));
  for (const plot of sweep.plots) await writeChart(plots, plot.file, sweepChart(plot, table));
  const images = sweep.plots.map(({ file, title }) => `![${title}](plots/${file}.svg)\n`);
  await writeFileAtomically(join(dir, "table.md"), [tableMarkdown(table), ...images].join("\n"));
}
