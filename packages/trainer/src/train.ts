import type { ClipModel } from "@cliptune/clip";
import type { Engine } from "@cliptune/engine";
import { loadCheckpoint } from "./checkpoint.js";
import type { TrainConfig } from "./config.js";
import { checkSize, type DataSets, loadDataSets } from "./data-sets.js";
import type { TrainEvent } from "./events.js";
import { runLoop } from "./loop.js";
import { openMetricsLog } from "./metrics-log.js";
import { openRun } from "./run-dir.js";
import { openSkipList } from "./skipped.js";
import type { Summary } from "./summary.js";
import { createTrainable } from "./trainable.js";

export interface TrainOptions {
  /** The run directory; see README. */
  readonly outDir: string;
  readonly engine: Engine;
  readonly model: ClipModel;
  /** Instead of the folders that the configuration names. */
  readonly datasets?: DataSets;
  /** Go on from the newest checkpoint of `outDir`, if there is one. */
  readonly resume?: boolean;
  /** Where decoded pictures are kept for other runs too; unless given, `cache/` in `outDir`. */
  readonly cacheDir?: string | undefined;
  /** Aborting saves a checkpoint and returns. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/**
 * Trains as configured and writes the run directory as it goes.
 *
 * @throws UserError for bad data, a run directory in use, a full disk, or a loss that is not a number
 */
export async function train(config: TrainConfig, options: TrainOptions): Promise<Summary> {
  const { outDir, engine, model, onEvent = () => undefined } = options;
  const data = options.datasets ?? (await loadDataSets(config));
  checkSize(data.train, config.batchSize);
  const run = await openRun(outDir, config, {
    resume: options.resume ?? false,
    fingerprint: model.fingerprint,
    cacheDir: options.cacheDir,
  });
  const trainable = createTrainable(engine, model, config);
  const skips = await openSkipList(run.skipped);
  const log = await openMetricsLog(outDir, {
    step: run.resumed?.step ?? -1,
    loggers: config.loggers,
  });
  let ended = false;
  try {
    if (run.resumed) await loadCheckpoint(run.checkpoints, trainable, run.resumed.step);
    const { signal } = options;
    const parts = { config, engine, trainable, data, run, log, skips, signal, onEvent };
    const summary = await runLoop(parts);
    ended = !summary.interrupted;
    return summary;
  } finally {
    await log.close(ended);
    await skips.close();
    trainable.state.dispose();
    trainable.constants?.dispose();
  }
}
