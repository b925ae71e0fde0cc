import { runCommand } from "citty";
import { checkFlags } from "./check-flags.js";
import type { Answer } from "./command.js";
import { root, version } from "./commands/root.js";
import { describeError } from "./describe-error.js";
import { environment } from "./environment.js";
import { type FoundCommand, findCommand } from "./find-command.js";
import { helpText } from "./help.js";
import { UsageError, withHint } from "./usage-error.js";

/**
 * Runs one command line.
 *
 * @param rawArgs what follows `cliptune`
 * @returns the exit code: 0, 1 for a fault, 2 for a wrong command line, 130 after Ctrl-C
 */
export async function main(rawArgs: readonly string[]): Promise<number> {
  guardStreams();
  let where = "cliptune";
  try {
    if (rawArgs.length === 1 && (rawArgs[0] === "--version" || rawArgs[0] === "-v")) {
      return await print(`${version}\n`);
    }
    const words = rawArgs[0] === "help" ? [...rawArgs.slice(1), "--help"] : rawArgs;
    const found = findCommand(root, words);
    where = found.path.join(" ");
    if (wantsHelp(found)) return await print(helpText(found));
    return await run(found);
  } catch (error) {
    if (environment.debug) console.error(error);
    const { message, exitCode } = describeError(await withHint(error), where);
    console.error(`error: ${message}`);
    return exitCode;
  }
}

async function run({ command, path, rest }: FoundCommand): Promise<number> {
  if (command.subCommands) {
    const first = rest[0] === undefined ? "name a command" : `unknown flag ${rest[0]}`;
    throw new UsageError(
      `${first}: ${path.join(" ")} ${Object.keys(command.subCommands).join("|")}`,
    );
  }
  checkFlags(rest, (command.args ?? {}) as Parameters<typeof checkFlags>[1]);
  const { result } = await runCommand(command, { rawArgs: [...rest] });
  const { json, text, exitCode = 0, afterwards } = result as Answer;
  await print(rest.includes("--json") ? `${JSON.stringify(json)}\n` : `${text.trimEnd()}\n`);
  await afterwards?.();
  return exitCode;
}

/** `cliptune`, `cliptune index` and `--help` before a `--` ask for help. */
function wantsHelp({ command, rest }: FoundCommand): boolean {
  const end = rest.indexOf("--");
  const flags = end < 0 ? rest : rest.slice(0, end);
  return (
    flags.includes("--help") ||
    flags.includes("-h") ||
    (command.subCommands !== undefined && rest.length === 0)
  );
}

/** Writes to stdout and waits until it is taken; exit code 0. */
function print(text: string): Promise<number> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve(0));
  });
}

/** Libraries' chatter goes to stderr, and a closed pipe (`| head`) ends the program quietly. */
function guardStreams(): void {
  console.log = console.error;
  console.info = console.error;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      throw error;
    });
  }
}
