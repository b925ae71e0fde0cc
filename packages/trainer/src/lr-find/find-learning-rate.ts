import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@cliptune/engine";
import type { TrainConfig } from "../config.js";
import { checkSize, loadDataSets } from "../data-sets.js";
import { openBatches, openStore } from "../open-batches.js";
import { createPrefetch } from "../prefetch.js";
import { createSampler } from "../sampler.js";
import { createStepper, pairsPerStep } from "../stepper.js";
import type { TrainOptions } from "../train.js";
import { createTrainable } from "../trainable.js";
import { type RatePoint, type RateSuggestion, suggestRate } from "./suggest.js";

export interface RateSweepOptions
  extends Pick<TrainOptions, "engine" | "model" | "datasets" | "cacheDir" | "signal"> {
  /** The first learning rate. */
  readonly from: number;
  /** The last. */
  readonly to: number;
  readonly steps: number;
  readonly onStep?: (done: number, point: RatePoint) => void;
  readonly onWarning?: (message: string) => void;
}

export interface RateSweep extends RateSuggestion {
  /** Of each step that was taken. */
  readonly points: readonly RatePoint[];
}

/** A loss this many times that of the first step is past telling anything. */
const hopeless = 4;

/**
 * Trains on the configuration's first batches while the learning rate grows exponentially, and says
 * which one to take. What is trained is thrown away: no run is made.
 *
 * @returns undefined when the signal was aborted
 * @throws UserError for bad data, or a range that is none
 */
export async function findLearningRate(
  config: TrainConfig,
  options: RateSweepOptions,
): Promise<RateSweep | undefined> {
  const { from, to, steps, signal } = options;
  if (!(from > 0 && from < to && steps >= 10)) {
    throw new UserError(
      `A sweep of ${steps} steps from learning rate ${from} to ${to} finds nothing; it needs 10 steps or more, and a range that rises from above 0.`,
    );
  }
  const dir = await mkdtemp(join(tmpdir(), "cliptune-lr-"));
  try {
    const points = await takeSteps(config, options, dir);
    return signal?.aborted ? undefined : { ...suggestRate(points), points };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function takeSteps(
  config: TrainConfig,
  options: RateSweepOptions,
  dir: string,
): Promise<RatePoint[]> {
  const { engine, model, from, to, steps, signal, onStep, onWarning = () => undefined } = options;
  const data = options.datasets ?? (await loadDataSets(config));
  checkSize(data.train, config.batchSize);
  const learningRateAt = (step: number): number => from * (to / from) ** (step / (steps - 1));
  const trainable = createTrainable(engine, model, config);
  const parts = {
    ...{ config, engine, trainable, data },
    run: { dir, cache: options.cacheDir ?? join(dir, "cache"), resumed: undefined },
    onEvent: (event: { type: string; message?: string }) =>
      event.type === "warning" && onWarning(event.message ?? ""),
  };
  const stepper = createStepper(parts, { totalSteps: steps, learningRateAt });
  const store = await openStore(parts);
  try {
    const sampler = createSampler(data.train, {
      ...{ batchSize: pairsPerStep(config), seed: config.seed },
      ...config.sampler,
    });
    const onSkip = ({ reason }: { reason: string }): void => onWarning(reason);
    const batches = await openBatches(parts, { sampler, store, onSkip });
    const fetch = createPrefetch(batches, { first: 0, end: steps, ahead: 2 });
    const points: RatePoint[] = [];
    while (points.length < steps && !signal?.aborted) {
      const step = points.length;
      const { value: batch } = await fetch(step);
      const { loss, learningRate } = await stepper.step(step, batch);
      batch.release();
      points.push({ learningRate, loss });
      onStep?.(points.length, points[step]!);
      if (!(loss <= hopeless * points[0]!.loss)) break;
    }
    return points;
  } finally {
    await stepper.dispose();
    await store?.close();
    trainable.state.dispose();
    trainable.constants?.dispose();
  }
}
