import { resolve } from "node:path";
import { type ArgsDef, type CommandDef, defineCommand, type ParsedArgs } from "citty";
import { environment } from "./environment.js";

/** What a command has to say: `json` with --json, `text` without. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
  readonly exitCode?: number;
  /** What is left to do once the answer is printed, such as serving until Ctrl-C. */
  afterwards?(): Promise<void>;
}

/** A command as data: citty's definition, and examples for the help. */
export interface Command<T extends ArgsDef = ArgsDef> extends CommandDef<T> {
  readonly examples: readonly string[];
}

export interface CommandParts<T extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  readonly examples: readonly string[];
  readonly args: T;
  /** @param rawArgs as typed, for flags that may be given more than once */
  run(args: ParsedArgs<T & typeof outputArgs>, rawArgs: readonly string[]): Promise<Answer>;
}

const outputArgs = {
  json: { type: "boolean", description: "print one JSON document on stdout, all else on stderr" },
} as const;

export function command<const T extends ArgsDef>(parts: CommandParts<T>): Command {
  const definition = defineCommand({
    meta: { name: parts.name, description: parts.description },
    args: { ...parts.args, ...outputArgs },
    run: ({ args, rawArgs }) => {
      takeEngineFlags(args);
      return parts.run(args as unknown as ParsedArgs<T & typeof outputArgs>, rawArgs);
    },
  });
  return { ...(definition as unknown as CommandDef), examples: parts.examples };
}

/** Flags of the engine go where whatever starts one looks: sweeps start further processes, which see them too. */
function takeEngineFlags(args: Readonly<Record<string, unknown>>): void {
  const { "pjrt-plugin": plugin, precision } = args;
  if (typeof plugin === "string") environment.set("CLIPTUNE_PJRT_PLUGIN", resolve(plugin));
  if (typeof precision === "string") environment.set("CLIPTUNE_PRECISION", precision);
}

/** A command that only holds others. */
export function group(parts: {
  readonly name: string;
  readonly description: string;
  readonly version?: string;
  readonly examples: readonly string[];
  readonly subCommands: Readonly<Record<string, Command>>;
}): Command {
  const { name, description, version, examples, subCommands } = parts;
  return {
    meta: { name, description, ...(version === undefined ? {} : { version }) },
    subCommands,
    examples,
  };
}
