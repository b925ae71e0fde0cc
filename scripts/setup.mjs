// Makes a fresh clone ready, and does nothing when it is: dependencies by `npm ci`, then the TypeScript build.
// It has no dependencies of its own, because it runs before there are any.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootDir, runStep, tryStep } from "./run-step.mjs";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`error: cliptune needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

const lockfile = join(rootDir, "package-lock.json");
const installed = join(rootDir, "node_modules/.package-lock.json"); // npm writes it last
const stamp = join(rootDir, "node_modules/.cliptune-lock");
const lockHash = createHash("sha256").update(readFileSync(lockfile)).digest("hex");

if (!isInstalled()) {
  const started = performance.now();
  console.error("Installing dependencies (npm ci; about a minute) …");
  // onnxruntime-node's install script would download CUDA files from outside the registry.
  const env = { ONNXRUNTIME_NODE_INSTALL: "skip" };
  const flags = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  if (!tryStep("npm", flags, { env })) {
    console.error(
      "npm ci failed; trying again without install scripts (hnswlib-node needs a C++ compiler; without it search is exact, and slower on large indexes) …",
    );
    runStep("npm", [...flags, "--ignore-scripts"], { env });
  }
  writeFileSync(stamp, lockHash);
  console.error(`Installed in ${seconds(started)} s.`);
}

const fresh = !existsSync(join(rootDir, "packages/cli/dist/main.js"));
const started = performance.now();
if (fresh) console.error("Compiling …");
runStep(process.execPath, [join(rootDir, "scripts/build.mjs"), "--no-web"]);
if (fresh) console.error(`Compiled in ${seconds(started)} s.`);

function isInstalled() {
  if (!existsSync(installed)) return false;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash) return true;
  return statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs; // somebody ran npm by hand
}

function seconds(from) {
  return Math.round((performance.now() - from) / 1000);
}
