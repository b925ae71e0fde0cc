import type { Command } from "./command.js";
import { UsageError } from "./usage-error.js";

export interface FoundCommand {
  readonly command: Command;
  /** Words that name it, from the root: ["cliptune", "index", "build"]. */
  readonly path: readonly string[];
  /** What follows them on the command line. */
  readonly rest: readonly string[];
}

/**
 * Follows the leading words down the tree of commands.
 *
 * @throws UsageError for a word that names no command
 */
export function findCommand(root: Command, rawArgs: readonly string[]): FoundCommand {
  let command = root;
  const path = [metaName(root)];
  let used = 0;
  while (command.subCommands) {
    const children = command.subCommands as Readonly<Record<string, Command>>;
    const word = rawArgs[used];
    if (word === undefined || word.startsWith("-")) break;
    const child = children[word];
    if (!child) {
      throw new UsageError(`unknown command ${[...path.slice(1), word].join(" ")}`, {
        name: word,
        known: Object.keys(children),
      });
    }
    command = child;
    path.push(word);
    used += 1;
  }
  return { command, path, rest: rawArgs.slice(used) };
}

function metaName(command: Command): string {
  return (command.meta as { name?: string } | undefined)?.name ?? "";
}
