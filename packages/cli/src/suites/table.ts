import type { Recalls } from "./measure.js";
import { wilson } from "./wilson.js";

/** One suite, one model. */
export interface SuiteResult extends Recalls {
  readonly suite: string;
  readonly what: string;
  readonly model: "base" | "tuned";
  /** Queries. */
  readonly n: number;
  readonly pictures: number;
  readonly chance: Recalls;
}

/** The mean of several results of one model, as if of one set of all their queries. */
export function meanOf(results: readonly SuiteResult[], what: string): SuiteResult {
  const mean = (pick: (result: SuiteResult) => number) =>
    results.reduce((sum, result) => sum + pick(result), 0) / results.length;
  const recalls = (pick: (result: SuiteResult) => Recalls): Recalls => ({
    r1: mean((result) => pick(result).r1),
    r5: mean((result) => pick(result).r5),
    r10: mean((result) => pick(result).r10),
  });
  return {
    ...results[0]!,
    ...recalls((result) => result),
    what,
    n: results.reduce((sum, { n }) => sum + n, 0),
    pictures: results.reduce((sum, { pictures }) => sum + pictures, 0),
    chance: recalls(({ chance }) => chance),
  };
}

/** With Wilson's 95 % intervals. */
export const withIntervals = (result: SuiteResult) => ({
  ...result,
  interval: {
    r1: wilson(result.r1, result.n),
    r5: wilson(result.r5, result.n),
    r10: wilson(result.r10, result.n),
  },
});

const short = (share: number): string => share.toFixed(3).replace(/^0/, "");

/** Markdown, as READMEs have it. */
export function suiteTable(results: readonly SuiteResult[]): string {
  const rows = results.map((result) => {
    const cell = (k: "r1" | "r5" | "r10") => {
      const [low, high] = wilson(result[k], result.n);
      return `${short(result[k])} (${short(low)}–${short(high)})`;
    };
    const { suite, what, n, model, chance } = result;
    return [suite, what, String(n), model, cell("r1"), cell("r5"), cell("r10"), short(chance.r10)];
  });
  const header = ["", "text → picture", "N", "model", "R@1", "R@5", "R@10", "chance R@10"];
  const widths = header.map((name, i) =>
    Math.max(name.length, ...rows.map((row) => row[i]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join(
    "\n",
  );
}
