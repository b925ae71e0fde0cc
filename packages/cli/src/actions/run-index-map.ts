import { resolve } from "node:path";
import { UserError } from "@cliptune/engine";
import { openSearcher, readMap } from "@cliptune/index";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { interruptible } from "../interrupt.js";
import { createProgress } from "../progress.js";

export interface IndexMapOptions {
  readonly indexDir: string;
  readonly engine: string;
}

/** Makes the map of an index, unless this version of it has one. */
export async function runIndexMap({ indexDir, engine: name }: IndexMapOptions): Promise<Answer> {
  const dir = resolve(indexDir);
  const progress = createProgress({ label: "map" });
  const { map, count, kept } = await withEngine(name, (engine) =>
    interruptible("Stopping; nothing is written.", async (signal) => {
      const searcher = await openSearcher(dir, { engine });
      try {
        const onProgress = (share: number) => progress.update(Math.round(100 * share), 100);
        const map = await searcher.map({ signal, onProgress });
        const kept = await readMap(dir, map);
        return { map, count: searcher.count, kept: kept !== undefined };
      } finally {
        await searcher.close();
      }
    }),
  ).finally(() => progress.stop());
  if (!kept) {
    throw new UserError(
      `The map could not be written to ${dir}; it must be a directory that you may write to, with room for some megabytes.`,
    );
  }
  const { labels, titleOf, gap } = map;
  const pictures = labels.length < count ? `${labels.length} of ${count}` : `${count}`;
  const distance = gap === null ? "" : `, modality gap ${gap.toFixed(2)}`;
  return {
    json: { dir, pictures: labels.length, titles: titleOf.length, count, gap },
    text: [
      `${pictures} pictures and ${titleOf.length} titles on the map${distance}`,
      `Next: cliptune serve --index ${indexDir}, page Map`,
    ].join("\n"),
  };
}
