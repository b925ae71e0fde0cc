import { join } from "node:path";
import { makeDirectory, replaceFile } from "@cliptune/clip";
import sharp from "sharp";
import { diskError, writeFileAtomically } from "../disk.js";
import { plotSvg, type Theme } from "./plot.js";
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
  for (const plot of sweep.plots) await writePlot(plots, plot, table);
  const images = sweep.plots.map(({ file, title }) => `![${title}](plots/${file}.svg)\n`);
  await writeFileAtomically(join(dir, "table.md"), [tableMarkdown(table), ...images].join("\n"));
}

async function writePlot(dir: string, plot: SweepPlot, table: SweepTable): Promise<void> {
  const themes: readonly (readonly [Theme, string])[] = [
    ["light", plot.file],
    ["dark", `${plot.file}-dark`],
  ];
  for (const [theme, name] of themes) {
    const svg = plotSvg(plot, table, theme);
    await writeFileAtomically(join(dir, `${name}.svg`), svg);
    const png = await sharp(Buffer.from(svg), { density: 144 }).png().toBuffer();
    const path = join(dir, `${name}.png`);
    await replaceFile(path, (file) => file.writeFile(png)).catch((error: unknown) => {
      throw diskError(path, error);
    });
  }
}
