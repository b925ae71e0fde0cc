import { readFile } from "node:fs/promises";
import { UserError } from "@cliptune/engine";
import { permutation, stream } from "./random.js";

/** For a step, `2 n` texts: text i and text n + i mean the same. A pure function of the step. */
export type TextPairs = (step: number) => string[];

/** Lists of texts that mean the same, one a line. @throws UserError for a file that is none */
export async function readTextGroups(path: string): Promise<string[][]> {
  const content = await readFile(path, "utf8").catch(() => {
    throw new UserError(`There is no file of texts ${path}; data.texts needs JSON lines.`);
  });
  const groups = content
    .trimEnd()
    .split("\n")
    .map((line, i) => parseGroup(line, `${path}:${i + 1}`));
  return groups;
}

function parseGroup(line: string, where: string): string[] {
  try {
    const texts: unknown = JSON.parse(line);
    const isText = (text: unknown) => typeof text === "string" && text !== "";
    if (Array.isArray(texts) && new Set(texts).size > 1 && texts.every(isText)) return texts;
  } catch {
    // said below
  }
  throw new UserError(
    `${where} is no list of two or more different texts, such as ["sofa", "couch"].`,
  );
}

/** Draws `count` lines a step, each once a pass, and two different texts of each. */
export function createTextPairs(
  groups: readonly (readonly string[])[],
  { count, seed }: { readonly count: number; readonly seed: number },
): TextPairs {
  if (count > groups.length) {
    throw new UserError(
      `data.texts.count is ${count}, but its file has ${groups.length} lines; lower it.`,
    );
  }
  const perPass = Math.floor(groups.length / count);
  let last: { readonly pass: number; readonly order: Int32Array } | undefined;
  const orderOf = (pass: number): Int32Array => {
    if (last?.pass !== pass)
      last = { pass, order: permutation(groups.length, stream(seed, "texts", pass)) };
    return last.order;
  };
  return (step) => {
    const pass = Math.floor(step / perPass);
    const order = orderOf(pass);
    const first = (step % perPass) * count;
    const drawn = Array.from({ length: count }, (_, i) => {
      const texts = groups[order[first + i]!]!;
      const random = stream(seed, "text pair", pass, first + i);
      const one = Math.floor(random() * texts.length);
      const other = (one + 1 + Math.floor(random() * (texts.length - 1))) % texts.length;
      return [texts[one]!, texts[other]!] as const;
    });
    return [...drawn.map(([one]) => one), ...drawn.map(([, other]) => other)];
  };
}
