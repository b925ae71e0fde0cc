import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UserError } from "./user-error.js";

/** An installed npm package: where it lies and its exact version. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly dir: string;
}

/**
 * Finds an installed package.
 *
 * @param from a file or folder (ending in "/") whose node_modules are searched; this package's own by default
 * @throws UserError when it is not installed
 */
export function findPackage(name: string, from: string = import.meta.url): InstalledPackage {
  // Not resolve("<name>/package.json"): a package's "exports" may hide that file.
  const folders = createRequire(from).resolve.paths(name) ?? [];
  const dir = folders
    .map((folder) => join(folder, name))
    .find((path) => existsSync(join(path, "package.json")));
  if (dir === undefined) {
    throw new UserError(
      `The npm package ${name}, which holds pictures of a bundled set, is not installed; run "npm install" and try again.`,
    );
  }
  const { version } = readJson<{ version: string }>(dir, "package.json");
  return { name, version, dir };
}

/** Reads one JSON file, `path` given in parts. */
export function readJson<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(...path), "utf8")) as T;
}
