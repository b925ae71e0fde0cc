import { resolve } from "node:path";
import type { Encoder } from "@cliptune/clip";
import { type ExportOptions, exportIndex } from "@cliptune/index";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { interruptible } from "../interrupt.js";
import { createProgress } from "../progress.js";
import { indexEncoder } from "./index-choice.js";

export interface IndexExportOptions
  extends Required<Pick<ExportOptions, "format" | "precision" | "shardRows">> {
  readonly indexDir: string;
  readonly outDir: string;
  /** Titles are encoded too. */
  readonly texts: boolean;
  readonly engine: string;
}

/** Writes what an index holds as other programs read it. */
export async function runIndexExport(options: IndexExportOptions): Promise<Answer> {
  const { format, precision, shardRows, texts } = options;
  const dir = resolve(options.indexDir);
  const out = resolve(options.outDir);
  const progress = createProgress({ label: "export" });
  const write = (encoder?: Encoder) =>
    interruptible("Stopping; nothing is written.", (signal) =>
      exportIndex({
        ...{ dir, out, format, precision, shardRows, signal },
        ...(encoder && { encodeTexts: encoder.encodeTexts }),
        onProgress: (done, total) => progress.update(done, total),
      }),
    );
  const count = await (texts ? withTexts(options, write) : write()).finally(() => progress.stop());
  return { json: { dir, out, format, count }, text: `${count} vectors in ${out}` };
}

function withTexts(
  { indexDir, engine: name }: IndexExportOptions,
  write: (encoder: Encoder) => Promise<number>,
): Promise<number> {
  return withEngine(name, async (engine) => {
    const moved = { model: undefined, adapter: undefined };
    const { encoder } = await indexEncoder(engine, resolve(indexDir), moved);
    try {
      return await write(encoder);
    } finally {
      await encoder.dispose();
    }
  });
}
