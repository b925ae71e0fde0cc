import { resolve } from "node:path";
import { type Hit, openSearcher, type SearchResponse } from "@cliptune/index";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";

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
export function runSearch(options: SearchOptions): Promise<Answer> {
  const { text, count, model, adapter } = options;
  const modelOverride = {
    ...(model === undefined ? {} : { path: model }),
    ...(adapter === undefined ? {} : { adapter }),
  };
  return withEngine(options.engine, async (engine) => {
    const searcher = await openSearcher(resolve(options.indexDir), { engine, modelOverride });
    try {
      const answer = await searcher.searchText(text, count);
      return { json: { query: text, ...answer }, text: table(answer) };
    } finally {
      await searcher.close();
    }
  });
}

function table({ hits }: SearchResponse): string {
  const width = Math.max(...hits.map(({ title }) => title.length));
  return hits
    .map((hit, place) => [`${place + 1}`.padStart(3), ...cells(hit, width)].join("  "))
    .join("\n");
}

function cells({ score, title, file, id }: Hit, width: number): string[] {
  return [score.toFixed(3).padStart(6), title.padEnd(width), file ?? id];
}
