import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UserError } from "@cliptune/engine";
import { flowerNames } from "./flower-names.js";
import { readMatFile } from "./matlab.js";
import type { Pair } from "./pair.js";
import type { Listing } from "./place.js";

/** Whether a folder is Oxford Flowers-102 as it is downloaded. */
export const isFlowers = ({ files }: Listing): boolean =>
  files.includes("imagelabels.mat") && files.includes("setid.mat");

const splits = { trnid: "train", valid: "val", tstid: "test" } as const;

/**
 * Oxford Flowers-102 in its own layout: `imagelabels.mat` has the class of `jpg/image_00001.jpg` and on,
 * `setid.mat` their splits. Classes are called as in `cat_to_name.json`, where there is one.
 *
 * @throws UserError when a .mat file lacks its arrays or names a class or a picture that there is not
 * @see Nilsback & Zisserman 2008, https://www.robots.ox.ac.uk/~vgg/data/flowers/102/
 */
export async function* flowersPairs(dir: string): AsyncGenerator<Pair> {
  const labels = (await readMatFile(join(dir, "imagelabels.mat")))["labels"]?.data;
  const sets = await readMatFile(join(dir, "setid.mat"));
  const names = await classNames(dir);
  for (const [key, split] of Object.entries(splits)) {
    for (const number of sets[key]?.data ?? []) {
      const label = names[(labels?.[number - 1] ?? 0) - 1];
      if (label === undefined) {
        throw new UserError(
          `${dir}: picture ${number} of setid.mat has no class from 1 to ${names.length} in imagelabels.mat; the two files must be of one download.`,
        );
      }
      const id = `jpg/image_${String(number).padStart(5, "0")}.jpg`;
      const words = { title: label, captions: [label], label, fields: {} };
      yield { id, image: { path: resolve(dir, id) }, ...words, split };
    }
  }
}

async function classNames(dir: string): Promise<readonly string[]> {
  const path = join(dir, "cat_to_name.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return flowerNames;
  try {
    const byNumber = JSON.parse(text) as Record<string, string>;
    return Object.keys(byNumber).map((_, i) => byNumber[String(i + 1)]!);
  } catch (error) {
    throw new UserError(`${path} is not valid JSON (${(error as Error).message}); mend it.`);
  }
}
