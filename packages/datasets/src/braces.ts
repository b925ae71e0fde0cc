import { UserError } from "@cliptune/engine";

const mostPaths = 1_000_000;

/** webdataset's `a-{000..011}.tar` as a list of paths; a path without braces is the list of itself. */
export function expandBraces(path: string): string[] {
  const match = /^(.*?)\{(\d+)\.\.(\d+)\}(.*)$/s.exec(path);
  if (!match) return [path];
  const [, before = "", first = "", last = "", after = ""] = match;
  const [from, to] = [Number(first), Number(last)];
  if (to < from || to - from >= mostPaths) {
    throw new UserError(
      `{${first}..${last}} in ${path} must count upwards, by less than ${mostPaths}.`,
    );
  }
  const tails = expandBraces(after);
  return Array.from({ length: to - from + 1 }, (_, i) =>
    String(from + i).padStart(first.length, "0"),
  ).flatMap((number) => tails.map((tail) => `${before}${number}${tail}`));
}
