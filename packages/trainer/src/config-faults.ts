import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** A fault of a value that a person wrote. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * The faults that zod found, in a person's words: what must stand there, and what does. Of a choice of forms, only the
 * form that was meant is spoken of, where that can be told.
 *
 * @param unknownKey says that a key is none of those known at its place
 */
export function faultsOf(
  issues: readonly Issue[],
  unknownKey: (path: readonly PropertyKey[], key: string) => string,
): Fault[] {
  return issues.flatMap((issue): Fault[] => {
    const { path } = issue;
    if (issue.code === "unrecognized_keys") {
      return [{ path, message: issue.keys.map((key) => unknownKey(path, key)).join("; ") }];
    }
    const meant = issue.code === "invalid_union" ? meantForm(issue.errors) : undefined;
    if (meant) {
      const inside = meant.map((each) => ({ ...each, path: [...path, ...each.path] }));
      return faultsOf(inside, unknownKey);
    }
    const expected = expectation(issue);
    if (expected === undefined) return [{ path, message: issue.message }];
    if (issue.input === undefined) return [{ path, message: `is missing; it must be ${expected}` }];
    return [{ path, message: `must be ${expected}, got ${shown(issue.input)}` }];
  });
}

/** The one form whose faults all lie within the value: it has the form's shape. */
function meantForm(forms: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const inside = forms.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
  );
  return inside.length === 1 ? inside[0] : undefined;
}

/** What must stand there; undefined where the schema says it in words of its own. */
function expectation(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return kinds[issue.expected] ?? issue.expected;
    case "invalid_value":
      return listed(issue.values.map((value) => JSON.stringify(value)));
    case "too_small":
      return limit(issue, issue.minimum, issue.inclusive === false ? "above" : "at least");
    case "too_big":
      return limit(issue, issue.maximum, issue.inclusive === false ? "below" : "at most");
    case "invalid_union":
      return listed(
        issue.errors.flatMap((form) => form.slice(0, 1).flatMap((each) => expectation(each) ?? [])),
      );
    default:
      return undefined;
  }
}

function limit({ origin }: { readonly origin: string }, bound: number | bigint, word: string) {
  if (origin === "string") return "a text that is not empty";
  return origin === "array" ? `a list with ${word} ${bound} of them` : `${word} ${bound}`;
}

const kinds: Readonly<Record<string, string>> = {
  object: "a mapping of keys",
  record: "a mapping of keys",
  array: "a list",
  tuple: "a list of two numbers",
  number: "a number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
};

const listed = (options: readonly string[]): string =>
  options.length < 2 ? options.join() : `${options.slice(0, -1).join(", ")} or ${options.at(-1)}`;

function shown(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" ? "a mapping of keys" : JSON.stringify(value);
}

/** The faults below one another, each with its place: `loss[0].ntXent`. */
export const faultLines = (faults: readonly Fault[]): string =>
  faults
    .map(({ path, message }) => `✖ ${message}${path.length > 0 ? `\n  → at ${placeOf(path)}` : ""}`)
    .join("\n");

const placeOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
