import type { PlannedRun } from "./plan-runs.js";
import type { Numbers } from "./run-results.js";
import type { SweepConfig } from "./sweep-config.js";

export interface Column {
  /** Key in the rows. */
  readonly name: string;
  readonly label: string;
  readonly unit?: string;
}

export type Cell = number | string | null;

/** `table.json`: what the page shows and the plots draw. */
export interface SweepTable {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/** What is known of one run: its numbers at the strength it was trained for, and at others. */
export interface RunResult {
  readonly run: PlannedRun;
  /** Undefined: not ended, or failed. */
  readonly numbers?: Numbers | undefined;
  readonly strengths: readonly (readonly [strength: number, Numbers])[];
}

const labels: Readonly<Record<string, Omit<Column, "name">>> = {
  "best.inDomain.textToImage.r1": { label: "in R@1" },
  "best.inDomain.textToImage.r10": { label: "in R@10" },
  "best.inDomain.textToImage.mrr": { label: "in MRR" },
  "best.inDomain.zeroShot.top1": { label: "in top-1" },
  "best.outOfDomain.textToImage.r1": { label: "out R@1" },
  "best.outOfDomain.textToImage.r10": { label: "out R@10" },
  "best.outOfDomain.zeroShot.top1": { label: "out top-1" },
  "best.inDomain.alignment": { label: "alignment" },
  "best.inDomain.uniformityImage": { label: "uniformity, images" },
  "best.inDomain.uniformityText": { label: "uniformity, texts" },
  "best.inDomain.modalityGap": { label: "gap" },
  seconds: { label: "time", unit: "s" },
  cpuSeconds: { label: "CPU time", unit: "s" },
  pairsPerSecond: { label: "pairs/s" },
  peakMegabytes: { label: "peak memory", unit: "MB" },
  fileMegabytes: { label: "file", unit: "MB" },
};

const usual = Object.keys(labels);

/** Metrics of the base and of the last evaluation are called as the best one's, with that word before. */
function labelled(name: string): Omit<Column, "name"> {
  const own = labels[name];
  if (own) return own;
  const [word] = name.split(".", 1);
  const known =
    word === "base" || word === "final" ? labels[name.replace(word, "best")] : undefined;
  return known ? { ...known, label: `${word} ${known.label}` } : { label: name };
}

/** Name of the column with a column's deviation between the seeds. */
export const spreadOf = (name: string): string => `${name}±`;

/** Means over the seeds, a row for each cell (and strength), in the sweep's order; `±` is their sample deviation. */
export function sweepTable(sweep: SweepConfig, results: readonly RunResult[]): SweepTable {
  const axes = sweep.axes.map(({ name }) => ({ name, label: name }));
  const strength = sweep.strengths ? [{ name: "strength", label: "strength" }] : [];
  const rows = cellsOf(results).flatMap((cell) =>
    sweep.strengths
      ? sweep.strengths.map((s) => row(cell, numbersAt(cell, s), { strength: s }))
      : [
          row(
            cell,
            cell.flatMap(({ numbers }) => (numbers ? [numbers] : [])),
            {},
          ),
        ],
  );
  const wanted = sweep.columns ?? usual;
  const present = wanted.filter((name) => rows.some((each) => typeof each[name] === "number"));
  const metrics = present.flatMap((name) => {
    const column = { name, ...labelled(name) };
    const spread = { name: spreadOf(name), label: "±" };
    return sweep.seeds.length > 1 ? [column, spread] : [column];
  });
  const columns = [...axes, ...strength, { name: "runs", label: "runs" }, ...metrics];
  return { title: sweep.title, columns, rows };
}

/** Columns that the sweep file asks for, in the table or in a plot, and that no row has. */
export function unknownColumns(sweep: SweepConfig, { rows }: SweepTable): string[] {
  const asked = [...(sweep.columns ?? []), ...sweep.plots.flatMap(({ x, y }) => [x, ...y])];
  return [...new Set(asked)].filter((name) => rows.every((each) => each[name] === undefined));
}

/** Results that differ in nothing but the seed, together. */
function cellsOf(results: readonly RunResult[]): RunResult[][] {
  const cells = new Map<string, RunResult[]>();
  for (const result of results) {
    const key = JSON.stringify(result.run.labels);
    cells.set(key, [...(cells.get(key) ?? []), result]);
  }
  return [...cells.values()];
}

function numbersAt(cell: readonly RunResult[], strength: number): Numbers[] {
  return cell.flatMap(({ strengths }) =>
    strengths.flatMap(([at, numbers]) => (at === strength ? [numbers] : [])),
  );
}

function row(
  cell: readonly RunResult[],
  numbers: readonly Numbers[],
  more: Record<string, number>,
): Record<string, Cell> {
  const named = Object.entries(cell[0]?.run.labels ?? {}).map(([name, label]) => [
    name,
    typeof label === "boolean" ? String(label) : label,
  ]);
  const keys = [...new Set(numbers.flatMap((each) => Object.keys(each)))];
  const metrics = keys.flatMap((key) => {
    const values = numbers.flatMap((each) => each[key] ?? []);
    return [
      [key, mean(values)],
      [spreadOf(key), values.length > 1 ? deviation(values) : null],
    ];
  });
  // An axis may be called as a metric is ("loss"); the column is then the axis.
  return Object.fromEntries([
    ...metrics,
    ...named,
    ...Object.entries(more),
    ["runs", numbers.length],
  ]) as Record<string, Cell>;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1),
  );
}
