import type { ArgDef, ArgsDef } from "citty";
import type { Command } from "./command.js";
import type { FoundCommand } from "./find-command.js";

type Row = readonly [left: string, right: string];

/** The help text of a command, with its examples. */
export function helpText({ command, path }: FoundCommand): string {
  const args = (command.args ?? {}) as ArgsDef;
  const entries = Object.entries(args);
  const words = entries.filter(([, arg]) => arg.type === "positional");
  const flags = entries.filter(([, arg]) => arg.type !== "positional");
  const children = Object.entries((command.subCommands ?? {}) as Record<string, Command>);
  const required = flags.filter(([, arg]) => arg.required).map(([name, arg]) => flag(name, arg));
  const usage = [
    ...path,
    ...(children.length > 0 ? ["<command>"] : []),
    ...words.map(([name, arg]) => word(name, arg)),
    ...required,
    ...(flags.length > required.length ? ["[options]"] : []),
  ].join(" ");
  return [
    `${describe(command)}.`,
    `Usage: ${usage}`,
    section(
      "Commands",
      children.map(([name, child]): Row => [name, describe(child)]),
    ),
    section(
      "Arguments",
      words.map(([name, arg]): Row => [word(name, arg), arg.description ?? ""]),
    ),
    section("Options", [
      ...flags.map(([name, arg]): Row => [flag(name, arg), explain(arg)]),
      ["--help", "show this"],
      ...(path.length === 1 ? [["--version", "show the version"] as const] : []),
    ]),
    `${command.examples.length > 1 ? "Examples" : "Example"}\n${command.examples.map((line) => `  ${line}\n`).join("")}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function describe(command: Command): string {
  return (command.meta as { description?: string } | undefined)?.description ?? "";
}

/** `<data>`, or `[data]` where it may be left out. */
const word = (name: string, { required, default: value }: ArgDef): string =>
  required === false || value !== undefined ? `[${name}]` : `<${name}>`;

/** `-k, --count <number>` */
function flag(name: string, arg: ArgDef): string {
  const { alias, valueHint } = arg as { alias?: string; valueHint?: string };
  const short = alias === undefined ? "" : `-${alias}, `;
  return `${short}--${name}${arg.type === "boolean" ? "" : ` <${valueHint ?? "value"}>`}`;
}

function explain({ description = "", default: value }: ArgDef): string {
  return value === undefined ? description : `${description} (default: ${value})`;
}

function section(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const width = Math.max(...rows.map(([left]) => left.length));
  return [title, ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)].join("\n");
}
