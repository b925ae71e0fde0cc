import { parseArgs } from "node:util";
import type { ArgDef, ArgsDef } from "citty";
import { UsageError } from "./usage-error.js";

/**
 * What citty lets pass and this project does not: unknown flags, flags without their value, values
 * for switches, words too many or too few.
 *
 * @throws UsageError naming the flag
 */
export function checkFlags(rawArgs: readonly string[], args: ArgsDef): void {
  const known = namesOf(args);
  const options = Object.fromEntries(
    [...known].map(([name, definition]) => [
      name,
      {
        type: definition.type === "boolean" ? ("boolean" as const) : ("string" as const),
        ...(name.length === 1 ? { short: name } : {}),
      },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...rawArgs],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const words: string[] = [];
  const given = new Set<ArgDef>();
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind === "option") given.add(checkFlag(token, known));
  }
  checkWords(words, args);
  for (const [name, definition] of Object.entries(args)) {
    if (definition.type === "positional" || !definition.required) continue;
    if (!given.has(definition))
      throw new UsageError(`missing --${name} (${definition.description})`);
  }
}

interface FlagToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function checkFlag(token: FlagToken, known: ReadonlyMap<string, ArgDef>): ArgDef {
  const negated = token.name.startsWith("no-") ? known.get(token.name.slice(3)) : undefined;
  const definition = known.get(token.name) ?? (negated?.type === "boolean" ? negated : undefined);
  if (!definition) {
    const names = [...known.keys(), "help"].map((name) =>
      name.length === 1 ? `-${name}` : `--${name}`,
    );
    throw new UsageError(`unknown flag ${token.rawName}`, { name: token.rawName, known: names });
  }
  if (definition.type === "boolean") {
    if (token.value !== undefined) {
      throw new UsageError(`${token.rawName} is a switch and takes no value, got ${token.value}`);
    }
    return definition;
  }
  if (token.value === undefined || token.value === "") {
    throw new UsageError(`${token.rawName} needs a value (${definition.description})`);
  }
  if (!token.inlineValue && /^--?[a-z]/.test(token.value)) {
    throw new UsageError(`${token.rawName} needs a value, got the flag ${token.value}`);
  }
  return definition;
}

function checkWords(words: readonly string[], args: ArgsDef): void {
  const positionals = Object.entries(args).filter(([, { type }]) => type === "positional");
  const extra = words[positionals.length];
  if (extra !== undefined) {
    throw new UsageError(`unexpected ${JSON.stringify(extra)}: quote words that belong together`);
  }
  const missing = positionals.find(
    ([, definition], place) =>
      words[place] === undefined &&
      definition.required !== false &&
      definition.default === undefined,
  );
  if (missing) throw new UsageError(`missing <${missing[0]}> (${missing[1].description})`);
}

/** Definitions by flag name and alias, positional arguments left out. */
function namesOf(args: ArgsDef): Map<string, ArgDef> {
  const names = new Map<string, ArgDef>();
  for (const [name, definition] of Object.entries(args)) {
    if (definition.type === "positional") continue;
    const { alias } = definition as { alias?: string | string[] };
    for (const each of [name, ...(alias === undefined ? [] : [alias].flat())]) {
      names.set(each, definition);
    }
  }
  return names;
}
