import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, platform, totalmem } from "node:os";
import { type EngineName, engineNames } from "@cliptune/engine";
import { hnswAvailable } from "@cliptune/index";
import type { Answer } from "../command.js";
import { startEngine } from "../engine-choice.js";
import { matmulRate } from "./matmul-rate.js";

interface EngineReport {
  readonly name: EngineName;
  readonly available: boolean;
  /** Why not, when it isn't. */
  readonly reason?: string;
  readonly gflops?: number;
}

/** Looks at the machine: versions, engines, and what each engine computes in a second. */
export async function examine(): Promise<Answer> {
  const engines: EngineReport[] = [];
  for (const name of engineNames) engines.push(await tryEngine(name));
  const auto = await startEngine("auto");
  await auto.dispose();
  const json = {
    node: process.version,
    platform: `${platform()}-${arch()}`,
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e8) / 10,
    versions: versions(),
    hnsw: hnswAvailable(),
    engines,
    auto: auto.name,
  };
  return { json, text: describe(json) };
}

async function tryEngine(name: EngineName): Promise<EngineReport> {
  try {
    const engine = await startEngine(name);
    try {
      return { name, available: true, gflops: await matmulRate(engine) };
    } finally {
      await engine.dispose();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, available: false, reason };
  }
}

/** Versions of the libraries that results depend on, as their packages state them. */
function versions(): Record<string, string> {
  const found: Record<string, string> = {};
  const owners = {
    "@cliptune/engine": ["@tensorflow/tfjs-core", "onnxruntime-node"],
    "@cliptune/clip": ["sharp", "@huggingface/tokenizers"],
    "@cliptune/index": ["hnswlib-node", "libsql"],
  };
  for (const [owner, packages] of Object.entries(owners)) {
    const require = createRequire(import.meta.resolve(owner));
    for (const name of packages) found[name] = installedVersion(require, name);
  }
  return found;
}

/** Some packages hide their package.json from `require`, so their folders are searched. */
function installedVersion(require: NodeJS.Require, name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      const text = readFileSync(`${folder}/${name}/package.json`, "utf8");
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // Not in this folder: the next one up may have it.
    }
  }
  return "not installed";
}

interface Findings {
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly hnsw: boolean;
  readonly engines: readonly EngineReport[];
  readonly auto: string;
}

function describe(found: Findings): string {
  const engines = found.engines.map(({ name, available, reason, gflops }) => {
    const state = available ? `${gflops} GFLOPS (float32 matmul)` : `no: ${reason}`;
    return `  ${available ? "✓" : "-"} ${name.padEnd(14)} ${state}`;
  });
  return [
    `Node ${found.node} on ${found.platform}, ${found.processor}, ${found.cores} cores, ${found.memoryGb} GB`,
    ...Object.entries(found.versions).map(([name, version]) => `  ${name} ${version}`),
    `Nearest neighbours: ${found.hnsw ? "HNSW" : "exact search only (hnswlib-node was not built: npm rebuild hnswlib-node)"}`,
    "Engines",
    ...engines,
    `--engine auto takes ${found.auto}`,
  ].join("\n");
}
