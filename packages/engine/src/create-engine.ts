import { eagerNames, isEager, startBackend } from "./eager/backends.js";
import { createEagerEngine } from "./eager/engine.js";
import { UserError } from "./errors.js";
import type { RuleName } from "./graph/passes.js";
import { createOnnxEngine } from "./onnx/engine.js";
import { checkProvider, isOnnx, onnxNames, providerOf } from "./onnx/providers.js";
import type { CompileCacheOptions } from "./pjrt/compile-cache.js";
import { createXlaEngine } from "./pjrt/engine.js";
import type { Precision } from "./stablehlo/writer.js";
import type { Engine, EngineName } from "./types.js";

export interface EngineOptions {
  /** Threads for one operator; all cores unless given. */
  readonly threads?: number;
  /**
   * `onnx-*`: threads that wait for each other within a run keep asking, the fastest where the cores have nothing else to
   * do; false where they have. True unless given.
   */
  readonly spin?: boolean;
  /** `onnx-cpu`: keep frozen matrices laid out for the kernels; true unless given. */
  readonly packWeights?: boolean;
  /**
   * `onnx-*`: look at every value that a program computes, and end the step at the first that is not a number, naming
   * its operator. Slow; for finding out where a NaN comes from.
   */
  readonly checkNaN?: boolean;
  /**
   * `onnx-*`: ONNX Runtime writes how long each operator took, in every step, to a file whose name begins so (a
   * Chrome trace; one a program, complete once that is disposed of).
   */
  readonly profile?: string;
  /** `onnx-*`: rewrites of the graph to leave out, to measure what each is worth. */
  readonly withoutRules?: ReadonlyArray<RuleName | "joinThin" | "padRows">;
  /** The PJRT plugin that `xla` runs on: path of a shared library. */
  readonly plugin?: string;
  /** Precision of `xla`'s matrix products; `tf32` unless given. */
  readonly precision?: Precision;
  /** Devices that `xla` computes on together; 1 unless given. */
  readonly devices?: number;
  /** Where `xla` keeps compiled programs; none are kept unless given. */
  readonly compileCache?: CompileCacheOptions;
}

export const engineNames: readonly EngineName[] = [...onnxNames, "xla", ...eagerNames];

/** The engine named, or the fastest one that works here for `auto`. */
export async function createEngine(
  name: EngineName | "auto" = "auto",
  options: EngineOptions = {},
): Promise<Engine> {
  if ((options.devices ?? 1) > 1 && name !== "xla") {
    throw new UserError(
      `${options.devices} devices were asked for; engine ${name} computes on one: use engine xla, or devices: 1.`,
    );
  }
  if (name === "auto") return createOnnxEngine(options);
  if (isOnnx(name)) {
    const provider = providerOf(name);
    await checkProvider(provider);
    return createOnnxEngine({ ...options, provider });
  }
  if (name === "xla") {
    const { plugin, precision, devices, compileCache } = options;
    if (!plugin) {
      throw new UserError(
        'The xla engine needs a PJRT plugin: install one (pip install "jax[cuda13]") or name its file (xla_cuda_plugin.so), or use engine onnx-cpu.',
      );
    }
    return createXlaEngine({
      plugin,
      ...(precision && { precision }),
      ...(devices && { devices }),
      ...(compileCache && { compileCache }),
    });
  }
  if (isEager(name)) return createEagerEngine(name, await startBackend(name));
  throw new UserError(`Unknown engine ${name}; known engines: auto, ${engineNames.join(", ")}.`);
}
