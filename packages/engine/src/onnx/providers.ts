import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as ort from "onnxruntime-node";
import { UserError } from "../errors.js";
import type { EngineName } from "../types.js";
import { modelProto } from "./model.js";

/** Where ONNX Runtime computes; an operator that a GPU provider lacks runs on the CPU, as ONNX Runtime has it. */
export type Provider = "cpu" | "webgpu" | "cuda";

export type OnnxName = Extract<EngineName, `onnx-${Provider}`>;

export const onnxNames: readonly OnnxName[] = ["onnx-cpu", "onnx-webgpu", "onnx-cuda"];

export const isOnnx = (name: string): name is OnnxName =>
  (onnxNames as readonly string[]).includes(name);

export const providerOf = (name: OnnxName): Provider => name.slice("onnx-".length) as Provider;

/**
 * Operators that a provider has no kernel for, or a faulty one, where others say the same: left to the CPU they cost a copy there and
 * back (284 FusedMatMul a step of ViT-B/32 kept an H200 at 6 pairs/s).
 */
export const lackingOf: Readonly<Partial<Record<Provider, ReadonlySet<string>>>> = {
  webgpu: new Set(["FusedMatMul", "IsNaN", "Pow's spreading"]),
};

/** The session option that names the provider. */
export function executionProviders(
  provider: Provider,
): ort.InferenceSession.ExecutionProviderConfig[] {
  if (provider !== "webgpu") return [provider];
  // The default cache, in buckets, keeps no large buffer: every run would allocate them anew.
  return [{ name: provider, storageBufferCacheMode: "simple" }];
}

const remedies: Readonly<Record<Provider, string>> = {
  cpu: "",
  webgpu:
    "It needs a GPU with a driver: Vulkan on Linux (packages libvulkan1 and the vendor's driver), Direct3D 12 on Windows, Metal on macOS.",
  cuda: "It needs CUDA 12, cuDNN 9 and ONNX Runtime's own CUDA files: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node --allow-scripts=onnxruntime-node.",
};

/** @throws UserError where the provider's files or its device are missing; a session that opens says that they aren't. */
export async function checkProvider(provider: Provider): Promise<void> {
  if (provider === "cpu") return;
  const fail = (reason: string): never => {
    throw new UserError(
      `Engine onnx-${provider} can't start: ${reason.replace(/\.?$/, ".")} ${remedies[provider]} Or use engine onnx-cpu.`,
    );
  };
  if (!ort.listSupportedBackends().some(({ name }) => name === provider))
    fail(`onnxruntime-node has no ${provider} provider for ${process.platform}-${process.arch}`);
  const missing = provider === "cuda" ? missingCudaFile() : undefined;
  if (missing) fail(`${missing} is not there`);
  try {
    const session = await ort.InferenceSession.create(nothing, {
      executionProviders: executionProviders(provider),
      logSeverityLevel: 4,
    });
    await session.release();
  } catch (cause) {
    fail(lastSentence(cause));
  }
}

function missingCudaFile(): string | undefined {
  if (process.platform !== "linux") return undefined; // Windows ships DirectML, macOS nothing: the session tells
  const home = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  const folder = join(home, "bin/napi-v6", process.platform, process.arch);
  const path = join(folder, "libonnxruntime_providers_cuda.so");
  return existsSync(path) ? undefined : path;
}

/** ONNX Runtime's messages begin with the C++ signature that threw; the reason ends them. */
function lastSentence(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return (message.trim().split("was false. ").at(-1) ?? message).replace(/^\/\S+ /, "");
}

/** A model that hands one number through. */
const number = { dtype: "float32", shape: [1] } as const;
const nothing = modelProto({
  nodes: [{ type: "Identity", inputs: ["x"], outputs: ["y"], attrs: {}, domain: "" }],
  initializers: [],
  inputs: [["x", number]],
  outputs: [["y", number]],
});
