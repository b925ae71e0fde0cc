import { UserError } from "@cliptune/engine";

/** Python's inline flags that JavaScript has too; `a`, `u` and `L` make no difference to module names. */
const flagMeaning: Readonly<Record<string, string>> = {
  i: "i",
  m: "m",
  s: "s",
  a: "",
  u: "",
  L: "",
};

interface Rule {
  /** Sticky. */
  readonly pattern: RegExp;
  replace(match: RegExpExecArray): string;
}

/** What Python spells differently, tried in order at every position outside a character class. */
const rules: readonly Rule[] = [
  { pattern: /\\A/y, replace: () => "^" },
  { pattern: /\\[zZ]/y, replace: () => "$" },
  { pattern: /\\[\s\S]/y, replace: ([whole]) => whole },
  { pattern: /\(\?#[^)]*\)/y, replace: () => "" },
  { pattern: /\(\?P<(\w+)>/y, replace: ([, name]) => `(?<${name}>` },
  { pattern: /\(\?P=(\w+)\)/y, replace: ([, name]) => `\\k<${name}>` },
  { pattern: /\{,(\d+)\}/y, replace: ([, most]) => `{0,${most}}` },
  // Inside a class only "]" in first place and "[" differ: both are plain characters in Python.
  {
    pattern: /\[(\^?)(\]?)((?:\\[\s\S]|[^\]\\])*)\]/y,
    replace: ([, not, first, rest]) => `[${not}${first ? "\\]" : ""}${rest}]`,
  },
  { pattern: /[\s\S]/y, replace: ([whole]) => whole },
];

function translate(pattern: string): string {
  let result = "";
  for (let at = 0; at < pattern.length; ) {
    for (const rule of rules) {
      rule.pattern.lastIndex = at;
      const match = rule.pattern.exec(pattern);
      if (!match) continue;
      result += rule.replace(match);
      at += match[0].length;
      break;
    }
  }
  return result;
}

function compile(pattern: string, wrap: (body: string) => string): RegExp {
  const flags = /^\(\?([a-zA-Z]+)\)/.exec(pattern);
  const letters = [...(flags?.[1] ?? "")];
  const unknown = letters.find((letter) => !(letter in flagMeaning));
  if (unknown)
    throw new UserError(`The pattern ${pattern} has the flag ${unknown}, which is not supported.`);
  const body = translate(pattern.slice(flags?.[0].length ?? 0));
  try {
    return new RegExp(wrap(body), [...new Set(letters.map((l) => flagMeaning[l]!))].join(""));
  } catch (error) {
    throw new UserError(
      `The pattern ${pattern} is not a regular expression that works here: ${(error as Error).message}.`,
    );
  }
}

/** `re.fullmatch(pattern, text)`: the whole text or nothing. */
export function fullMatcher(pattern: string): (text: string) => boolean {
  const compiled = compile(pattern, (body) => `^(?:${body})$`);
  return (text) => compiled.test(text);
}

/** `re.match(r"(.*\.)?(KEY)$", text)`: how PEFT looks a module up in a rank or alpha pattern. */
export function suffixMatcher(pattern: string): (text: string) => boolean {
  const compiled = compile(pattern, (body) => `^(.*\\.)?(?:${body})$`);
  return (text) => compiled.test(text);
}
