import { elements, emptyData } from "../arrays.js";
import { UserError } from "../errors.js";
import type { Data, NdArray, Spec } from "../types.js";
import { bufferTypes } from "./api-table.js";
import { compileOptions } from "./compile-options.js";
import { cudaDirectoryOf } from "./find-plugin.js";
import { describe, identify } from "./identity.js";
import { type Library, loadLibrary } from "./library.js";
import { keepAlive, type Memory } from "./memory.js";

/** Handles of what lives in the plugin. Whoever holds one destroys it. */
export type BufferHandle = bigint & { readonly kind: "buffer" };
export type ExecutableHandle = bigint & { readonly kind: "executable" };

/** PJRT_HostBufferSemantics: the host's array must stay as it is until the copy is done. */
const immutableUntilTransferCompletes = 1;

/** PJRT_ExecuteOptions, all zero but its size. */
const executeOptionsBytes = 256;

/** An array of the host in the type that the device is to hold. */
export interface HostArray {
  readonly dtype: keyof typeof bufferTypes;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

export interface Upload {
  readonly buffer: BufferHandle;
  /** Resolves when the host's array may be changed again. */
  readonly done: Promise<void>;
}

/** In bytes; `peak` since the client was made, 0 where the plugin does not keep it. */
export interface DeviceMemory {
  readonly inUse: number;
  readonly peak: number;
}

/** The devices of a plugin that programs run on, and the dozen calls that this takes. */
export interface Client {
  /** For people: platform, device, PJRT version. */
  readonly description: string;
  /** What a compiled program is good for: these devices under this build of the plugin. */
  identity(): string;
  readonly compileOptions: Uint8Array;
  readonly devices: number;
  /** One program for all devices, each of which computes its share. */
  compile(text: string): ExecutableHandle;
  /** A compiled program as bytes, for `load` of a client of the same identity; not every plugin can say it. */
  serialize(executable: ExecutableHandle): Buffer;
  load(serialized: Uint8Array): ExecutableHandle;
  /** Starts a copy to a device, by its place among the client's. */
  upload(array: HostArray, device?: number): Upload;
  download(buffer: BufferHandle, spec: Spec): Promise<NdArray>;
  /**
   * Starts a run; returns results that may still be on their way.
   *
   * @param args of each device, its arguments
   * @returns of each device, its results
   */
  execute(
    executable: ExecutableHandle,
    args: ReadonlyArray<readonly BufferHandle[]>,
    results: number,
  ): BufferHandle[][];
  release(buffer: BufferHandle): void;
  releaseExecutable(executable: ExecutableHandle): void;
  /** Of the first device, where the plugin counts it. */
  memory(): DeviceMemory | undefined;
  dispose(): Promise<void>;
}

/** Opens the first `count` devices that the plugin at `path` offers. */
export async function openClient(path: string, count = 1): Promise<Client> {
  const library = await loadLibrary(path);
  const client = createClient(library);
  const found = library.call("Client_AddressableDevices", [client]);
  const there = Number(found.word(4));
  if (there < count) {
    library.call("Client_Destroy", [client]);
    throw new UserError(
      there === 0
        ? `PJRT plugin ${path} finds no device on this machine; check the device's driver, or use engine onnx-cpu.`
        : `PJRT plugin ${path} finds ${there} device${there > 1 ? "s" : ""} on this machine; ${count} were asked for: lower devices.`,
    );
  }
  const list = library.read(found.word(3), 8 * count);
  const devices = Array.from({ length: count }, (_, i) => list.readBigUInt64LE(8 * i));
  const cuda = cudaDirectoryOf(path);
  const options = compileOptions(count, cuda ? { xla_gpu_cuda_data_dir: cuda } : {});
  const guarded = guard(library);
  const { settled, idle } = createWaiter(library);
  return {
    description: describe(library, client, devices),
    identity: () => identify(guarded, client, { path, devices }),
    compileOptions: options,
    devices: count,
    ...transfers(guarded, client, devices, settled),
    ...programs(guarded, client, options),
    memory: () => {
      try {
        const stats = guarded.call("Device_MemoryStats", [devices[0]!]);
        return { inUse: Number(stats.word(3)), peak: Number(stats.word(4)) };
      } catch {
        return undefined; // optional in PJRT: the CPU plugin has none
      }
    },
    dispose: async () => {
      if (!guarded.open) return;
      guarded.open = false;
      await idle(); // copies under way still read the host's arrays
      library.call("Client_Destroy", [client]);
    },
  };
}

interface Guarded extends Library {
  open: boolean;
}

/** A library whose calls throw once the client is gone, where the plugin would read freed memory. */
function guard(library: Library): Guarded {
  const check = () => {
    if (!guarded.open) throw new UserError("xla: the engine was disposed; create another one.");
  };
  const guarded: Guarded = {
    ...library,
    open: true,
    call: (name, fields) => {
      check();
      return library.call(name, fields);
    },
    callAsync: async (name, fields) => {
      check();
      return library.callAsync(name, fields);
    },
  };
  return guarded;
}

/** PJRT_NamedValue_Type */
const boolValue = 4;

/**
 * Asks the GPU plugins to take device memory as it is needed: what they do otherwise is take three quarters
 * of it at once, and a second process finds none. Plugins that know no such option get none.
 */
function createClient(library: Library): bigint {
  const name = Buffer.from("preallocate");
  // PJRT_NamedValue: size, extension, name and its length, type, the value (false), one of it.
  const option = [56, 0, library.memory(name), name.length, boolValue, 0, 1];
  const callbacks = [0, 0, 0, 0];
  try {
    return library.call("Client_Create", [library.words(option), 1, ...callbacks]).word(8);
  } catch {
    return library.call("Client_Create", [0, 0, ...callbacks]).word(8);
  }
}

/**
 * Waits for events in the order they are given, each without holding JavaScript up. One at a time: a wait takes one
 * of the few threads that decoding pictures and reading files take too, and the next event is mostly there by then.
 */
function createWaiter(library: Library) {
  let last: Promise<unknown> = Promise.resolve();
  const wait = async (event: bigint): Promise<void> => {
    const isReady = library.call("Event_IsReady", [event]).word(3) & 1n;
    if (isReady) library.call("Event_Error", [event]);
    else await library.callAsync("Event_Await", [event]);
  };
  /** `host` stays alive until then. Throws what went wrong on the device. */
  const settled = (event: bigint, host: Memory): Promise<void> => {
    if (event === 0n) return Promise.resolve();
    const done = last
      .then(() => wait(event))
      .finally(() => {
        library.call("Event_Destroy", [event]);
        keepAlive(host);
      });
    last = done.catch(() => undefined);
    return done;
  };
  return { settled, idle: () => last };
}

function transfers(
  library: Guarded,
  client: bigint,
  devices: readonly bigint[],
  settled: ReturnType<typeof createWaiter>["settled"],
): Pick<Client, "upload" | "download" | "release"> {
  return {
    upload: ({ dtype, shape, data }, device = 0) => {
      const host = library.memory(data);
      const call = library.call("Client_BufferFromHostBuffer", [
        client,
        host,
        bufferTypes[dtype],
        library.words(shape),
        shape.length,
        ...[0, 0], // strides: dense
        immutableUntilTransferCompletes,
        devices[device]!,
        ...[0, 0], // memory and layout: the defaults
      ]);
      const done = settled(call.word(13), host);
      return { buffer: call.word(14) as BufferHandle, done };
    },
    download: async (buffer, { dtype, shape }) => {
      const data: Data = emptyData(dtype, elements(shape));
      const host = library.memory(data);
      const call = library.call("Buffer_ToHostBuffer", [buffer, 0, host, data.byteLength]);
      await settled(call.word(6), host);
      return { dtype, shape, data };
    },
    // After the client nothing is left to release.
    release: (buffer) => void (library.open && library.call("Buffer_Destroy", [buffer])),
  };
}

function programs(
  library: Guarded,
  client: bigint,
  compileOptions: Uint8Array,
): Pick<Client, "compile" | "serialize" | "load" | "execute" | "releaseExecutable"> {
  const options = () => library.memory(compileOptions);
  return {
    compile: (text) => {
      const code = library.memory(Buffer.from(text));
      const format = library.memory(Buffer.from("mlir"));
      // PJRT_Program: size, extension, code and its length, format and its length
      const program = library.words([48, 0, code, code.length, format, format.length]);
      const call = library.call("Client_Compile", [
        ...[client, program],
        ...[options(), compileOptions.length],
      ]);
      return call.word(6) as ExecutableHandle;
    },
    serialize: (executable) => {
      const plain = library.call("LoadedExecutable_GetExecutable", [executable]).word(3);
      try {
        const call = library.call("Executable_Serialize", [plain]);
        const serialized = library.read(call.word(3), Number(call.word(4)));
        library.free(call.word(6), call.word(5));
        return serialized;
      } finally {
        library.call("Executable_Destroy", [plain]);
      }
    },
    load: (serialized) => {
      const call = library.call("Executable_DeserializeAndLoad", [
        ...[client, library.memory(serialized), serialized.byteLength],
        ...[0, options(), compileOptions.length], // the result's place; options as compiled with
      ]);
      return call.word(5) as ExecutableHandle;
    },
    execute: (executable, args, results) => {
      const outputs = args.map(() => library.words([], results));
      library.call("LoadedExecutable_Execute", [
        executable,
        library.words([executeOptionsBytes], executeOptionsBytes / 8),
        library.words(args.map((list) => library.words(list))),
        args.length,
        args[0]!.length,
        library.words(outputs),
        ...[0, 0], // no event of completion; the devices compiled for
      ]);
      return outputs.map((list) =>
        Array.from({ length: results }, (_, i) => list.word(i) as BufferHandle),
      );
    },
    releaseExecutable: (executable) =>
      void (library.open && library.call("LoadedExecutable_Destroy", [executable])),
  };
}
