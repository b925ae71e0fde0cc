import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

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
