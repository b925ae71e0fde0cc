import { existsSync } from "node:fs";
import { createEngine, type Engine, UserError } from "@cliptune/engine";

/** Vulkan on the processor, as Debian's Chromium brings it: slow, but every kernel of the provider is the real one. */
const swiftShader = "/usr/lib/chromium/vk_swiftshader_icd.json";

/**
 * The WebGPU engine on this machine's GPU, or on SwiftShader; undefined where there is no Vulkan at all. Vulkan's
 * loader (Debian: libvulkan1) reads the variable when the first engine starts.
 */
export async function findWebGpu(): Promise<Engine | undefined> {
  if (existsSync(swiftShader)) process.env["VK_ADD_DRIVER_FILES"] ??= swiftShader;
  try {
    return await createEngine("onnx-webgpu");
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.warn(`skipped: ${error.message}`);
    return undefined;
  }
}
