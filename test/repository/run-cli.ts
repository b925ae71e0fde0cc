import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootDir } from "./source-files.js";

export const cliPath = join(rootDir, "packages/cli/bin/cliptune.cjs");

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the built command line tool as a process of its own. */
export function startCli(
  args: readonly string[],
  { cwd = rootDir, env = {} }: CliOptions = {},
): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [cliPath, ...args], { cwd, env: { ...process.env, ...env } });
}

/** Runs it to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<Outcome> {
  const child = startCli(args, options);
  child.stdin.end();
  return outcomeOf(child);
}

export function outcomeOf(child: ChildProcessWithoutNullStreams): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => done({ code, signal, stdout, stderr }));
  });
}

/** Resolves once the child has printed `text` on stderr. */
export function untilPrinted(child: ChildProcessWithoutNullStreams, text: string): Promise<void> {
  let seen = "";
  return new Promise((done, fail) => {
    child.stderr.on("data", (data) => {
      seen += data;
      if (seen.includes(text)) done();
    });
    child.once("close", () => fail(new Error(`ended without printing ${text}:\n${seen}`)));
  });
}

/** A new empty folder. */
export function emptyFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `cliptune-${name}-`));
}
