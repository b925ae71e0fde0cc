import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "@cliptune/clip";
import { runNumbers, strengthNumbers } from "@cliptune/trainer";
import { runCli } from "./run-cli.js";

export interface ChildFlags {
  readonly engine: string;
  readonly dataDir: string;
}

export interface RunFiles {
  readonly config: string;
  readonly dir: string;
  readonly strengths: readonly number[];
}

export interface RunContext {
  readonly flags: ChildFlags;
  readonly signal: AbortSignal;
  readonly onNote: (note: string) => void;
}

/**
 * Brings a run to its end: trains it or goes on with it, then evaluates it at the wanted strengths.
 * What is there already is not done again.
 *
 * @returns what went wrong, in a sentence; undefined when all is done
 */
export async function finishRun(
  { config, dir, strengths }: RunFiles,
  context: RunContext,
): Promise<string | undefined> {
  const { engine, dataDir } = context.flags;
  if (!(await runNumbers(dir))) {
    const args = ["train", config, "--out", dir, "--resume", "--engine", engine];
    const { fault, answer } = await runCli([...args, "--data-dir", dataDir], context);
    if (fault !== undefined) return fault;
    await writeCost(dir, answer);
  }
  const known = new Set((await strengthNumbers(dir)).map(([strength]) => strength));
  if (strengths.every((strength) => known.has(strength))) return undefined;
  const at = strengths.join(",");
  const { fault } = await runCli(
    ["adapter", "strengths", dir, "--at", at, "--engine", engine],
    context,
  );
  return fault;
}

/** `cost.json`: what is not in the run's own files. */
async function writeCost(dir: string, answer: Readonly<Record<string, unknown>>): Promise<void> {
  const cost = {
    peakMegabytes: answer["peakMegabytes"],
    cpuSeconds: answer["cpuSeconds"],
    fileMegabytes: Math.round((await weightBytes(join(dir, "best"))) / 1e4) / 100,
  };
  await replaceFile(join(dir, "cost.json"), (file) => file.writeFile(`${JSON.stringify(cost)}\n`));
}

async function weightBytes(dir: string): Promise<number> {
  const names = await readdir(dir).catch(() => []);
  const weights = names.filter((name) => name.endsWith(".safetensors"));
  const sizes = await Promise.all(weights.map((name) => stat(join(dir, name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
