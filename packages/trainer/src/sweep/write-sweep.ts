import { join } from "node:path";
import { makeDirectory } from "@cliptune/clip";
import { writeFileAtomically } from "../disk.js";
import { escaped } from "../plots/line-chart.js";
import { writeChart } from "../plots/write-chart.js";
import { sweepChart } from "./plot.js";
import { tableCsv, tableMarkdown } from "./render-table.js";
import type { SweepConfig, SweepPlot } from "./sweep-config.js";
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
  const images = sweep.plots.map(picture);
  await writeFileAtomically(join(dir, "table.md"), [tableMarkdown(table), ...images].join("\n"));
}

/** In the reader's own light, where Markdown is shown as GitHub shows it. */
const picture = ({ file, title }: SweepPlot): string =>
  [
    "<picture>",
    `  <source media="(prefers-color-scheme: dark)" srcset="plots/${file}-dark.svg">`,
    `  <img alt="${escaped(title)}" src="plots/${file}.svg">`,
    "</picture>\n",
  ].join("\n");
