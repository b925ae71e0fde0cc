import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createEncoder } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { readManifest, type StrengthRecall, writeStrengths } from "@cliptune/index";
import type { StrengthResult } from "@cliptune/trainer";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { interruptible } from "../interrupt.js";
import { loadChoice } from "../load-choice.js";
import { createProgress } from "../progress.js";

export interface IndexStrengthsOptions {
  readonly indexDir: string;
  readonly run: string;
  readonly strengths: readonly number[];
  readonly engine: string;
}

/** Encodes the pictures of an index at each strength of a run's adapter. */
export async function runIndexStrengths(options: IndexStrengthsOptions): Promise<Answer> {
  const dir = resolve(options.indexDir);
  const run = resolve(options.run);
  await readManifest(dir);
  const { model, adapter, origin } = await loadChoice({ run });
  if (!adapter) {
    throw new UserError(`${run} holds no adapter (mode full); only an adapter has a strength.`);
  }
  const recall = await readRecall(run);
  const progress = createProgress({ label: "strengths" });
  const manifest = await withEngine(options.engine, (engine) =>
    interruptible("Stopping; what was there stays as it was.", async (signal) => {
      const encoder = await createEncoder(engine, model, { adapter });
      try {
        return await writeStrengths({
          ...{ dir, encoder, model: origin, recall, signal },
          preprocessing: model.preprocessing,
          strengths: options.strengths,
          onProgress: (done, total) => progress.update(done, total),
        });
      } finally {
        await encoder.dispose();
      }
    }),
  ).finally(() => progress.stop());
  const { count, strengths, fromThumbnails } = manifest;
  const notes = [
    `${count} pictures at ${strengths.length} strengths in ${join(dir, "strengths")}`,
    ...(fromThumbnails > 0
      ? [
          `The files of ${fromThumbnails} pictures could not be read: their thumbnails were encoded.`,
        ]
      : []),
    ...(recall.length === 0
      ? [
          `No recall is drawn: run cliptune adapter strengths ${options.run} first, then this again.`,
        ]
      : []),
    `Next: cliptune serve --index ${options.indexDir}, page Compare`,
  ];
  return { json: { dir, count, strengths, fromThumbnails }, text: notes.join("\n") };
}

/** What `cliptune adapter strengths` has measured, if it was asked. */
async function readRecall(run: string): Promise<StrengthRecall[]> {
  const text = await readFile(join(run, "strengths.json"), "utf8").catch(() => undefined);
  if (text === undefined) return [];
  const results = JSON.parse(text) as StrengthResult[];
  return results.map(({ strength, sets }) => ({
    strength,
    sets: Object.fromEntries(
      Object.entries(sets).map(([name, { textToImage }]) => {
        const { r1, r5, r10 } = textToImage;
        return [name, { r1, r5, r10 }];
      }),
    ),
  }));
}
