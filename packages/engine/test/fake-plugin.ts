import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { XlaEngine } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import koffi from "koffi";

// What is tested with it is our side of the calls: a plugin written in C that counts and checks (fake-plugin.c). That
// real plugins are called rightly is seen with one: bench/xla-check.mjs.
export const folder = mkdtempSync(join(tmpdir(), "cliptune-fake-"));
export const plugin = join(folder, "fake-plugin.so");
const source = fileURLToPath(new URL("fake-plugin.c", import.meta.url));
execFileSync("cc", ["-O1", "-shared", "-fPIC", "-o", plugin, source]);
const library = koffi.load(plugin);
const live = library.func("int fake_live(int)") as (kind: number) => number;
/** The sum of all bytes that a device was given last. */
export const checksum = library.func("double fake_checksum(int)") as (device: number) => number;
/** The function of the table that fails when it is called next; -1 for none. */
export const failNext = library.func("void fake_fail(int)") as (index: number) => void;
/** Programs compiled so far. */
export const compiled = library.func("int fake_compiled()") as () => number;
export const setVersion = library.func("void fake_version(const char*)") as (text: string) => void;

const kinds = ["buffers", "events", "executables", "clients", "errors", "handles", "serialized"];
export const alive = () => Object.fromEntries(kinds.map((kind, i) => [kind, live(i)]));
export const nothing = Object.fromEntries(kinds.map((kind) => [kind, 0]));

export const f32 = (shape: number[], data: Float32Array) =>
  ({ dtype: "float32", shape, data }) as const;
export const rows = 4;

/** A state of two numbers, a frozen matrix, and a batch of four rows; all of them are used. */
export async function counting(engine: XlaEngine) {
  const constants = engine.constants({ w: f32([3, 2], new Float32Array(6)) });
  const state = engine.state({ count: f32([2], Float32Array.of(10, 20)) });
  const disposeArrays = () => {
    state.dispose();
    constants.dispose();
  };
  const program = await engine
    .compile({
      name: "count",
      ...{ constants, state },
      inputs: { x: { dtype: "uint8", shape: [rows, 3] } },
      run: ({ constants: { w }, state: { count }, inputs: { x } }) => {
        const sum = tf.sum(tf.matMul(tf.cast(x!, "float32") as tf.Tensor2D, w as tf.Tensor2D), 0);
        return { outputs: { sum }, state: { count: tf.add(count!, sum) } };
      },
    })
    .catch((cause) => {
      disposeArrays();
      throw cause;
    });
  const dispose = async () => {
    await program.dispose();
    disposeArrays();
    await engine.dispose();
  };
  return { program, state, dispose };
}

export const batch = (from = 1) => Uint8Array.from({ length: 3 * rows }, (_, i) => from + i);
