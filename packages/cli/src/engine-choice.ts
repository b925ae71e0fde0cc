import { createEngine, type Engine, type EngineName, engineNames } from "@cliptune/engine";
import { environment } from "./environment.js";
import { didYouMean, UsageError } from "./usage-error.js";

/** Starts the engine that --engine names, for the time of `body`. */
export async function withEngine<T>(
  name: string,
  body: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await startEngine(engineName(name));
  try {
    return await body(engine);
  } finally {
    await engine.dispose();
  }
}

/** The engine with what the environment says of it. */
export function startEngine(name: EngineName | "auto"): Promise<Engine> {
  const plugin = environment.pjrtPlugin;
  return createEngine(name, plugin === undefined ? {} : { plugin });
}

/** @throws UsageError for a name that no engine has */
function engineName(name: string): EngineName | "auto" {
  const known = (["auto", ...engineNames] as const).find((candidate) => candidate === name);
  if (known) return known;
  throw new UsageError(`unknown engine ${name}${didYouMean(name, ["auto", ...engineNames])}`);
}
