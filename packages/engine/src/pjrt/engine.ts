import { checkArrays, checkData, pick, specsOf } from "../arrays.js";
import { UserError } from "../errors.js";
import { optimise } from "../graph/passes.js";
import { emitStableHlo, type StableHloProgram } from "../stablehlo/emitter.js";
import type { Precision } from "../stablehlo/writer.js";
import { trace } from "../trace/trace.js";
import type {
  Arrays,
  Constants,
  Data,
  Engine,
  Program,
  ProgramDefinition,
  State,
} from "../types.js";
import { type BufferHandle, type Client, type ExecutableHandle, openClient } from "./client.js";

export interface XlaOptions {
  /** Path of a PJRT plugin, as `xla_cuda_plugin.so` of jax-cuda13-plugin. */
  readonly plugin: string;
  /** Of matrix products: `float32`, `tf32` (the default: what tensor cores make of float32), `bf16`. */
  readonly precision?: Precision;
}

/** An engine on XLA, which also knows its device. */
export interface XlaEngine extends Engine {
  /** Platform, device and PJRT version, for people. */
  readonly device: string;
  /** Bytes of device memory in use, where the plugin counts them. */
  memoryInUse(): number | undefined;
}

type Buffers = Map<string, BufferHandle>;
type Held = WeakMap<object, Buffers>;

/** Compiles programs with XLA and runs them on the first device of a PJRT plugin. State stays on the device. */
export async function createXlaEngine({
  plugin,
  precision = "tf32",
}: XlaOptions): Promise<XlaEngine> {
  const client = await openClient(plugin);
  const held: Held = new WeakMap();
  return {
    name: "xla",
    device: client.description,
    memoryInUse: client.memoryInUse,
    constants: (arrays) => constants(client, held, arrays),
    state: (arrays) => state(client, held, arrays),
    compile: async (definition) => {
      const program = emitStableHlo(optimise(await trace(definition)), { precision });
      const executable = compiled(client, definition.name, program.text);
      return runner(client, held, { definition, program, executable });
    },
    dispose: async () => client.dispose(),
  };
}

function compiled(client: Client, name: string, text: string): ExecutableHandle {
  try {
    return client.compile(text);
  } catch (cause) {
    throw new Error(`${name}: XLA refused the program: ${(cause as Error).message}`, { cause });
  }
}

/** Copies arrays to the device; they are the caller's to change once the promise resolves. */
function uploadAll(client: Client, arrays: Arrays): { buffers: Buffers; done: Promise<unknown> } {
  const uploads = Object.entries(arrays).map(([name, a]) => [name, client.upload(a)] as const);
  const done = Promise.all(uploads.map(([, upload]) => upload.done));
  // Who does not wait learns of a failed copy from the step that reads the buffer.
  done.catch(() => undefined);
  return { buffers: new Map(uploads.map(([name, { buffer }]) => [name, buffer])), done };
}

const copied = (arrays: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, a]) => [name, { ...a, data: a.data.slice() }]),
  );

function heldBy(held: Held, owner: object): Buffers {
  const buffers = held.get(owner);
  if (!buffers) {
    throw new UserError(
      "xla: these constants or state are disposed of or belong to another engine.",
    );
  }
  return buffers;
}

function releaser(client: Client, held: Held, owner: () => object): () => void {
  return () => {
    for (const buffer of held.get(owner())?.values() ?? []) client.release(buffer);
    held.delete(owner());
  };
}

function constants(client: Client, held: Held, arrays: Arrays): Constants {
  const dispose = releaser(client, held, () => result);
  const result: Constants = { specs: specsOf(arrays), dispose };
  // The caller may change its arrays as soon as this returns, the copy to the device may not be done by then.
  held.set(result, uploadAll(client, copied(arrays)).buffers);
  return result;
}

function state(client: Client, held: Held, arrays: Arrays): State {
  const specs = specsOf(arrays);
  const result: State = {
    specs,
    read: async (names = Object.keys(specs)) => {
      const wanted = pick(Object.fromEntries(heldBy(held, result)), names);
      const arrays = await Promise.all(
        Object.entries(wanted).map(async ([name, buffer]) => {
          return [name, await client.download(buffer, specs[name]!)] as const;
        }),
      );
      return Object.fromEntries(arrays);
    },
    write: async (changed) => {
      checkArrays("state.write", specs, changed);
      const current = heldBy(held, result);
      const { buffers, done } = uploadAll(client, changed);
      for (const [name, buffer] of buffers) {
        client.release(current.get(name)!);
        current.set(name, buffer);
      }
      await done;
    },
    dispose: releaser(client, held, () => result),
  };
  held.set(result, uploadAll(client, copied(arrays)).buffers);
  return result;
}

interface Compiled {
  readonly definition: ProgramDefinition;
  readonly program: StableHloProgram;
  readonly executable: ExecutableHandle;
}

function runner(
  client: Client,
  held: Held,
  { definition, program, executable }: Compiled,
): Program {
  const { name } = definition;

  const sent = (fed: Readonly<Record<string, Data>>): ReturnType<typeof uploadAll> => {
    for (const [key, spec] of Object.entries(definition.inputs)) {
      checkData(`${name}: input ${key}`, spec, fed[key]);
    }
    const used = program.arguments.filter(({ source }) => source === "input");
    return uploadAll(
      client,
      Object.fromEntries(used.map((arg) => [arg.name, { ...arg.spec, data: fed[arg.name]! }])),
    );
  };

  /** Puts results in their places: new state for old, outputs to the caller. */
  const received = (results: readonly BufferHandle[]): Buffers => {
    const outputs: Buffers = new Map();
    program.results.forEach(({ key }, i) => {
      const [kind, field] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
      if (kind === "output") {
        outputs.set(field, results[i]!);
        return;
      }
      const current = heldBy(held, definition.state!);
      // Donated or not, the old value's handle is to be released.
      client.release(current.get(field)!);
      current.set(field, results[i]!);
    });
    return outputs;
  };

  /** Starts a step; everything in it happens in order before the next one can start. */
  const start = (fed: Readonly<Record<string, Data>>) => {
    const inputs = sent(fed);
    try {
      const args = program.arguments.map(({ source, name: key }) => {
        if (source === "input") return inputs.buffers.get(key)!;
        return heldBy(held, source === "constant" ? definition.constants! : definition.state!).get(
          key,
        )!;
      });
      const outputs = received(client.execute(executable, args, program.results.length));
      return { outputs, copied: inputs.done };
    } catch (cause) {
      throw new Error(`${name}: ${(cause as Error).message}`, { cause });
    } finally {
      for (const buffer of inputs.buffers.values()) client.release(buffer);
    }
  };

  return {
    name,
    step: async (fed) => {
      const { outputs, copied: inputsCopied } = start(fed);
      const specs = new Map(program.results.map(({ key, spec }) => [key, spec]));
      const arrays = await Promise.all(
        [...outputs].map(async ([key, buffer]) => {
          try {
            return [key, await client.download(buffer, specs.get(`output:${key}`)!)] as const;
          } finally {
            client.release(buffer);
          }
        }),
      );
      await inputsCopied;
      return Object.fromEntries(arrays);
    },
    dispose: async () => client.releaseExecutable(executable),
  };
}
