import { join } from "node:path";
import { replaceFile } from "@cliptune/clip";
import sharp from "sharp";
import { diskError, writeFileAtomically } from "../disk.js";
import { type LineChart, lineChart, type Theme } from "./line-chart.js";

/** `NAME.svg` and `.png`, and the same with `-dark`. */
export async function writeChart(dir: string, name: string, chart: LineChart): Promise<void> {
  const themes: readonly (readonly [Theme, string])[] = [
    ["light", name],
    ["dark", `${name}-dark`],
  ];
  for (const [theme, file] of themes) {
    const svg = lineChart(chart, theme);
    await writeFileAtomically(join(dir, `${file}.svg`), svg);
    const png = await sharp(Buffer.from(svg), { density: 144 }).png().toBuffer();
    const path = join(dir, `${file}.png`);
    await replaceFile(path, (handle) => handle.writeFile(png)).catch((error: unknown) => {
      throw diskError(path, error);
    });
  }
}
