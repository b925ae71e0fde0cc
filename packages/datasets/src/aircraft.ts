import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UserError } from "@cliptune/engine";
import type { Pair } from "./pair.js";
import { type Listing, readError } from "./place.js";

const listName = /^images_variant_(train|val|test)\.txt$/;

/** Whether a folder is FGVC-Aircraft's `data`: the variants' names, and lists of pictures. */
export const isAircraft = ({ files }: Listing): boolean =>
  files.includes("variants.txt") && files.some((name) => listName.test(name));

/**
 * FGVC-Aircraft in its own layout: `images_variant_train.txt` has a line `0034309 Boeing 707-320` for
 * `images/0034309.jpg`.
 *
 * @throws UserError naming the line whose variant is not in `variants.txt`
 * @see Maji et al. 2013, https://arxiv.org/abs/1306.5151
 */
export async function* aircraftPairs(dir: string): AsyncGenerator<Pair> {
  const variants = new Set(await linesOf(join(dir, "variants.txt")));
  for (const split of ["train", "val", "test"]) {
    const path = join(dir, `images_variant_${split}.txt`);
    const lines = await linesOf(path).catch(() => []);
    for (const [i, line] of lines.entries()) {
      const [, name, label = ""] = /^(\S+) (.+)$/.exec(line) ?? [];
      if (name === undefined || !variants.has(label)) {
        throw new UserError(
          `${path}, line ${i + 1} says "${line}"; it must be a picture's number and a variant of variants.txt.`,
        );
      }
      const id = `images/${name}.jpg`;
      const words = { title: label, captions: [label], label, fields: {} };
      yield { id, image: { path: resolve(dir, id) }, ...words, split };
    }
  }
}

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw readError(path, error);
  });
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}
