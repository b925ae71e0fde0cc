import { homedir } from "node:os";
import { join, resolve } from "node:path";
import {
  type CompileCacheOptions,
  createEngine,
  type Engine,
  type EngineName,
  type EngineOptions,
  engineNames,
  findPjrtPlugin,
  type Precision,
} from "@cliptune/engine";
import { environment } from "./environment.js";
import { pythonPackages } from "./python-packages.js";
import { UsageError } from "./usage-error.js";

/** Starts the engine that --engine names, on as many devices as asked for, for the time of `body`. */
export async function withEngine<T>(
  name: string,
  body: (engine: Engine) => Promise<T>,
  devices = 1,
): Promise<T> {
  const engine = await startEngine(engineName(name), devices);
  try {
    return await body(engine);
  } finally {
    await engine.dispose();
  }
}

/** The engine with what flags and environment say of it. */
export async function startEngine(name: EngineName | "auto", devices = 1): Promise<Engine> {
  const { options } = await chooseEngine(name, devices);
  return createEngine(name, options);
}

/** What `createEngine` takes; plain data, for another thread too. */
export interface EngineChoice {
  readonly name: EngineName | "auto";
  readonly options: EngineOptions;
}

/** @throws UsageError for what flags and environment cannot mean */
export async function chooseEngine(given: string, devices = 1): Promise<EngineChoice> {
  const name = engineName(given);
  const plugin =
    environment.pjrtPlugin ?? (name === "xla" ? findPjrtPlugin(await pythonPackages()) : undefined);
  const precision = precisionOf(environment.precision);
  const compileCache = compileCacheOptions();
  const options = {
    ...processorOptions(),
    devices,
    ...(compileCache && { compileCache }),
    ...(plugin && { plugin }),
    ...(precision && { precision }),
  };
  return { name, options };
}

/** Where programs compiled by XLA are kept; nowhere with CLIPTUNE_COMPILE_CACHE=off. */
export function compileCacheOptions(): CompileCacheOptions | undefined {
  const { compileCache: chosen, cacheHome, xlaFlags } = environment;
  if (chosen === "off") return undefined;
  const caches = cacheHome ?? join(homedir(), ".cache");
  return { directory: resolve(chosen ?? join(caches, "cliptune", "xla")), flags: xlaFlags };
}

/** What the environment says to engines that compute on the processor. */
export function processorOptions(): EngineOptions {
  const threads = threadsOf(environment.threads);
  return { checkNaN: environment.checkNaN, ...(threads && { threads }) };
}

const precisions: readonly Precision[] = ["float32", "tf32", "bf16"];

/** @throws UsageError for a value that is none of them */
function precisionOf(value: string | undefined): Precision | undefined {
  const known = precisions.find((candidate) => candidate === value);
  if (value === undefined || known) return known;
  throw new UsageError(`the precision is ${value}; it must be ${precisions.join(", ")}`);
}

/** @throws UsageError for what is no number of threads */
function threadsOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const threads = Number(value);
  if (Number.isInteger(threads) && threads > 0 && threads <= 1024) return threads;
  throw new UsageError(`CLIPTUNE_THREADS is ${value}; it must be a whole number from 1 to 1024`);
}

/** @throws UsageError for a name that no engine has */
function engineName(name: string): EngineName | "auto" {
  const known = (["auto", ...engineNames] as const).find((candidate) => candidate === name);
  if (known) return known;
  throw new UsageError(`unknown engine ${name}`, { name, known: ["auto", ...engineNames] });
}
