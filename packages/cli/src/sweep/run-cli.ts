import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface CliOutcome {
  /** The error's sentence, or how the process ended; undefined when it went well. */
  readonly fault?: string;
  /** What it printed with --json. */
  readonly answer: Readonly<Record<string, unknown>>;
}

export interface CliContext {
  readonly signal: AbortSignal;
  /** Each line on its stderr: its progress. */
  readonly onNote: (note: string) => void;
}

const program = fileURLToPath(new URL("../../bin/cliptune.cjs", import.meta.url));

/** Runs this program in a process of its own: memory and faults stay there. Aborting interrupts it politely. */
export async function runCli(
  args: readonly string[],
  { signal, onNote }: CliContext,
): Promise<CliOutcome> {
  const child = spawn(process.execPath, [program, ...args, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = () => child.kill("SIGINT");
  signal.addEventListener("abort", stop);
  let stdout = "";
  let fault: string | undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    if (line.startsWith("error: ")) fault = line.slice("error: ".length);
    else if (line !== "") onNote(line);
  });
  const end = await new Promise<string | undefined>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, killedBy) => {
      if (code === 0) resolve(undefined);
      else resolve(killedBy ? `ended by ${killedBy}` : `ended with exit code ${code}`);
    });
  }).finally(() => signal.removeEventListener("abort", stop));
  if (end !== undefined) return { fault: fault ?? end, answer: {} };
  return { answer: JSON.parse(stdout) as Record<string, unknown> };
}
