import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface AppProcess {
  readonly url: string;
  /** What it has printed to stdout so far. */
  printed(): string;
  /** Ends it as Ctrl-C does. @returns its exit code */
  stop(): Promise<number | null>;
}

export interface AppOutcome {
  readonly code: number | null;
  readonly stderr: string;
}

export type AppVariables = Partial<
  Readonly<Record<"CLIPTUNE_INDEX" | "CLIPTUNE_RUNS" | "CLIPTUNE_RATE" | "PORT" | "HOST", string>>
>;

const startFile = fileURLToPath(new URL("../start.mjs", import.meta.url));

/** A process of its own, as the CLI starts it: tfjs keeps global state, which a test must not share. */
function spawnApp(variables: AppVariables): ChildProcess {
  const env = { PATH: process.env["PATH"] ?? "", NODE_ENV: "production" as const, ...variables };
  return spawn(process.execPath, [startFile], { env, stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts the built app on a free port and waits until it says where it is. */
export function startApp(variables: AppVariables): Promise<AppProcess> {
  const child = spawnApp({ PORT: "0", ...variables });
  const exit = new Promise<number | null>((done) => child.once("exit", done));
  let output = "";
  let complaints = "";
  return new Promise((done, fail) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      complaints += chunk;
    });
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk;
      const url = /Ready on (\S+)/.exec(output)?.[1];
      if (url === undefined) return;
      const stop = () => {
        child.kill("SIGINT");
        return exit;
      };
      done({ url, printed: () => output, stop });
    });
    exit.then((code) => fail(new Error(`The app ended with code ${code}:\n${complaints}`)));
  });
}

/** Starts an app that is expected to end by itself. */
export function runApp(variables: AppVariables): Promise<AppOutcome> {
  const child = spawnApp(variables);
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  return new Promise((done) => child.once("close", (code) => done({ code, stderr })));
}
