import { eagerNames, isEager, startBackend } from "./eager/backends.js";
import { createEagerEngine } from "./eager/engine.js";
import { UserError } from "./errors.js";
import { createOnnxEngine } from "./onnx/engine.js";
import type { Engine, EngineName } from "./types.js";

export interface EngineOptions {
  /** Threads for one operator; all cores unless given. */
  readonly threads?: number;
}

export const engineNames: readonly EngineName[] = ["onnx-cpu", ...eagerNames];

/** The engine named, or the fastest one that works here for `auto`. */
export async function createEngine(
  name: EngineName | "auto" = "auto",
  options: EngineOptions = {},
): Promise<Engine> {
  if (name === "auto" || name === "onnx-cpu") return createOnnxEngine(options);
  if (isEager(name)) return createEagerEngine(name, await startBackend(name));
  throw new UserError(`Unknown engine ${name}; known engines: auto, ${engineNames.join(", ")}.`);
}
