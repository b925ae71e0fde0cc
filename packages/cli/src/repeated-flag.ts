import { parseArgs } from "node:util";

/** All values of a flag that may be given more than once, in order; citty keeps the last. */
export function repeatedFlag(rawArgs: readonly string[], name: string): string[] {
  const { values } = parseArgs({
    args: [...rawArgs],
    options: { [name]: { type: "string", multiple: true } },
    allowPositionals: true,
    strict: false,
  });
  return (values[name] as string[] | undefined) ?? [];
}
