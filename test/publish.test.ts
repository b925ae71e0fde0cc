import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyFolder } from "./repository/run-cli.js";
import { packages, readText, rootDir } from "./repository/source-files.js";

const folder = emptyFolder("publish");
const tarballs = join(folder, "tarballs");
const project = join(folder, "project");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, [...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip", NODE_ENV: "" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 280_000,
  });

/** Packs all packages and installs the tarballs together in an empty folder, as a user would from the registry. */
beforeAll(() => {
  mkdirSync(tarballs);
  mkdirSync(project);
  const folders = Object.values(packages).map((path) => `./${path}`);
  run("npm", ["pack", "--silent", "--pack-destination", tarballs, ...folders], rootDir);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user", private: true }));
  const files = readdirSync(tarballs).map((name) => join(tarballs, name));
  // Scripts are skipped: the one that matters compiles hnswlib-node for half a minute, so the
  // repository's compiled copy of the same version is put in its place.
  const quiet = [
    "--ignore-scripts",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  run("npm", ["install", ...quiet, ...files], project);
  const addon = "node_modules/hnswlib-node/build";
  if (existsSync(join(rootDir, addon))) {
    cpSync(join(rootDir, addon), join(project, addon), { recursive: true });
  }
}, 300_000);

/** The first TypeScript or JavaScript block of a README. */
function firstExample(folder: string): string {
  const block = /```(?:ts|js|javascript|typescript)\n([\s\S]*?)```/.exec(
    readText(`${folder}/README.md`),
  );
  if (!block) throw new Error(`${folder}/README.md has no ts or js block`);
  return block[1]!;
}

describe.each(Object.entries(packages))("%s", (name, folder) => {
  test("is packed with what it needs, and no more", () => {
    const home = join(project, "node_modules", name);
    const files = readdirSync(home, { recursive: true }).map(String);
    expect(files).toContain("README.md");
    const own = files.filter((path) => !path.includes("node_modules"));
    expect(own.filter((path) => /^(src|test|scripts)\//.test(path))).toEqual([]);
    const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
    for (const entry of Object.values(manifest.exports ?? {}) as Record<string, string>[]) {
      for (const target of Object.values(entry)) expect(existsSync(join(home, target))).toBe(true);
    }
    expect(manifest.license).toBe("MIT");
  });

  test("runs its README's first example in an empty folder", () => {
    const lines = firstExample(folder).trim().split("\n");
    expect(lines.length, "a short example is read").toBeLessThanOrEqual(30);
    const file = join(project, `${name.replace(/\W+/g, "-")}.mjs`);
    writeFileSync(file, lines.join("\n"));
    const output = run(process.execPath, [file], project);
    expect(output.trim()).not.toBe("");
  });
});

test("the installed command line tool answers", () => {
  const bin = join(project, "node_modules/.bin/cliptune");
  const count = ["params", "--preset", "clip-vit-base-patch32", "--rank", "4", "--json"];
  expect(JSON.parse(run(bin, count, project))).toMatchObject({ trainable: 491_520 });
});
