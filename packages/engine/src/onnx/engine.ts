import * as ort from "onnxruntime-node";
import { checkArrays, checkData, elements, emptyData, pick, specsOf } from "../arrays.js";
import { UserError } from "../errors.js";
import { optimise } from "../graph/passes.js";
import { outputKey, trace } from "../trace/trace.js";
import type {
  Arrays,
  Constants,
  Data,
  Engine,
  Program,
  ProgramDefinition,
  Spec,
  State,
} from "../types.js";
import { emitOnnx, inputName, type OnnxProgram } from "./emitter.js";

type OrtTensors = Record<string, ort.Tensor>;

const tensor = ({ dtype, shape }: Spec, data: Data): ort.Tensor =>
  new ort.Tensor(dtype, data, shape);

const tensorsOf = (arrays: Arrays): OrtTensors =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, tensor(array, array.data)]),
  );

/** Values that live with the engine: the arrays themselves, which ONNX Runtime's CPU reads in place. */
interface Held {
  tensors: OrtTensors;
  /** What the last step replaced: the next one writes its results there. */
  spare: OrtTensors;
}

const hostArrays = (tensors: OrtTensors, specs: Readonly<Record<string, Spec>>): Arrays =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, t]) => [name, { ...specs[name]!, data: t.data as Data }]),
  );

const copied = (arrays: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, a]) => [name, { ...a, data: a.data.slice() }]),
  );

/** Compiles programs to ONNX and runs each as one session of ONNX Runtime on the CPU. */
export function createOnnxEngine({ threads = 0 }: { threads?: number } = {}): Engine {
  const holds = new WeakMap<object, Held>();
  const heldBy = (owner: object): Held => {
    const held = holds.get(owner);
    if (!held) throw new UserError("onnx-cpu: these constants or state belong to another engine.");
    return held;
  };

  const constants = (arrays: Arrays): Constants => {
    const result: Constants = { specs: specsOf(arrays), dispose: () => holds.delete(result) };
    holds.set(result, { tensors: tensorsOf(arrays), spare: {} });
    return result;
  };

  const state = (arrays: Arrays): State => {
    const specs = specsOf(arrays);
    const held: Held = { tensors: tensorsOf(copied(arrays)), spare: {} };
    const result: State = {
      specs,
      read: async (names = Object.keys(specs)) =>
        copied(hostArrays(pick(held.tensors, names), specs)),
      write: async (changed) => {
        checkArrays("state.write", specs, changed);
        Object.assign(held.tensors, tensorsOf(copied(changed)));
      },
      dispose: () => holds.delete(result),
    };
    holds.set(result, held);
    return result;
  };

  return {
    name: "onnx-cpu",
    constants,
    state,
    compile: async (definition) => {
      const program = emitOnnx(optimise(await trace(definition)));
      const session = await openSession(definition.name, program.model, threads);
      return runner(definition, program, session, heldBy);
    },
    dispose: async () => undefined,
  };
}

async function openSession(
  name: string,
  model: Uint8Array,
  threads: number,
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: ["cpu"],
      graphOptimizationLevel: "all",
      intraOpNumThreads: threads,
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new Error(`${name}: ONNX Runtime refused the program: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function runner(
  definition: ProgramDefinition,
  { inputs, outputs }: OnnxProgram,
  session: ort.InferenceSession,
  heldBy: (owner: object) => Held,
): Program {
  const { name } = definition;
  const stateNames = Object.keys(definition.state?.specs ?? {}).filter(
    (key) => outputKey("state", key) in outputs,
  );

  const feed = (fed: Readonly<Record<string, Data>>): OrtTensors => {
    for (const [key, spec] of Object.entries(definition.inputs))
      checkData(`${name}: input ${key}`, spec, fed[key]);
    const entries = inputs.map(({ source, name: key, spec }) => {
      if (source === "input") return [inputName(source, key), tensor(spec, fed[key]!)] as const;
      const owner = source === "constant" ? definition.constants! : definition.state!;
      return [inputName(source, key), heldBy(owner).tensors[key]!] as const;
    });
    return Object.fromEntries(entries);
  };

  /** State results go to preallocated buffers, the ones that the step before last left behind. */
  const destinations = (): Record<string, ort.Tensor | null> => {
    const into: Record<string, ort.Tensor | null> = {};
    for (const key of Object.keys(outputs)) into[key] = null;
    if (!definition.state) return into;
    const { spare } = heldBy(definition.state);
    for (const key of stateNames) {
      const spec = definition.state.specs[key]!;
      spare[key] ??= tensor(spec, emptyData(spec.dtype, elements(spec.shape)));
      into[outputKey("state", key)] = spare[key];
    }
    return into;
  };

  const swap = (): void => {
    if (!definition.state) return;
    const held = heldBy(definition.state);
    for (const key of stateNames) {
      [held.tensors[key], held.spare[key]] = [held.spare[key]!, held.tensors[key]!];
    }
  };

  return {
    name,
    step: async (fed) => {
      const results = await session.run(feed(fed), destinations()).catch((cause: Error) => {
        throw new Error(`${name}: ${cause.message}`, { cause });
      });
      swap();
      const wanted = Object.entries(outputs).filter(([key]) => key.startsWith("output:"));
      return Object.fromEntries(
        wanted.map(([key, spec]) => [
          key.slice("output:".length),
          { ...spec, data: results[key]!.data as Data },
        ]),
      );
    },
    dispose: () => session.release(),
  };
}
