import { resolve } from "node:path";
import { type Hit, openSearcher, type SearchAnswer } from "@cliptune/index";
import type { Answer } from "../command.js";
import { engineName } from "../engine-choice.js";

export interface SearchOptions {
  readonly text: string;
  readonly count: number;
  readonly indexDir: string;
  /** Where the index's model and adapter are now, when they were moved. */
  readonly model: string | undefined;
  readonly adapter: string | undefined;
  readonly engine: string;
}

/** One text query, with the model that made the index. */
export async function runSearch(options: SearchOptions): Promise<Answer> {
  const { model, adapter } = options;
  const searcher = await openSearcher(resolve(options.indexDir), {
    engine: engineName(options.engine),
    modelOverride: {
      ...(model === undefined ? {} : { path: model }),
      ...(adapter === undefined ? {} : { adapter }),
    },
  });
  try {
    const answer = await searcher.searchText(options.text, options.count);
    return { json: { query: options.text, ...answer }, text: table(answer) };
  } finally {
    await searcher.close();
  }
}

function table({ hits }: SearchAnswer): string {
  const width = Math.max(...hits.map(({ title }) => title.length));
  return hits
    .map((hit, place) => [`${place + 1}`.padStart(3), ...cells(hit, width)].join("  "))
    .join("\n");
}

function cells({ score, title, file, id }: Hit, width: number): string[] {
  return [score.toFixed(3).padStart(6), title.padEnd(width), file ?? id];
}
