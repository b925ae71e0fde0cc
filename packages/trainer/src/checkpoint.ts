import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import { isMissing, removeDirAtomically, writeDirAtomically, writeFileAtomically } from "./disk.js";
import type { SetMetrics } from "./metrics-log.js";
import { loadParameters, readMoments, saveParameters } from "./saved-weights.js";
import type { Trainable } from "./trainable.js";

/** What a run must know to go on, beside parameters and moments. All randomness follows from the step. */
export interface RunState {
  readonly version: 1;
  /** Steps done. */
  readonly step: number;
  readonly seconds: number;
  /** Of the model that is tuned. */
  readonly fingerprint: string;
  /** Of the last step. */
  readonly loss: number | null;
  /** The untuned base. */
  readonly base?: SetMetrics;
  readonly best?: { readonly step: number; readonly sets: SetMetrics };
  /** The last evaluation. */
  readonly final?: SetMetrics;
}

const stateFile = "state.json";
const optimizerFile = "optimizer.safetensors";
const nameOf = (step: number): string => `step-${String(step).padStart(6, "0")}`;

/** Steps of the complete checkpoints, oldest first. */
export async function listCheckpoints(dir: string): Promise<number[]> {
  const names = await readdir(dir).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const steps = names.flatMap((name) => name.match(/^step-(\d+)$/)?.[1] ?? []).map(Number);
  return steps.sort((a, b) => a - b);
}

/**
 * Writes `step-N/` beside the others, whole or not at all, then removes all but the newest `keep` and
 * those of `keepSteps`.
 *
 * @throws UserError when the disk is full; earlier checkpoints stay
 */
export async function saveCheckpoint(
  dir: string,
  trainable: Trainable,
  state: RunState,
  { keep, keepSteps }: { readonly keep: number; readonly keepSteps: readonly number[] },
): Promise<string> {
  const steps = await listCheckpoints(dir);
  const name = nameOf(state.step);
  if (!steps.includes(state.step)) {
    await writeDirAtomically(dir, name, async (fresh) => {
      await saveParameters(fresh, trainable);
      await writeSafetensors(join(fresh, optimizerFile), await readMoments(trainable));
      await writeFileAtomically(join(fresh, stateFile), `${JSON.stringify(state, null, 2)}\n`);
    });
    steps.push(state.step);
  }
  for (const step of steps.slice(0, -keep).filter((each) => !keepSteps.includes(each))) {
    await removeDirAtomically(dir, nameOf(step));
  }
  return join(dir, name);
}

/** The newest checkpoint's state, or undefined when there is none; removes what a kill left half-made. */
export async function readNewest(dir: string): Promise<RunState | undefined> {
  const step = (await listCheckpoints(dir)).at(-1);
  for (const name of await readdir(dir).catch(() => [])) {
    if (name.startsWith(".")) await rm(join(dir, name), { recursive: true, force: true });
  }
  if (step === undefined) return undefined;
  const path = join(dir, nameOf(step), stateFile);
  try {
    return JSON.parse(await readFile(path, "utf8")) as RunState;
  } catch (error) {
    throw new UserError(
      `The checkpoint ${join(dir, nameOf(step))} is broken (${(error as Error).message}); remove it to resume from the one before.`,
    );
  }
}

/** Puts a checkpoint's parameters and moments into the engine's state. */
export async function loadCheckpoint(
  dir: string,
  trainable: Trainable,
  step: number,
): Promise<void> {
  const path = join(dir, nameOf(step));
  const { tensors: moments } = await readSafetensors(join(path, optimizerFile));
  const params = await loadParameters(path, trainable);
  await trainable.state.write({ ...params, ...moments });
}
