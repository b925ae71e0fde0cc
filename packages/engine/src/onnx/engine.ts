import { checkArrays, copied, elements, pick, specsOf } from "../arrays.js";
import { joinThin } from "../graph/join-thin.js";
import { padRows } from "../graph/pad-rows.js";
import { optimise, type RuleName } from "../graph/passes.js";
import { outputKey, trace } from "../trace/trace.js";
import type { Arrays, Constants, Engine, Specs, State } from "../types.js";
import { emitOnnx } from "./emitter.js";
import { createReader, keepsState } from "./gpu-state.js";
import { type Holds, heldBy, hold, hostArrays, inTurn, place, release, tensorsOf } from "./held.js";
import { createProgram } from "./program.js";
import { lackingOf, type Provider } from "./providers.js";
import { openSession } from "./session.js";
import { withWeights } from "./weights.js";

export interface OnnxOptions {
  /** Where ONNX Runtime computes; the CPU unless given. */
  readonly provider?: Provider;
  /** 0 for one a core. */
  readonly threads?: number;
  /** Whether threads that wait for each other within a run keep asking. True unless given. */
  readonly spin?: boolean;
  /**
   * Each program keeps frozen matrices in the layout that matmul kernels read: a tenth faster, and that much
   * more memory. True unless given.
   */
  readonly packWeights?: boolean;
  /** Ends a step at the first value that is not a number, and names the operator that made it. */
  readonly checkNaN?: boolean;
  /** How the names of the files begin that ONNX Runtime writes each operator's time to, one a program. */
  readonly profile?: string;
  readonly withoutRules?: ReadonlyArray<RuleName | "joinThin" | "padRows">;
}

/** Compiles programs to ONNX and runs each as one session of ONNX Runtime. */
export function createOnnxEngine({
  provider = "cpu",
  threads = 0,
  spin = true,
  packWeights = true,
  checkNaN = false,
  profile,
  withoutRules = [],
}: OnnxOptions = {}): Engine {
  const holds: Holds = new WeakMap();
  const reader = createReader(provider);
  // Margins come with packing; and whoever looks for a NaN must read the shapes that he wrote.
  const joins = provider === "cpu" && !checkNaN && !withoutRules.includes("joinThin");
  const pads = provider === "cpu" && packWeights && !checkNaN && !withoutRules.includes("padRows");

  const constants = (arrays: Arrays): Constants => {
    const specs = specsOf(arrays);
    checkArrays("constants", specs, arrays);
    const result: Constants = { specs, dispose: () => void holds.delete(result) };
    holds.set(result, hold(arrays)); // not copied: weights are large and nobody writes to them
    return result;
  };

  const state = (arrays: Arrays): State => {
    const specs = specsOf(arrays);
    checkArrays("state", specs, arrays);
    const result: State = {
      specs,
      read: async (names = Object.keys(specs)) => {
        const held = heldBy(holds, result);
        return inTurn(held, async () => {
          const tensors = await reader.read(pick(held.tensors, names), specs);
          return copied(hostArrays(tensors, specs));
        });
      },
      write: async (changed) => {
        const held = heldBy(holds, result);
        checkArrays("state.write", specs, changed);
        const tensors = tensorsOf(copied(changed));
        await inTurn(held, () => place(held, tensors));
      },
      dispose: () => {
        const held = holds.get(result);
        if (held) void inTurn(held, () => release(held.tensors));
        holds.delete(result);
      },
    };
    holds.set(result, hold(copied(arrays)));
    return result;
  };

  return {
    name: `onnx-${provider}`,
    constants,
    state,
    compile: async (definition) => {
      const optimised = optimise(await trace(definition), withoutRules);
      const joined = joins ? joinThin(optimised) : optimised;
      const graph = pads ? padRows(joined) : joined;
      const program = emitOnnx(graph, { packWeights, checkNaN, lacking: lackingOf[provider] });
      const { name, constants } = definition;
      // In a backward pass it finds nothing that the graph's own passes left, and takes a second to look.
      const fuse = !Object.keys(graph.outputs).some((key) =>
        key.startsWith(outputKey("state", "")),
      );
      const kept = keepsState(provider) ? reader : undefined;
      const constant = (key: string) => heldBy(holds, constants!).tensors[key]!;
      const session = await withWeights(program.weights, constant, (weights) =>
        openSession(name, program.model, {
          provider,
          threads,
          spin,
          weights,
          fuse,
          profile,
          onGpu: kept ? stateOf(program.outputs) : [],
        }),
      );
      return createProgram(definition, program, session, holds, kept);
    },
    dispose: () => reader.dispose(),
  };
}

/** The outputs that are the next state, as far as a buffer on the GPU can hold them. */
const stateOf = (outputs: Specs): string[] =>
  Object.entries(outputs)
    .filter(([key]) => key.startsWith(outputKey("state", "")))
    .filter(([, { dtype, shape }]) => dtype === "float32" && elements(shape) > 0)
    .map(([key]) => key);
