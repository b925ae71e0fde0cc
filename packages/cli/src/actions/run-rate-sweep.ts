import { join, resolve } from "node:path";
import type { Engine } from "@cliptune/engine";
import {
  findLearningRate,
  loadTrainModel,
  type RateSweep,
  writeRateSweep,
} from "@cliptune/trainer";
import type { Answer } from "../command.js";
import { withEngine } from "../engine-choice.js";
import { interruptible } from "../interrupt.js";
import { loadConfig } from "../load-config.js";
import { modelDirectory } from "../model-directory.js";
import { createProgress } from "../progress.js";
import { UsageError } from "../usage-error.js";

export interface RateSweepOptions {
  readonly config: string;
  readonly outDir: string;
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly engine: string;
  readonly dataDir: string;
}

/** Sweeps the learning rate of a training configuration; Ctrl-C leaves nothing behind. */
export async function runRateSweep(options: RateSweepOptions): Promise<Answer> {
  const { from, to, steps } = options;
  if (!(from > 0 && from < to)) {
    throw new UsageError(`--from must be above 0 and below --to, got ${from} and ${to}`);
  }
  const outDir = resolve(options.outDir);
  const config = await loadConfig(options.config, options.dataDir);
  const model = await loadTrainModel({ ...config, model: await modelDirectory(config.model) });
  const progress = createProgress({ label: "lr-find" });
  const find = (engine: Engine) =>
    interruptible("Stopping …", (signal) =>
      findLearningRate(config, {
        ...{ engine, model, from, to, steps, signal },
        cacheDir: join(resolve(options.dataDir), "cache"),
        onStep: (done, { learningRate, loss }) =>
          progress.update(done, steps, `rate ${short(learningRate)} · loss ${loss.toFixed(3)}`),
        onWarning: (message) => progress.line(`warning: ${message}`),
      }),
    );
  const sweep = await withEngine(options.engine, find, config.devices).finally(() =>
    progress.stop(),
  );
  if (!sweep) return { json: { interrupted: true }, text: "Nothing was written.", exitCode: 130 };
  await writeRateSweep(outDir, sweep);
  const { points, smoothed: _, ...found } = sweep;
  return { json: { outDir, steps: points.length, ...found }, text: describe(outDir, sweep) };
}

const short = (rate: number): string =>
  rate < 0.001 ? rate.toExponential(1) : String(Number(rate.toPrecision(2)));

function describe(
  outDir: string,
  { points, start, least, steepest, divergence, learningRate }: RateSweep,
): string {
  const last = points.at(-1)!;
  const files = `${outDir}/lr-find.svg, .png, .csv and .json`;
  const fell = `loss ${start.toFixed(3)} → ${least.loss.toFixed(3)} at ${short(least.learningRate)}`;
  const range = `${points.length} steps from ${short(points[0]!.learningRate)} to ${short(last.learningRate)}: ${fell}`;
  if (learningRate === undefined || steepest === undefined) {
    return `${range}\nThe loss never fell, so no rate is suggested; try a lower --from, or more --steps.\n${files}`;
  }
  return [
    range,
    `  falls fastest at   ${short(steepest)}`,
    `  diverges at        ${divergence === undefined ? "none of them" : `${short(divergence)}; a tenth is ${short(divergence / 10)}`}`,
    `Suggested, the lower of the two: optimizer: { learningRate: ${short(learningRate)} }`,
    files,
  ].join("\n");
}
