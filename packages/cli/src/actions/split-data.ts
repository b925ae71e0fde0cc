import { resolve } from "node:path";
import { type Pair, splitDataSet, writeImageFolder } from "@cliptune/datasets";
import { UserError } from "@cliptune/engine";
import type { Answer } from "../command.js";
import { interruptible } from "../interrupt.js";
import { createProgress } from "../progress.js";
import { type DataChoice, openData } from "./open-data.js";

export interface SplitDataOptions {
  readonly choice: DataChoice;
  readonly outDir: string;
  readonly by: string | undefined;
  readonly test: number;
  readonly validation: number;
  readonly seed: number;
}

/** Deals a data set into splits without leaks, and writes it as an imagefolder that says them. */
export async function splitData(options: SplitDataOptions): Promise<Answer> {
  const { by, seed, test, validation } = options;
  const outDir = resolve(options.outDir);
  const set = await openData(options.choice);
  if (set.path === outDir) {
    throw new UserError(
      `${outDir} is the data itself; give another folder with --out: the data stays as it is.`,
    );
  }
  const progress = createProgress({ label: "pictures" });
  const result = await interruptible("Stopping; nothing is written.", (signal) =>
    splitDataSet(set, {
      ...(by === undefined ? {} : { by }),
      shares: { test, ...(validation > 0 ? { validation } : {}) },
      ...{ seed, signal },
      onProgress: (done) => progress.update(done, undefined),
    }),
  ).finally(() => progress.stop());
  for (const { reason } of result.broken) console.error(`left out: ${reason}`);
  const pairs = result.pairs.map(({ pair, split }): Pair => ({ ...pair, split }));
  const { dir, count } = await writeImageFolder(outDir, pairs);
  const splits: Record<string, number> = {};
  for (const { split } of pairs) splits[split!] = (splits[split!] ?? 0) + 1;
  const counts = Object.entries(splits)
    .sort()
    .map(([name, n]) => `${name} ${n}`);
  return {
    json: { dir, count, groups: result.groups, broken: result.broken.length, splits },
    text: [
      `${count} pairs in ${result.groups} groups: ${counts.join(", ")}`,
      `Next: data.train: [{ path: ${options.outDir}, split: train }] in a configuration, and cliptune evaluate ${options.outDir} --split test`,
    ].join("\n"),
  };
}
