import { numberFlag } from "./number-flag.js";
import { UsageError } from "./usage-error.js";

/** Which model a command line asks for. */
export interface ModelChoice {
  readonly model?: string;
  readonly adapter?: string;
  readonly strength?: number;
  readonly run?: string;
}

export interface ModelFlags {
  readonly model?: string | undefined;
  readonly adapter?: string | undefined;
  readonly strength?: string | undefined;
  readonly run?: string | undefined;
}

/** @throws UsageError when --run is given together with what it stands for */
export function modelChoice({ model, adapter, strength, run }: ModelFlags): ModelChoice {
  if (run !== undefined && (model !== undefined || adapter !== undefined)) {
    throw new UsageError("--run stands for --model and --adapter: give it alone");
  }
  return {
    ...(model === undefined ? {} : { model }),
    ...(adapter === undefined ? {} : { adapter }),
    ...(run === undefined ? {} : { run }),
    ...(strength === undefined
      ? {}
      : { strength: numberFlag(strength, "--strength", { least: 0 }) }),
  };
}
