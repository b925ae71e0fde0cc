import { resolve } from "node:path";
import { createEncoder, type Encoder, loadAdapter, loadModel } from "@cliptune/clip";
import type { Engine } from "@cliptune/engine";
import {
  drift,
  type EmbeddedSet,
  type EvaluationSet,
  encodePictures,
  prepareEvaluation,
  readFolder,
} from "@cliptune/trainer";
import { dataFolder } from "../bundled-sets.js";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { modelDirectory } from "../model-directory.js";

export interface CompareOptions {
  readonly adapter: string;
  /** Compared with this adapter; with the base model unless given. */
  readonly other: string | undefined;
  readonly data: string;
  readonly split: string | undefined;
  readonly model: string | undefined;
  readonly engine: string;
  readonly dataDir: string;
}

const k = 10;

/** Searches a set's pictures by its titles with one model and with another, and counts what differs. */
export async function compareAdapters(options: CompareOptions): Promise<Answer> {
  const model = await loadModel(await modelDirectory(options.model));
  const adapter = await loadAdapter(resolve(options.adapter), model);
  const other = options.other && (await loadAdapter(resolve(options.other), model));
  const folder = await dataFolder(options.data, options.dataDir);
  const pairs = await readFolder(folder, options.split ? { split: options.split } : {});
  let skipped = 0;
  const set = prepareEvaluation(pairs, {
    preprocessing: model.preprocessing,
    onSkip: ({ reason }) => {
      skipped++;
      console.error(`left out: ${reason}`);
    },
  });
  const result = await withEngine(options.engine, async (engine: Engine) => {
    const encoder = await createEncoder(engine, model, other ? { adapter: other } : {});
    try {
      const before = await embedded(encoder, set);
      await encoder.setAdapter(adapter);
      return drift(before, await embedded(encoder, set), k);
    } finally {
      await encoder.dispose();
    }
  });
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const from = options.other ?? "the base model";
  return {
    json: { ...result, pictures: pairs.length - skipped, skipped, from },
    text: [
      `${result.queries} titles, ${pairs.length - skipped} pictures, from ${from} to ${options.adapter}`,
      `of each title's top ${k} changed   ${percent(result.changedShare)}`,
      `titles with another first picture  ${percent(result.changedFirst)}`,
      `titles with the same top ${k}        ${percent(result.same)}`,
    ].join("\n"),
  };
}

async function embedded(encoder: Encoder, set: EvaluationSet): Promise<EmbeddedSet> {
  const { rows, pairs } = await encodePictures(encoder, set);
  const titles = [...new Set(pairs.map(({ title }) => title))];
  const { dimension } = encoder;
  return { queries: await encoder.encodeTexts(titles), items: rows.data, dimension };
}
