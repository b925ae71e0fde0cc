import { join, resolve } from "node:path";
import { materialise, setNames } from "@cliptune/data";
import { bundledSet } from "../bundled-sets.js";
import type { Answer } from "../command.js";
import { UsageError } from "../usage-error.js";

export interface AddOptions {
  readonly set: string;
  readonly out?: string | undefined;
  readonly dataDir: string;
  readonly fold: number;
}

/** Writes a bundled set as a folder, and says what can be done with it. */
export async function addData({ set, out, dataDir, fold }: AddOptions): Promise<Answer> {
  const name = bundledSet(set);
  if (!name) throw new UsageError(`unknown set ${set}`, { name: set, known: setNames });
  console.error(`Writing ${name} …`);
  const { dir, count } = await materialise(
    name,
    resolve(out ?? join(dataDir, fold === 0 ? name : `${name}-fold-${fold}`)),
    { fold },
  );
  return {
    json: { set: name, dir, count },
    text: `${count} pictures with titles in ${dir}\nNext: cliptune index build ${out ?? name}`,
  };
}
