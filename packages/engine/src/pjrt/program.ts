import { checkData } from "../arrays.js";
import { UserError } from "../errors.js";
import type { Argument } from "../stablehlo/arguments.js";
import type { StableHloProgram } from "../stablehlo/emitter.js";
import { outputKey } from "../trace/trace.js";
import type { Arrays, Data, Program, ProgramDefinition, Spec } from "../types.js";
import type { Client, ExecutableHandle } from "./client.js";
import {
  type Buffers,
  downloadAll,
  type Holds,
  heldBy,
  type Placed,
  release,
  type Uploads,
  uploadAll,
} from "./held.js";

type Inputs = Readonly<Record<string, Data>>;

export interface Compiled {
  readonly definition: ProgramDefinition;
  readonly program: StableHloProgram;
  readonly executable: ExecutableHandle;
}

interface Result {
  readonly index: number;
  readonly spec: Spec;
}

/** Places and specs of the results of one kind, by the caller's names. */
function resultsOf(
  { results }: StableHloProgram,
  kind: "output" | "state",
): ReadonlyMap<string, Result> {
  const prefix = outputKey(kind, "");
  return new Map(
    results.flatMap(({ key, spec }, index) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), { index, spec }] as const] : [],
    ),
  );
}

/**
 * A program over a compiled executable. Starting a step is synchronous: its inputs are on their way, the run is
 * queued and its state replaced before `step` returns, so steps, reads and writes take effect in the order asked.
 */
export function createProgram(
  client: Client,
  holds: Holds,
  { definition, program, executable }: Compiled,
): Program {
  const { name } = definition;
  const outputs = resultsOf(program, "output");
  const nextState = resultsOf(program, "state");
  const specs = Object.fromEntries([...outputs].map(([key, { spec }]) => [key, spec]));
  const fed = program.arguments.filter((a) => a.source === "input");
  const fedNames = fed.map((a) => a.name);
  const split = new Set(fed.filter((a) => a.isSplit).map((a) => a.name));
  let disposed = false;

  const send = (given: Inputs): Uploads => {
    if (disposed) throw new UserError(`${name}: the program was disposed; compile it again.`);
    for (const [key, spec] of Object.entries(definition.inputs)) {
      checkData(`${name}: input ${key}`, spec, given[key]);
    }
    const arrays = fedNames.map((key) => [key, { ...definition.inputs[key]!, data: given[key]! }]);
    return uploadAll(client, Object.fromEntries(arrays) as Arrays, (key) => split.has(key));
  };

  const bufferOf = ({ source, name: key }: Argument, inputs: Buffers): Placed => {
    if (source === "input") return inputs.get(key)!;
    const owner = source === "constant" ? definition.constants! : definition.state!;
    return heldBy(holds, owner).get(key)!;
  };

  /** The old values' handles are released whether they were donated or not. */
  const replaceState = (results: readonly Placed[]): void => {
    if (!definition.state) return;
    const held = heldBy(holds, definition.state);
    for (const [key, { index }] of nextState) {
      release(client, held.get(key)!);
      held.set(key, results[index]!);
    }
  };

  /** Queues a run and lets go of its inputs, whose memory is the device's until it has read them. */
  const start = (inputs: Buffers): Buffers => {
    try {
      const args = program.arguments.map((argument) => bufferOf(argument, inputs));
      const perDevice = client.execute(
        executable,
        [...Array(client.devices).keys()].map((device) => args.map((placed) => placed[device]!)),
        program.results.length,
      );
      const results = program.results.map((_, i) => perDevice.map((list) => list[i]!));
      replaceState(results);
      return new Map([...outputs].map(([key, { index }]) => [key, results[index]!]));
    } finally {
      for (const placed of inputs.values()) release(client, placed);
    }
  };

  const read = async (results: Buffers): Promise<Arrays> => {
    try {
      return await downloadAll(client, results, specs);
    } finally {
      for (const placed of results.values()) release(client, placed);
    }
  };

  return {
    name,
    step: async (given) => {
      let sent: Promise<unknown> | undefined;
      try {
        const { buffers, done } = send(given);
        sent = done;
        const arrays = await read(start(buffers));
        await sent;
        return arrays;
      } catch (cause) {
        if (cause instanceof UserError) throw cause;
        throw new Error(`${name}: the step failed in ${(cause as Error).message}`, { cause });
      } finally {
        await sent?.catch(() => undefined); // the inputs are the caller's again
      }
    },
    dispose: async () => {
      if (!disposed) client.releaseExecutable(executable);
      disposed = true;
    },
  };
}
