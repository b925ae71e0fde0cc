// What the benches need on a GPU machine that reaches no npm: Node and the packages, in two archives (40 MB).
//   npm run build && node bench/gpu/pack.mjs .cliptune/gpu-pack
// and there, in a copy of the repository:
//   for f in .cliptune/gpu-pack/*.tar.xz; do tar xJf $f; done
//   export PATH=$PWD/node/bin:$PATH; node bench/gpu/run.mjs PLUGIN
// Whether it is all there is tried at the end, in an empty folder.

import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = resolve(process.argv[2] ?? ".cliptune/gpu-pack");
/** The index, with its native parts, is left at home: nothing of it computes on a GPU. */
const packages = ["engine", "losses", "clip", "datasets", "trainer", "hub", "cli"];
const own = [...packages.map((name) => `packages/${name}`), "data"];
const platform = `${process.platform}/${process.arch}`;

/** Of a package's files, those that do not run here: sources, types, other platforms, other builds. */
const unneeded = [
  /\.(map|md|d\.ts|d\.mts|d\.cts|tsbuildinfo)$/,
  /\/(bare-[a-z]+\/prebuilds|[a-z0-9-]+-musl|zod\/src|koffi\/vendor|tfjs-[a-z-]+\/src)(\/|$)/,
  new RegExp(`/onnxruntime-node/bin/napi-v\\d+/(?!${platform}(/|$))[^/]+/[^/]+`),
  /\/tfjs-[a-z-]+\/dist\/(?!tf-[a-z-]+\.node\.js$|wasm-out|.*\.wasm$)./,
];
const isNeeded = (path) => !unneeded.some((pattern) => pattern.test(path));

/** Packages by their folders, followed from ours; what is optional and not installed is left out. */
function closure() {
  const found = new Set();
  const visit = (folder) => {
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(join(folder, "package.json"), "utf8"),
    );
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const at = ancestors(folder)
        .map((parent) => join(parent, "node_modules", name))
        .find(existsSync);
      if (!at || name.startsWith("@cliptune/") || found.has(at)) continue;
      found.add(at);
      visit(at);
    }
  };
  // Not those of data, which hold pictures: what is trained on travels as a folder.
  for (const name of packages) visit(join(root, "packages", name));
  return [...found];
}
const ancestors = (folder) =>
  folder.length < root.length - 1 ? [] : [folder, ...ancestors(dirname(folder))];

const stage = mkdtempSync(join(tmpdir(), "cliptune-pack-"));
for (const from of closure()) {
  const to = join(stage, "modules", relative(root, from));
  cpSync(from, to, {
    recursive: true,
    dereference: true,
    filter: (path) => isNeeded(path) && !relative(from, path).includes("node_modules"),
  });
}
mkdirSync(join(stage, "modules/node_modules/@cliptune"), { recursive: true });
for (const folder of own) {
  const dist = join(folder, "dist");
  cpSync(join(root, dist), join(stage, "modules", dist), { recursive: true, filter: isNeeded });
  const link = join(stage, "modules/node_modules/@cliptune", basename(folder));
  symlinkSync(`../../${folder}`, link);
}
mkdirSync(join(stage, "node/node/bin"), { recursive: true });
cpSync(process.execPath, join(stage, "node/node/bin/node"), { dereference: true });

mkdirSync(out, { recursive: true });
for (const [name, content] of [
  ["modules", ["node_modules", "packages", "data"]],
  ["node", ["node"]],
]) {
  const archive = join(out, `${name}.tar.xz`);
  execFileSync("tar", ["-cJf", archive, "-C", join(stage, name), ...content], {
    env: { ...process.env, XZ_OPT: process.env.XZ_OPT ?? "-9" },
  });
  console.log(`${archive}: ${(statSync(archive).size / 2 ** 20).toFixed(1)} MiB`);
}
rmSync(stage, { recursive: true });

const empty = mkdtempSync(join(tmpdir(), "cliptune-unpacked-"));
const tracked = execFileSync(
  "git",
  [
    "ls-files",
    "bench",
    "packages/*/package.json",
    "packages/*/bench/*",
    "packages/*/bin/*",
    "package.json",
    "data/package.json",
    "data/models",
  ],
  { cwd: root, encoding: "utf8" },
);
for (const path of tracked.trim().split("\n")) cpSync(join(root, path), join(empty, path));
for (const name of ["modules", "node"])
  execFileSync("tar", ["-xJf", join(out, `${name}.tar.xz`), "-C", empty]);
const imports = ["koffi", "sharp", "onnxruntime-node", "@tensorflow/tfjs-core"]
  .map((name) => `await import("${name}");`)
  .join("");
const tries = [
  ["--input-type=module", "-e", `${imports} console.log("native packages load")`],
  ["bench/step/measure.mjs", '{"what":"gemm","size":64,"steps":1}'],
  ["bench/gpu/encode.mjs", '{"world":"tiny","files":2,"pictures":2,"batch":2}'],
  ["packages/cli/bin/cliptune.cjs", "train", "--help"],
];
for (const args of tries) {
  const shown = execFileSync(join(empty, "node/bin/node"), args, {
    cwd: empty,
    env: { HOME: empty, PATH: "" },
    encoding: "utf8",
  });
  console.log(`there: ${args.at(0)}: ${shown.trim().slice(0, 120)}`);
}
rmSync(empty, { recursive: true });
