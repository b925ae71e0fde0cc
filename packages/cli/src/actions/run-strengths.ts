import { join, resolve } from "node:path";
import { createEncoder, replaceFile } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import {
  loadDataSets,
  parseTrainConfig,
  type StrengthResult,
  strengthCurve,
} from "@cliptune/trainer";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { loadChoice, noAdapter } from "../load-choice.js";
import { readYaml } from "../load-config.js";
import { createProgress } from "../progress.js";

export interface StrengthsOptions {
  readonly run: string;
  readonly strengths: readonly number[];
  readonly engine: string;
}

/** Evaluates a run's best adapter at each strength on the run's own sets; `strengths.json` keeps it. */
export async function runStrengths({ run, strengths, engine }: StrengthsOptions): Promise<Answer> {
  const dir = resolve(run);
  const { model, adapter } = await loadChoice({ run });
  if (!adapter) {
    throw new UserError(noAdapter(dir));
  }
  const path = join(dir, "config.json");
  const config = parseTrainConfig(await readYaml(path), path);
  const { evaluate } = await loadDataSets(config);
  if (!evaluate.inDomain && !evaluate.outOfDomain) {
    throw new UserError(
      `${path} names no set under data.evaluate; there is nothing to evaluate on.`,
    );
  }
  const progress = createProgress({ label: "strengths" });
  const results = await withEngine(engine, async (engine) => {
    const encoder = await createEncoder(engine, model, { adapter });
    try {
      return await strengthCurve(encoder, evaluate, {
        strengths,
        preprocessing: model.preprocessing,
        engine,
        templates: config.evaluate.templates,
        ...(config.data.onError === "skip" && { onSkip: () => undefined }), // training told of them
        onProgress: (done) => progress.update(done, strengths.length),
      });
    } finally {
      await encoder.dispose();
    }
  }).finally(() => progress.stop());
  const text = `${JSON.stringify(results, null, 2)}\n`;
  await replaceFile(join(dir, "strengths.json"), (file) => file.writeFile(text));
  return { json: { run: dir, strengths: results }, text: describe(results) };
}

function describe(results: readonly StrengthResult[]): string {
  const head = ["strength", "in R@1", "in R@10", "out R@1", "out R@10"];
  const rows = results.map(({ strength, sets: { inDomain, outOfDomain } }) => [
    String(strength),
    ...[inDomain, outOfDomain].flatMap((set) =>
      (["r1", "r10"] as const).map((k) => set?.textToImage[k].toFixed(3) ?? "–"),
    ),
  ]);
  return [head, ...rows].map((cells) => cells.map((cell) => cell.padStart(9)).join("")).join("\n");
}
