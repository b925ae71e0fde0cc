import type * as ort from "onnxruntime-node";
import { checkData } from "../arrays.js";
import { UserError } from "../errors.js";
import { outputKey } from "../trace/trace.js";
import type { Arrays, Data, Program, ProgramDefinition } from "../types.js";
import type { OnnxProgram } from "./emitter.js";
import { stepError } from "./failure.js";
import type { Reader } from "./gpu-state.js";
import {
  type Held,
  type Holds,
  heldBy,
  inTurn,
  type OrtTensors,
  place,
  release,
  spareFor,
  swap,
  tensor,
} from "./held.js";
import { firstNaN, watchName } from "./watch.js";
import { inputName } from "./writer.js";

type Inputs = Readonly<Record<string, Data>>;

/**
 * A program over a session: feeds it constants and state where they lie, swaps the state after each step. With a
 * `reader` the new state stays in the session's own buffers, for as long as there is the session.
 */
export function createProgram(
  definition: ProgramDefinition,
  { inputs, outputs, watched }: OnnxProgram,
  session: ort.InferenceSession,
  holds: Holds,
  reader?: Reader,
): Program {
  const { name, state } = definition;
  const stateNames = Object.keys(state?.specs ?? {}).filter(
    (k) => outputKey("state", k) in outputs,
  );
  const resultNames = Object.keys(outputs).filter((key) => key.startsWith(outputKey("output", "")));
  let disposed = false;
  let stepped: Held | undefined;

  const feed = (fed: Inputs): OrtTensors =>
    Object.fromEntries(
      inputs.map(({ source, name: key, spec }) => {
        if (source === "input") return [inputName(source, key), tensor(spec, fed[key]!)];
        const owner = source === "constant" ? definition.constants! : state!;
        return [inputName(source, key), heldBy(holds, owner).tensors[key]!];
      }),
    );

  /** Where results go: null has ONNX Runtime make a buffer. */
  const destinations = (held: Held | undefined): Record<string, ort.Tensor | null> => {
    const into: Record<string, ort.Tensor | null> = {};
    for (const key of resultNames) into[key] = null;
    if (watched.length > 0) into[watchName] = null;
    const spare = held && state && !reader ? spareFor(held, state.specs, stateNames) : {};
    for (const key of stateNames) into[outputKey("state", key)] = spare[key] ?? null;
    return into;
  };

  const run = async (fed: Inputs, held?: Held): Promise<Arrays> => {
    const results = await session.run(feed(fed), destinations(held)).catch((cause: unknown) => {
      throw stepError(name, cause);
    });
    const found = watched.length > 0 && firstNaN(watched, results[watchName]!.data as Uint8Array);
    const next = reader
      ? Object.fromEntries(stateNames.map((key) => [key, results[outputKey("state", key)]!]))
      : {};
    if (found) {
      release(next);
      throw new UserError(`${name}: ${found}; the state is as it was before this step.`);
    }
    if (held && reader) place(held, next);
    else if (held) swap(held, stateNames);
    return Object.fromEntries(
      resultNames.map((key) => [
        key.slice(outputKey("output", "").length),
        { ...outputs[key]!, data: results[key]!.data as Data },
      ]),
    );
  };

  /** Takes the state out of buffers that end with the session. */
  const bringHome = async (held: Held, by: Reader): Promise<void> =>
    place(held, await by.read(held.tensors, state!.specs));

  return {
    name,
    step: async (fed) => {
      if (disposed) throw new UserError(`${name}: the program was disposed; compile it again.`);
      for (const [key, spec] of Object.entries(definition.inputs))
        checkData(`${name}: input ${key}`, spec, fed[key]);
      if (!state) return run(fed);
      const held = heldBy(holds, state);
      stepped = held;
      return inTurn(held, () => run(fed, held));
    },
    dispose: async () => {
      if (disposed) return;
      const held = stepped;
      if (held && reader) await inTurn(held, () => bringHome(held, reader));
      session.endProfiling(); // writes the profile out, where one was asked for
      await session.release();
      disposed = true;
    },
  };
}
