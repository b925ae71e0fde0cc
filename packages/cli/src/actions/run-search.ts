import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  openSearcher,
  type ParsedTerm,
  parseQuery,
  type QueryTerm,
  type SearchHit,
  type SearchOptions,
  type SearchResponse,
} from "@cliptune/index";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";

export interface SearchRunOptions {
  /** As `parseQuery` reads it. */
  readonly text: string;
  /** Paths of pictures to look like. */
  readonly images: readonly string[];
  /** Texts not to find. */
  readonly minus: readonly string[];
  readonly options: SearchOptions;
  readonly indexDir: string;
  /** Where the index's model and adapter are now, when they were moved. */
  readonly model: string | undefined;
  readonly adapter: string | undefined;
  readonly engine: string;
}

/** One query, with the model that made the index. */
export async function runSearch(run: SearchRunOptions): Promise<Answer> {
  const { text, model, adapter } = run;
  const modelOverride = {
    ...(model === undefined ? {} : { path: model }),
    ...(adapter === undefined ? {} : { adapter }),
  };
  const query = await termsOf(run);
  return withEngine(run.engine, async (engine) => {
    const searcher = await openSearcher(resolve(run.indexDir), { engine, modelOverride });
    try {
      const answer = await searcher.search({ query, ...run.options });
      return { json: { query: text, ...answer }, text: describe(answer) };
    } finally {
      await searcher.close();
    }
  });
}

function termsOf({ text, images, minus }: SearchRunOptions): Promise<QueryTerm[]> {
  const terms: ParsedTerm[] = [
    ...parseQuery(text),
    ...images.map((file) => ({ file })),
    ...minus.map((each) => ({ text: each, weight: -1 })),
  ];
  return Promise.all(
    terms.map(async (term) => {
      if (!("file" in term)) return term;
      const { file, ...rest } = term;
      return { ...rest, image: await readFile(file) };
    }),
  );
}

function describe({ hits, goodMatch, cursor }: SearchResponse): string {
  if (hits.length === 0) return "Nothing fits the conditions.";
  const width = Math.max(...hits.map(({ title }) => title.length));
  return [
    ...(goodMatch ? [] : ["No good match; the closest are:"]),
    ...hits.map((hit, place) => [`${place + 1}`.padStart(3), ...cells(hit, width)].join("  ")),
    ...(cursor === undefined ? [] : [`Next page: --cursor ${cursor}`]),
  ].join("\n");
}

function cells(hit: SearchHit, width: number): string[] {
  const { score, confidence, title, file, id, duplicates = [] } = hit;
  return [
    score.toFixed(3).padStart(6),
    `${Math.round(confidence * 100)} %`.padStart(5),
    title.padEnd(width),
    `${file ?? id}${duplicates.length === 0 ? "" : ` (and ${duplicates.length} alike)`}`,
  ];
}
