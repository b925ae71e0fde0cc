import type { TrainConfig } from "../config.js";
import type { MetricsRecord } from "../metrics-record.js";
import { openCsv } from "./csv.js";
import type { Logger } from "./logger.js";
import { openTensorBoard } from "./tensorboard.js";
import { openWandb } from "./wandb.js";

const openers = { csv: openCsv, tensorboard: openTensorBoard, wandb: openWandb } as const;

/**
 * Opens the loggers that a configuration asks for. Each writes its files anew from the records so far: what
 * a resumed run forgets is gone there too, and a logger may be added to a run that is over.
 *
 * @param dir the run's directory
 */
export function openLoggers(
  names: TrainConfig["loggers"],
  dir: string,
  records: readonly MetricsRecord[],
): Promise<Logger[]> {
  return Promise.all(names.map((name) => openers[name](dir, records)));
}
