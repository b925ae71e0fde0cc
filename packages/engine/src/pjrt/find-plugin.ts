import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const pluginFiles = ["xla_cuda_plugin.so", "xla_rocm_plugin.so", "pjrt_plugin.so"];

/** Names of plugin packages, the newest CUDA first. */
function packagesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^xla_/.test(name))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
}

/**
 * The first PJRT plugin that JAX's plugin packages hold in the Python `site-packages` folders given.
 * @returns the path of the shared library, or undefined when there is none
 */
export function findPjrtPlugin(sitePackages: readonly string[]): string | undefined {
  for (const folder of sitePackages.map((path) => join(path, "jax_plugins"))) {
    for (const name of packagesIn(folder)) {
      const file = pluginFiles
        .map((plugin) => join(folder, name, plugin))
        .find((path) => existsSync(path));
      if (file) return file;
    }
  }
  return undefined;
}

/**
 * Where XLA finds CUDA's assembler and device functions on a machine without CUDA's toolkit: in NVIDIA's Python packages
 * beside the plugin's, which come with it.
 */
export function cudaDirectoryOf(plugin: string): string | undefined {
  const nvidia = join(dirname(plugin), "..", "..", "nvidia");
  return ["cu13", "cuda_nvcc"]
    .map((name) => join(nvidia, name))
    .find((directory) => existsSync(join(directory, "bin", "ptxas")));
}
