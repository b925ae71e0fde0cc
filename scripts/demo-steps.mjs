// How the demo runs and narrates the command line tool.
import { spawn } from "node:child_process";
import { join, relative } from "node:path";
import { rootDir } from "./run-step.mjs";

const cli = join(rootDir, "packages/cli/bin/cliptune.cjs");
const began = performance.now();

export function narrate(text) {
  const seconds = Math.round((performance.now() - began) / 1000);
  console.error(`\n\u2014 ${text} [${seconds} s]`);
}

/**
 * Shows a command as a person would type it, runs it, and resolves to the JSON document that it prints; a fault ends the demo.
 * One that runs beside another is `quiet`: its progress is not shown.
 */
export async function cliptune(args, { quiet = false } = {}) {
  const { code, text, told } = await runCommand(args, ["--json"], undefined, { quiet });
  if (code !== 0) {
    process.stderr.write(told);
    process.exit(code ?? 1);
  }
  return JSON.parse(text);
}

/** As `cliptune`, for a person: what the command prints is shown. */
export async function showCliptune(args) {
  const { code } = await runCommand(args, [], (text) => process.stdout.write(text));
  if (code !== 0) process.exit(code ?? 1);
}

/** Serves the page until Ctrl-C; once it does, calls `andThen`, which may go on meanwhile. */
export async function servePage(args, andThen) {
  let behind;
  const { code } = await runCommand(["serve", ...args], [], (text) => {
    process.stderr.write(text);
    behind ??= andThen();
  });
  await behind;
  if (code !== 0) process.exit(code ?? 1);
}

/** Whether all commands went well, one after the other. The first that did not has told why, and is the last; the demo goes on. */
export async function allWell(commands) {
  for (const args of commands) {
    const { code } = await runCommand(args, ["--json"]);
    if (code !== 0) return false;
  }
  return true;
}

/** Large arrays in pages of 2 MB, which Linux gives to those who ask: a step of the tiny model needs 5 % less time. */
const hugePages = "glibc.malloc.hugetlb=1";

async function runCommand(args, hidden, onText = () => undefined, { quiet = false } = {}) {
  console.error(`$ npx cliptune ${args.map(quoted).join(" ")}`);
  const child = spawn(process.execPath, [cli, ...args, ...hidden], {
    cwd: rootDir,
    env: { GLIBC_TUNABLES: hugePages, ...process.env },
    stdio: ["ignore", "pipe", quiet ? "pipe" : "inherit"],
  });
  const end = () => child.kill(); // a fault elsewhere ends this process, and nothing may go on without it
  process.on("exit", end);
  let [text, told] = ["", ""];
  child.stderr?.on("data", (data) => {
    told = (told + data).slice(-4000);
  });
  child.stdout.on("data", (data) => {
    text += data;
    onText(data);
  });
  // Ctrl-C reaches the child by itself; this process waits for it to save and end.
  const ignore = () => undefined;
  process.on("SIGINT", ignore);
  const code = await new Promise((done) => child.once("close", done));
  process.off("SIGINT", ignore).off("exit", end);
  return { code, text, told };
}

function quoted(argument) {
  const text = argument.startsWith(`${rootDir}`) ? relative(rootDir, argument) : argument;
  return /^[\w./:=-]+$/.test(text) ? text : `"${text}"`;
}
