import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface WrittenRun {
  /** Steps so far; the loss falls from 4 by halves. */
  readonly steps: number;
  /** In-domain recall at 10 of the last evaluation. */
  readonly recall?: number;
  readonly finished?: boolean;
  readonly config?: object;
}

/** A run directory as the trainer writes it: an evaluation of the base, steps of 2 s, one after every four. */
export async function writeRun(dir: string, run: WrittenRun): Promise<void> {
  const { steps, recall = 0.4, finished = false, config = {} } = run;
  const records = [evaluation(0, 0.1), ...Array.from({ length: steps }, (_, i) => step(i + 1))];
  for (let at = 4; at <= steps; at += 4) records.push(evaluation(at, at === steps ? recall : 0.2));
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "config.json"), JSON.stringify(config));
  await writeFile(
    join(dir, "metrics.jsonl"),
    records.map((one) => `${JSON.stringify(one)}\n`).join(""),
  );
  const summary = { interrupted: false, step: steps, totalSteps: steps };
  if (finished) await writeFile(join(dir, "summary.json"), JSON.stringify(summary));
}

export function step(n: number): object {
  const numbers = { loss: 2 ** (3 - n), learningRate: 0.001, gradNorm: 2, pairsPerSecond: 100 };
  return { type: "step", step: n, epoch: n / 4, seconds: 2 * n, ...numbers };
}

export function evaluation(n: number, r10: number): object {
  const recall = { r1: r10 / 4, r5: r10 / 2, r10 };
  const shape = {
    dimension: 192,
    alignment: 1.5 - r10,
    uniformityImage: -3 + r10,
    uniformityText: -2.5,
    modalityGap: 0.5,
  };
  const set = { n: 9, images: 9, textToImage: recall, imageToText: recall, ...shape };
  const sets = { inDomain: set, outOfDomain: { ...set, alignment: 1 } };
  return { type: "evaluation", step: n, epoch: n / 4, seconds: 2 * n, sets };
}

/** A finished sweep over the rank, as `cliptune sweep` leaves it. */
export async function writeSweep(dir: string): Promise<void> {
  const r10 = "best.inDomain.textToImage.r10";
  await writeRun(join(dir, "runs/rank-4_s0"), { steps: 4, recall: 0.3, finished: true });
  await writeRun(join(dir, "runs/rank-16_s0"), { steps: 4, recall: 0.5, finished: true });
  const table = {
    title: "Rank, 4 to 16",
    columns: [
      { name: "rank", label: "rank" },
      { name: "runs", label: "runs" },
      { name: r10, label: "in R@10" },
      { name: "seconds", label: "time", unit: "s" },
    ],
    rows: [
      { rank: 4, runs: 1, [r10]: 0.3, seconds: 8.25 },
      { rank: 16, runs: 1, [r10]: 0.5, seconds: 9 },
      { rank: 8, runs: 0, [r10]: null, seconds: null },
    ],
  };
  const plot = { file: "recall", title: "Recall by rank", x: "rank", y: [r10], logX: true };
  await writeFile(join(dir, "table.json"), JSON.stringify(table));
  await writeFile(join(dir, "sweep.json"), JSON.stringify({ title: table.title, plots: [plot] }));
}
