import { join, relative, resolve } from "node:path";
import { startThread } from "@cliptune/engine";
import type { SetMetrics, Summary, TrainConfig, TrainEvent } from "@cliptune/trainer";
import type { Answer } from "../command.js";
import { chooseEngine } from "../engine-choice.js";
import { interruptible } from "../interrupt.js";
import { loadConfig } from "../load-config.js";
import { modelDirectory } from "../model-directory.js";
import { createProgress, duration, type Progress } from "../progress.js";
import type { TrainingCalls } from "../training-worker.js";

export interface TrainingOptions {
  readonly config: string;
  readonly outDir: string;
  readonly resume: boolean;
  readonly engine: string;
  readonly dataDir: string;
}

/** Trains as a config file says, with progress on stderr; Ctrl-C saves. */
export async function runTraining(options: TrainingOptions): Promise<Answer> {
  const outDir = resolve(options.outDir);
  const config = await loadConfig(options.config, options.dataDir);
  const { resume, dataDir } = options;
  const work = {
    config: { ...config, model: await modelDirectory(config.model) },
    engine: await chooseEngine(options.engine, config.devices),
    ...{ outDir, resume, cacheDir: join(resolve(dataDir), "cache") },
  };
  const progress = createProgress({ label: "train" });
  const onEvent = (event: TrainEvent) => show(event, progress);
  // A step blocks the thread that asks for it, which could not answer Ctrl-C meanwhile.
  const thread = startThread<TrainingCalls>(new URL("../training-worker.js", import.meta.url), {
    does: "trains",
  });
  const notice =
    "Saving a checkpoint as soon as what is under way is done … (Ctrl-C again ends at once, without it)";
  const summary = await interruptible(notice, (signal) =>
    thread.call("train", { ...work, signal, onEvent }),
  ).finally(() => progress.stop());
  await thread.end();
  const json = { outDir, ...summary, ...processCost() };
  if (!summary.interrupted)
    return { json, text: describe({ ...options, dataName: nameOf(config) }, summary) };
  const { config: file, outDir: out } = options;
  return {
    json,
    text: `Saved at step ${summary.step} of ${summary.totalSteps}. Go on with: cliptune train ${file} --out ${out} --resume`,
    exitCode: 130,
  };
}

/** The first training set with pictures, as a person would type it here. */
function nameOf({ data }: TrainConfig): string {
  const path = data.train.find((source) => source.path !== undefined)?.path;
  return path === undefined ? "DATA" : relative("", path) || ".";
}

/** What this process has used: at its largest, and of all cores together. */
function processCost() {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); // kilobytes, microseconds
  return {
    peakMegabytes: Math.round(maxRSS / 1024),
    cpuSeconds: Math.round((userCPUTime + systemCPUTime) / 1e6),
  };
}

function show(event: TrainEvent, progress: Progress): void {
  switch (event.type) {
    case "start":
      if (event.step > 0) progress.line(`Going on from step ${event.step} of ${event.totalSteps}.`);
      progress.line(
        `${event.pairs} pairs, ${event.stepsPerEpoch} steps an epoch, ${event.totalSteps} steps in all; ${event.parameters.toLocaleString("en")} parameters are trained`,
      );
      break;
    case "step":
      progress.update(
        event.step,
        event.totalSteps,
        `loss ${event.loss.toFixed(3)} · ${event.pairsPerSecond.toFixed(0)} pairs/s`,
      );
      break;
    case "evaluating": {
      const { step, totalSteps, done, total } = event;
      progress.update(step, totalSteps, `evaluating ${done}/${total} pictures`);
      break;
    }
    case "evaluation":
      progress.line(
        `${event.step === 0 ? "untuned" : `step ${event.step}`}: ${recalls(event.sets)}`,
      );
      break;
    case "warning":
      progress.line(`warning: ${event.message}`);
  }
}

const setNames = { inDomain: "in-domain", outOfDomain: "out-of-domain" } as const;

/** Of each evaluation set: recall at 1, 5 and 10, text to image; of pictures with labels, the share put into the right class. */
function recalls(sets: SetMetrics): string {
  return (["inDomain", "outOfDomain"] as const)
    .flatMap((key) => {
      const metrics = sets[key];
      if (!metrics) return [];
      const { r1, r5, r10 } = metrics.textToImage;
      const recall = `R@1/5/10 ${[r1, r5, r10].map(percent).join("/")} %`;
      const { zeroShot } = metrics;
      return [`${setNames[key]} ${recall}${zeroShot ? `, top-1 ${percent(zeroShot.top1)} %` : ""}`];
    })
    .join(" · ");
}

const percent = (share: number): string => (100 * share).toFixed(1);

function describe(
  { outDir, dataName }: { readonly outDir: string; readonly dataName: string },
  { best, base, seconds, totalSteps, skipped }: Summary,
): string {
  const measured = best !== null && Object.keys(best.sets).length > 0;
  const left = `${skipped} broken pictures were left out: ${outDir}/skipped.jsonl`;
  return [
    `${totalSteps} steps in ${duration(seconds)}: ${outDir}`,
    ...(skipped > 0 ? [left] : []),
    ...(base ? [`  base          ${recalls(base)}`] : []),
    ...(best && measured ? [`  best (${best.step})`.padEnd(16) + recalls(best.sets)] : []),
    ...(measured ? [] : ["  Nothing was measured: data.evaluate names no held-out pairs."]),
    `Next: cliptune index build ${dataName} --run ${outDir}`,
  ].join("\n");
}
