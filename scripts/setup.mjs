// Makes a fresh clone ready, and does nothing when it is: dependencies by `npm ci`, then the TypeScript build.
// With --web the search page too, which the tests look at. It has no dependencies of its own, because it runs before
// there are any.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
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

const wanted = process.argv.includes("--web") && !isPageBuilt() ? [] : ["--no-web"];
const loud = wanted.length === 0 || !existsSync(join(rootDir, "packages/cli/dist/main.js"));
const started = performance.now();
if (loud) console.error("Building …");
runStep(process.execPath, [join(rootDir, "scripts/build.mjs"), ...wanted]);
if (loud) console.error(`Built in ${seconds(started)} s.`);

function isInstalled() {
  if (!existsSync(installed)) return false;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash) return true;
  return statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs; // somebody ran npm by hand
}

/** Whether the page was built after every change of its sources. */
function isPageBuilt() {
  const web = join(rootDir, "apps/web");
  const built = join(web, ".next/BUILD_ID");
  if (!existsSync(built)) return false;
  const { mtimeMs } = statSync(built);
  const sources = readdirSync(web, { recursive: true, withFileTypes: true }).filter(
    (entry) =>
      entry.isFile() &&
      !/[/\\](\.next|node_modules|test)([/\\]|$)/.test(entry.parentPath) &&
      !/^next-env|tsbuildinfo$/.test(entry.name),
  );
  return sources.every((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs <= mtimeMs);
}

function seconds(from) {
  return Math.round((performance.now() - from) / 1000);
}
