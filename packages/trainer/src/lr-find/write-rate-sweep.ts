import { join } from "node:path";
import { makeDirectory } from "@cliptune/clip";
import { writeFileAtomically } from "../disk.js";
import { writeChart } from "../plots/write-chart.js";
import { tableCsv } from "../sweep/render-table.js";
import type { RateSweep } from "./find-learning-rate.js";

const name = "lr-find";

/** `lr-find.json`, `.csv`, and the plot as `.svg` and `.png`, light and dark. */
export async function writeRateSweep(dir: string, sweep: RateSweep): Promise<void> {
  const { points, smoothed, ...found } = sweep;
  const rows = points.map(({ learningRate, loss }, i) => ({
    ...{ step: i + 1, learningRate },
    ...{ loss: Number.isFinite(loss) ? loss : null, smoothed: smoothed[i] ?? null },
  }));
  const columns = ["step", "learningRate", "loss", "smoothed"];
  const table = {
    title: "Learning rates",
    columns: columns.map((each) => ({ name: each, label: each })),
    rows,
  };
  const drawn = untilDivergence(rows, sweep);
  await makeDirectory(dir);
  await writeFileAtomically(join(dir, `${name}.csv`), tableCsv(table));
  await writeFileAtomically(
    join(dir, `${name}.json`),
    `${JSON.stringify({ ...found, points: rows }, null, 2)}\n`,
  );
  await writeChart(dir, name, {
    title: "Loss by learning rate",
    across: "learning rate",
    logX: true,
    lines: [
      { name: "smoothed", points: pairs(drawn, "smoothed") },
      { name: "loss", points: pairs(drawn, "loss"), faint: true },
    ],
    marks: [
      ...mark("suggested", found.learningRate),
      ...mark("steepest", found.steepest),
      ...mark("diverges", found.divergence),
    ],
  });
}

type Row = Readonly<Record<"learningRate", number> & Record<"loss" | "smoothed", number | null>>;

const pairs = (rows: readonly Row[], column: "loss" | "smoothed") =>
  rows.flatMap((row): [number, number][] => {
    const value = row[column];
    return value === null ? [] : [[row.learningRate, value]];
  });

const mark = (label: string, x: number | undefined) =>
  x === undefined ? [] : [{ name: `${label} ${x.toPrecision(2)}`, x }];

/**
 * The rows that are drawn: until the loss has risen above its start by half of what was gained, where the lines are cut.
 * What a diverging loss rises to would press all else flat.
 */
function untilDivergence(rows: readonly Row[], { start, least }: RateSweep): Row[] {
  const top = start + (start - least.loss) / 2;
  const cut = (loss: number | null) => (loss === null ? null : Math.min(loss, top));
  const lowest = rows.findIndex(({ learningRate }) => learningRate === least.learningRate);
  const beyond = rows.findIndex(({ smoothed }, i) => i > lowest && (smoothed ?? 0) > top);
  const shown = beyond < 0 ? rows : rows.slice(0, beyond + 1);
  return shown.map((row) => ({ ...row, loss: cut(row.loss), smoothed: cut(row.smoothed) }));
}
