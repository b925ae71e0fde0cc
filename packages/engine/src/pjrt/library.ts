import { existsSync } from "node:fs";
import type koffi from "koffi";
import { UserError } from "../errors.js";
import { type FunctionName, functionIndex, header, supported } from "./api-table.js";
import { addressOf, type Field, keepAlive, Memory } from "./memory.js";

type Koffi = typeof koffi;
type NativeFunction = ReturnType<ReturnType<Koffi["load"]>["func"]>;

/** Words of an argument structure: more than any has; PJRT takes it as one of a later version, its end zero. */
const structWords = 32;

/**
 * A loaded plugin. Every function takes one structure: its size, an extension pointer (null), then the fields;
 * results are further fields, read back by the index of their word.
 */
export interface Library {
  readonly version: string;
  /** Calls and returns the filled structure. Throws with the plugin's own words. */
  call(name: FunctionName, fields: readonly Field[]): Memory;
  /** As `call`, on a thread of its own, for what waits. */
  callAsync(name: FunctionName, fields: readonly Field[]): Promise<Memory>;
  /** Words in native reach, `count` of them, zero where no field is given. */
  words(fields: readonly Field[], count?: number): Memory;
  /** An array in native reach, in place. */
  memory(bytes: ArrayBufferView): Memory;
  /** A copy of native memory. */
  read(address: bigint, length: number): Buffer;
  /** Calls a function of the plugin's that frees what it is given. */
  free(deleter: bigint, object: bigint): void;
}

const loaded = new Map<string, Promise<Library>>();

/** koffi unloads a library once its object is collected, and what its functions are then is no longer there. */
const mapped = new Set<ReturnType<Koffi["load"]>>();

/** Loads a PJRT plugin once a process. */
export function loadLibrary(path: string): Promise<Library> {
  let library = loaded.get(path);
  if (!library) {
    library = open(path);
    loaded.set(path, library);
    // A failure is not kept: the file may be put right meanwhile.
    library.catch(() => loaded.delete(path));
  }
  return library;
}

async function importKoffi(): Promise<Koffi> {
  try {
    const { default: native } = await import("koffi");
    enlargeStacks(native);
    return native;
  } catch (cause) {
    throw new UserError(
      `The xla engine needs the optional package koffi, which did not load (${(cause as Error).message}); run "npm install koffi" and try again.`,
    );
  }
}

/** Native code runs on stacks of koffi's, where XLA parses and compiles; 1 MiB, the default, is little for that. */
function enlargeStacks(native: Koffi): void {
  try {
    native.config({ sync_stack_size: 16 << 20, async_stack_size: 1 << 20 });
  } catch {
    // Settled already: a library was loaded before this one.
  }
}

function tableOf(native: Koffi, path: string): bigint {
  if (!existsSync(path)) {
    throw new UserError(
      `PJRT plugin ${path} does not exist; give the path of a plugin's .so file.`,
    );
  }
  let handle: ReturnType<Koffi["load"]>;
  try {
    handle = native.load(path);
  } catch (cause) {
    throw new UserError(
      `PJRT plugin ${path} cannot be loaded: ${(cause as Error).message}. It must be a shared library for this machine; if a library it needs is missing, name that one's folder in LD_LIBRARY_PATH.`,
    );
  }
  mapped.add(handle);
  try {
    return addressOf(native, handle.func("void* GetPjrtApi()")());
  } catch (cause) {
    throw new UserError(
      `${path} is no PJRT plugin: it has no function GetPjrtApi (${(cause as Error).message}). Give the path of an XLA plugin such as xla_cuda_plugin.so.`,
    );
  }
}

/** Throws unless the table is of a version this code can call. */
export function checkTable(path: string, head: Buffer): { size: number; version: string } {
  const major = head.readInt32LE(header.majorVersion);
  const minor = head.readInt32LE(header.minorVersion);
  const version = `${major}.${minor}`;
  if (major !== supported.major || minor < supported.minor) {
    throw new UserError(
      `PJRT plugin ${path} speaks PJRT ${version}; ${supported.major}.${supported.minor} or a later ${supported.major}.x is needed. Install a plugin of another version (jax-cuda12-plugin or jax-cuda13-plugin 0.5 or later).`,
    );
  }
  const size = Number(head.readBigUInt64LE(header.structSize));
  const needed = header.size + 8 * (Math.max(...Object.values(functionIndex)) + 1);
  if (size < needed) {
    throw new UserError(
      `PJRT plugin ${path} has a function table of ${size} bytes; ${needed} are needed. Install a newer plugin.`,
    );
  }
  return { size, version };
}

async function open(path: string): Promise<Library> {
  const native = await importKoffi();
  const address = tableOf(native, path);
  const read = (from: bigint, length: number) =>
    length === 0 ? Buffer.alloc(0) : Buffer.from(Buffer.from(native.view(from, length)));
  const { size, version } = checkTable(path, read(address, header.size));
  const table = read(address, size);
  const proto = native.proto("void* (void* args)");
  const deleterProto = native.proto("void (void* object)");
  const functions = new Map<FunctionName, NativeFunction>();
  for (const [name, index] of Object.entries(functionIndex)) {
    const pointer = table.readBigUInt64LE(header.size + 8 * index);
    if (pointer !== 0n)
      functions.set(name as FunctionName, native.decode(pointer, proto) as NativeFunction);
  }
  const functionOf = (name: FunctionName): NativeFunction => {
    const found = functions.get(name);
    if (!found) throw new Error(`XLA, ${name}: the plugin has no such function`);
    return found;
  };

  const struct = (fields: readonly Field[]): Memory =>
    Memory.words(native, [8 * structWords, 0, ...fields], structWords);
  const raise = (name: FunctionName, error: bigint): never => {
    const args = struct([error]);
    functionOf("Error_Message")(args.address);
    const message = read(args.word(3), Number(args.word(4))).toString();
    functionOf("Error_Destroy")(args.address);
    keepAlive(args);
    throw new Error(`XLA, ${name}: ${message}`);
  };
  const finish = (name: FunctionName, args: Memory, result: unknown): Memory => {
    keepAlive(args);
    const error = addressOf(native, result);
    return error === 0n ? args : raise(name, error);
  };

  const library: Library = {
    version,
    read,
    words: (fields, count) => Memory.words(native, fields, count),
    memory: (bytes) => new Memory(native, bytes),
    free: (deleter, object) => {
      (native.decode(deleter, deleterProto) as NativeFunction)(object);
    },
    call: (name, fields) => {
      const args = struct(fields);
      return finish(name, args, functionOf(name)(args.address));
    },
    callAsync: (name, fields) => {
      const args = struct(fields);
      return new Promise<unknown>((resolve, reject) => {
        const done = (error: unknown, result: unknown) => (error ? reject(error) : resolve(result));
        functionOf(name).async(args.address, done);
      }).then((result) => finish(name, args, result));
    },
  };
  library.call("Plugin_Initialize", []);
  return library;
}
