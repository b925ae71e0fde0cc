import { resolve } from "node:path";
import {
  createEncoder,
  type Encoder,
  loadAdapter,
  loadModel,
  preprocessImage,
} from "@cliptune/clip";
import type { Engine } from "@cliptune/engine";
import { drift, type EmbeddedSet, type Pair, readFolder } from "@cliptune/trainer";
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
const picturesAtATime = 256;

/** Searches a set's pictures by its titles with one model and with another, and counts what differs. */
export async function compareAdapters(options: CompareOptions): Promise<Answer> {
  const model = await loadModel(await modelDirectory(options.model));
  const adapter = await loadAdapter(resolve(options.adapter), model);
  const other = options.other && (await loadAdapter(resolve(options.other), model));
  const folder = await dataFolder(options.data, options.dataDir);
  const pairs = await readFolder(folder, options.split ? { split: options.split } : {});
  const pixels = await Promise.all(
    pairs.map(({ file }) => preprocessImage(file, model.preprocessing)),
  );
  const result = await withEngine(options.engine, async (engine: Engine) => {
    const encoder = await createEncoder(engine, model, other ? { adapter: other } : {});
    try {
      const before = await embedded(encoder, pairs, pixels);
      await encoder.setAdapter(adapter);
      return drift(before, await embedded(encoder, pairs, pixels), k);
    } finally {
      await encoder.dispose();
    }
  });
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const from = options.other ?? "the base model";
  return {
    json: { ...result, pictures: pairs.length, from },
    text: [
      `${result.queries} titles, ${pairs.length} pictures, from ${from} to ${options.adapter}`,
      `of each title's top ${k} changed   ${percent(result.changedShare)}`,
      `titles with another first picture  ${percent(result.changedFirst)}`,
      `titles with the same top ${k}        ${percent(result.same)}`,
    ].join("\n"),
  };
}

async function embedded(
  encoder: Encoder,
  pairs: readonly Pair[],
  pixels: readonly Uint8Array[],
): Promise<EmbeddedSet> {
  const { dimension } = encoder;
  const items = new Float32Array(pairs.length * dimension);
  for (let start = 0; start < pixels.length; start += picturesAtATime) {
    const part = pixels.slice(start, start + picturesAtATime);
    items.set(await encoder.encodeImages(Buffer.concat(part), part.length), start * dimension);
  }
  const titles = [...new Set(pairs.map(({ title }) => title))];
  return { queries: await encoder.encodeTexts(titles), items, dimension };
}
