import * as ort from "onnxruntime-node";
import { checkData } from "../arrays.js";
import { UserError } from "../errors.js";
import { outputKey } from "../trace/trace.js";
import type { Arrays, Data, Program, ProgramDefinition } from "../types.js";
import type { OnnxProgram } from "./emitter.js";
import { ortReason, stepError } from "./failure.js";
import type { Reader } from "./gpu-state.js";
import {
  type Held,
  type Holds,
  heldBy,
  inTurn,
  isOnGpu,
  type OrtTensors,
  place,
  release,
  spareFor,
  swap,
  tensor,
} from "./held.js";
import { executionProviders, type Provider } from "./providers.js";
import { firstNaN, watchName } from "./watch.js";
import { inputName } from "./writer.js";

type Inputs = Readonly<Record<string, Data>>;

export interface SessionOptions {
  readonly provider: Provider;
  /** 0 for one a core. */
  readonly threads: number;
  /** Whether threads that wait for each other within a run keep asking; true unless given. */
  readonly spin?: boolean;
  /** Initializers that the model names and does not hold. */
  readonly weights: OrtTensors;
  /** A program that replaces no state: ONNX Runtime looks for fusions of its own, and rests between runs. */
  readonly fuse: boolean;
  /** How the name of the file begins that it writes each operator's time to, if it shall. */
  readonly profile?: string | undefined;
  /** The outputs that stay in buffers of the GPU. */
  readonly onGpu?: readonly string[];
}

/** How long a thread without work looks out for some before it sleeps. */
const spinMicroseconds = 50;

export async function openSession(
  name: string,
  model: Uint8Array,
  { provider, threads, spin = true, weights, fuse, profile, onGpu = [] }: SessionOptions,
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: executionProviders(provider),
      graphOptimizationLevel: fuse ? "all" : "disabled",
      intraOpNumThreads: threads,
      // Threads look out for the next operator, but not for as long as one is computed on a single thread, which a busy
      // machine pays for with twice the time; and not between the queries of a server, where it would cost three times
      // what a query costs.
      extra: {
        session: {
          ...(fuse && { force_spinning_stop: "1" }),
          intra_op: spin ? { spin_duration_us: `${spinMicroseconds}` } : { allow_spinning: "0" },
        },
      },
      // Planning all activations as one block keeps what was freed in between: a fifth more memory, no time won.
      enableMemPattern: false,
      externalData: Object.entries(weights).map(([path, { data }]) => ({
        path,
        data: bytesOf(data as Data),
      })),
      // Fatal ones alone: errors are thrown, and need not be printed too.
      logSeverityLevel: 4,
      ...(onGpu.length > 0 && {
        preferredOutputLocation: Object.fromEntries(onGpu.map((key) => [key, "gpu-buffer"])),
      }),
      ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
    });
  } catch (cause) {
    throw new Error(
      `${name}: the program was traced, but ONNX Runtime refuses it (${ortReason(cause)}); another engine may take it, for example cpu.`,
      { cause },
    );
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Data): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

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
  const bringHome = async (held: Held, by: Reader): Promise<void> => {
    const onGpu = Object.fromEntries(
      Object.entries(held.tensors).filter(([, value]) => isOnGpu(value)),
    );
    place(held, await by.read(onGpu, state!.specs));
  };

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
