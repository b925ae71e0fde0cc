import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import { UserError } from "../errors.js";
import { withBackend } from "../exclusive.js";
import type { OnnxName } from "../onnx/providers.js";
import type { EngineName } from "../types.js";
import { completeWasm } from "./wasm-kernels.js";

export type EagerName = Exclude<EngineName, OnnxName | "xla">;

const packages: Record<EagerName, { module: string; backend: string }> = {
  "tfjs-node-gpu": { module: "@tensorflow/tfjs-node-gpu", backend: "tensorflow" },
  "tfjs-node": { module: "@tensorflow/tfjs-node", backend: "tensorflow" },
  wasm: { module: "@tensorflow/tfjs-backend-wasm", backend: "wasm" },
  cpu: { module: "@tensorflow/tfjs-backend-cpu", backend: "cpu" },
};

export const eagerNames = Object.keys(packages) as EagerName[];

export const isEager = (name: string): name is EagerName => Object.hasOwn(packages, name);

/** Imports the package that registers a tfjs backend and starts it; returns the backend's registered name. */
export async function startBackend(name: EagerName): Promise<string> {
  const { module, backend } = packages[name];
  try {
    // CommonJS, because tfjs's packages are; a bundler must not follow an optional import.
    createRequire(import.meta.url)(module);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new UserError(
      `Engine ${name} needs the package ${module}, which could not be loaded (${reason}); install it with: npm install ${module}`,
    );
  }
  if (name === "wasm") completeWasm();
  // tfjs's CPU backend greets Node users on its first write unless in production mode.
  const production = tf.env().getBool("PROD");
  tf.env().set("PROD", true);
  await withBackend(backend, () => tf.tidy(() => void tf.tensor1d([0]).dataSync()));
  tf.env().set("PROD", production);
  return backend;
}
