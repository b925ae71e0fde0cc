import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const rootDir = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Paths from the root of every file that git tracks, or would if it were added. */
export function repositoryFiles(): string[] {
  const list = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    {
      cwd: rootDir,
      encoding: "utf8",
      maxBuffer: 1e8,
    },
  );
  return list.split("\0").filter((path) => path !== "" && existsSync(join(rootDir, path)));
}

export function readText(path: string): string {
  return readFileSync(join(rootDir, path), "utf8");
}

export const isCode = (path: string): boolean =>
  /\.(ts|tsx|mts|js|mjs)$/.test(path) && !path.endsWith("next-env.d.ts");

/** Folders of the packages by published name. */
export const packages: Readonly<Record<string, string>> = {
  "@cliptune/engine": "packages/engine",
  "@cliptune/losses": "packages/losses",
  "@cliptune/clip": "packages/clip",
  "@cliptune/trainer": "packages/trainer",
  "@cliptune/index": "packages/index",
  "@cliptune/datasets": "packages/datasets",
  "@cliptune/hub": "packages/hub",
  "@cliptune/data": "data",
  "@cliptune/web": "apps/web",
  cliptune: "packages/cli",
};

/** The package that a file's product code belongs to; tests, benchmarks and scripts belong to none. */
export function packageOf(path: string): string | undefined {
  const found = Object.entries(packages).find(([, folder]) => path.startsWith(`${folder}/`));
  if (!found || /(^|\/)(test|scripts|bench)\//.test(path)) return undefined;
  return found[0];
}

const statement =
  /(?:^|[;\s])(?:import|export)\s+(?:type\s+)?(?:[\w*{][^"';]*?\sfrom\s+)?["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

/** What a module imports or re-exports, static and dynamic, types included. */
export function importsOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(statement)].map((match) => (match[1] ?? match[2])!);
}

/** The repository's file that a relative import means, if there is one. */
export function resolveImport(from: string, specifier: string): string | undefined {
  const base = resolve(rootDir, dirname(from), specifier);
  const stem = base.replace(/\.(js|mjs|jsx)$/, "");
  const candidates = [
    base,
    ...[".ts", ".tsx", ".mts", ".d.ts", ".js", ".mjs", "/index.ts", "/index.tsx"].map(
      (end) => `${stem}${end}`,
    ),
  ];
  const found = candidates.find((path) => isCode(path) && existsSync(path));
  return found && relative(rootDir, found);
}
