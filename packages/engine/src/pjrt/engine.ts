import { checkArrays, copied, pick, specsOf } from "../arrays.js";
import { UserError } from "../errors.js";
import { optimise } from "../graph/passes.js";
import { storedType } from "../stablehlo/arguments.js";
import { emitStableHlo } from "../stablehlo/emitter.js";
import type { Precision } from "../stablehlo/writer.js";
import { trace } from "../trace/trace.js";
import type { Arrays, Constants, Engine, State } from "../types.js";
import { toBfloat16 } from "./bfloat16.js";
import { type Client, type DeviceMemory, openClient } from "./client.js";
import { compileOrLoad } from "./compile.js";
import { type CompileCacheOptions, createCompileCache } from "./compile-cache.js";
import { downloadAll, drop, type Holds, heldBy, release, uploadAll } from "./held.js";
import { createProgram } from "./program.js";

export interface XlaOptions {
  /** Path of a PJRT plugin, such as `xla_cuda_plugin.so` of jax-cuda13-plugin. */
  readonly plugin: string;
  /**
   * Of matrix products: `float32`; `tf32`, the default, float32 as tensor cores round it; `bf16`, where activations
   * and frozen matrices are kept in bfloat16 too. Trained parameters and their gradients, statistics, sums and what
   * comes after `fullPrecision` are float32 always.
   */
  readonly precision?: Precision;
  /**
   * Devices that compute together, 1 unless given: each holds all constants and state and computes its share of every
   * input's rows; what a loss compares is gathered, and gradients are summed, by XLA's own collectives.
   */
  readonly devices?: number;
  /** Keeps compiled programs on disk, so that the next process need not compile them; without it none are kept. */
  readonly compileCache?: CompileCacheOptions;
}

/** An engine on XLA, which also knows its device. */
export interface XlaEngine extends Engine {
  /** Platform, device and PJRT version, for people. */
  readonly device: string;
  /** Bytes of device memory, where the plugin counts them. */
  memory(): DeviceMemory | undefined;
}

/**
 * Compiles programs with XLA and runs them on the first devices of a PJRT plugin. Constants are copied there once,
 * state stays there. Dispose of constants, state and programs to give their memory back.
 */
export async function createXlaEngine({
  plugin,
  precision = "tf32",
  devices = 1,
  compileCache,
}: XlaOptions): Promise<XlaEngine> {
  const client = await openClient(plugin, devices);
  const holds: Holds = new WeakMap();
  const cache = compileCache && createCompileCache(compileCache);
  return {
    name: "xla",
    device: client.description,
    memory: client.memory,
    constants: (arrays) => constants(client, holds, arrays, precision),
    state: (arrays) => state(client, holds, arrays),
    compile: async (definition) => {
      const program = emitStableHlo(optimise(await trace(definition)), {
        precision,
        devices,
      });
      const executable = await compileOrLoad(client, cache, {
        name: definition.name,
        text: program.text,
      }).catch(refused(definition.name));
      return createProgram(client, holds, { definition, program, executable });
    },
    dispose: client.dispose,
  };
}

const refused = (name: string) => (cause: unknown) => {
  if (cause instanceof UserError) throw cause;
  throw new Error(
    `${name}: the program was traced, but XLA refuses it (${(cause as Error).message}); another engine may take it, for example onnx-cpu.`,
    { cause },
  );
};

function constants(client: Client, holds: Holds, arrays: Arrays, precision: Precision): Constants {
  const specs = specsOf(arrays);
  checkArrays("constants", specs, arrays);
  const result: Constants = { specs, dispose: () => drop(client, holds, result) };
  const stored = Object.entries(arrays).map(([name, array]) => {
    const isLow = storedType("constant", array, precision) === "bf16";
    return [name, isLow ? toBfloat16(array) : array] as const;
  });
  holds.set(result, uploadAll(client, Object.fromEntries(stored)).buffers);
  return result;
}

function state(client: Client, holds: Holds, arrays: Arrays): State {
  const specs = specsOf(arrays);
  checkArrays("state", specs, arrays);
  const result: State = {
    specs,
    read: async (names = Object.keys(specs)) => {
      const wanted = pick(Object.fromEntries(heldBy(holds, result)), names);
      return downloadAll(client, new Map(Object.entries(wanted)), specs);
    },
    write: async (changed) => {
      const current = heldBy(holds, result);
      checkArrays("state.write", specs, changed);
      const { buffers, done } = uploadAll(client, copied(changed));
      for (const [name, placed] of buffers) {
        release(client, current.get(name)!);
        current.set(name, placed);
      }
      await done;
    },
    dispose: () => drop(client, holds, result),
  };
  holds.set(result, uploadAll(client, copied(arrays)).buffers);
  return result;
}
