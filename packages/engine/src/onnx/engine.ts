import { checkArrays, copied, pick, specsOf } from "../arrays.js";
import { optimise } from "../graph/passes.js";
import { trace } from "../trace/trace.js";
import type { Arrays, Constants, Engine, State } from "../types.js";
import { emitOnnx } from "./emitter.js";
import { type Holds, heldBy, hold, hostArrays, inTurn, tensorsOf } from "./held.js";
import { createProgram, openSession } from "./program.js";

/** Compiles programs to ONNX and runs each as one session of ONNX Runtime on the CPU. */
export function createOnnxEngine({ threads = 0 }: { threads?: number } = {}): Engine {
  const holds: Holds = new WeakMap();

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
        return inTurn(held, () => copied(hostArrays(pick(held.tensors, names), specs)));
      },
      write: async (changed) => {
        const held = heldBy(holds, result);
        checkArrays("state.write", specs, changed);
        const tensors = tensorsOf(copied(changed));
        await inTurn(held, () => Object.assign(held.tensors, tensors));
      },
      dispose: () => void holds.delete(result),
    };
    holds.set(result, hold(copied(arrays)));
    return result;
  };

  return {
    name: "onnx-cpu",
    constants,
    state,
    compile: async (definition) => {
      const program = emitOnnx(optimise(await trace(definition)));
      const session = await openSession(definition.name, program.model, threads);
      return createProgram(definition, program, session, holds);
    },
    dispose: async () => undefined,
  };
}
