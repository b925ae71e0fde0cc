import { type ChildProcess, spawn } from "node:child_process";
import { access } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "@cliptune/engine";
import { readManifest } from "@cliptune/index";
import type { Answer } from "../command.js";
import { environment } from "../environment.js";

export interface ServeOptions {
  readonly indexDir: string;
  readonly runsDir: string | undefined;
  readonly port: number;
}

/** Starts the built page as a process of its own, and lives as long as it does. */
export async function runServer({ indexDir, runsDir, port }: ServeOptions): Promise<Answer> {
  const index = resolve(indexDir);
  const { count } = await readManifest(index);
  const start = await findPage();
  const child = spawn(process.execPath, [start], {
    cwd: dirname(start),
    stdio: ["ignore", 2, 2], // what the page's server says is no answer of this command
    env: environment.forChild({
      CLIPTUNE_INDEX: index,
      ...(runsDir === undefined ? {} : { CLIPTUNE_RUNS: resolve(runsDir) }),
      PORT: String(port),
      HOST: "127.0.0.1",
    }),
  });
  const url = `http://127.0.0.1:${port}`;
  console.error(`Serving ${count} pictures on ${url} (Ctrl-C ends it)`);
  const exitCode = await untilExit(child);
  return { json: { url, exitCode }, text: "Stopped.", exitCode };
}

/** Passes Ctrl-C on, and waits. A page that was told to end has ended well. */
function untilExit(child: ChildProcess): Promise<number> {
  let told = false;
  const stop = (signal: NodeJS.Signals) => {
    told = true;
    child.kill(signal);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => done(told ? 0 : (code ?? 1)));
  });
}

/** The page is a package of its own, installed beside this one or not at all. */
async function findPage(): Promise<string> {
  let start: string;
  try {
    start = fileURLToPath(import.meta.resolve("@cliptune/web/start"));
    await access(start);
  } catch {
    throw new UserError(
      "The search page is a package of its own, which is not installed; add it with: npm install @cliptune/web",
    );
  }
  await access(join(dirname(start), ".next/BUILD_ID")).catch(() => {
    throw new UserError(`The search page at ${dirname(start)} is not built; run: npm run build`);
  });
  return start;
}
