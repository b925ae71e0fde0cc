// Runs the tests that tfjs-core ships against the lazy backend, in this process:
//   node packages/engine/test/tfjs-suite/run-suite.mjs RESULTS.json [FILTER]
// FILTER: only specs whose full name contains it. RESULTS.json: [{ name, file, status, message }].
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundleSuite } from "./bundle-suite.mjs";

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));

/** Some specs draw without a seed and test what they drew: the same numbers in every run (mulberry32). */
function seedRandomness() {
  let state = 1;
  Math["random"] = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Suites by the file that the bundle says it is in when they are declared. */
function rememberFiles(describe) {
  const files = new Map();
  globalThis.describe = (name, body) => {
    if (globalThis.suiteFile) files.set(name, globalThis.suiteFile);
    return describe(name, body);
  };
  return (fullName) => {
    const names = [...files.keys()].filter((name) => fullName.startsWith(`${name} `));
    return files.get(names.sort((a, b) => b.length - a.length)[0]);
  };
}

async function runSpecs(bundle, filter) {
  require("jasmine-core").installGlobals();
  const fileOf = rememberFiles(globalThis.describe);
  const env = globalThis.jasmine.getEnv();
  env.configure({
    random: false,
    forbidDuplicateNames: false, // tfjs-core has a few specs of one name
    verboseDeprecations: false,
    specFilter: (spec) => spec.getFullName().includes(filter),
  });
  const results = [];
  env.clearReporters();
  env.addReporter({
    specDone: ({ fullName, status, failedExpectations }) => {
      if (status === "excluded" || status === "pending") return;
      const name = fullName.replace(" onnx {}", "").trim();
      const message = failedExpectations[0]?.message.slice(0, 300);
      results.push({ name, file: fileOf(fullName), status, ...(message ? { message } : {}) });
    },
  });
  await import(pathToFileURL(bundle).href);
  await env.execute();
  return results;
}

const [resultsPath, filter = ""] = process.argv.slice(2);
if (!resultsPath) {
  console.error("usage: run-suite.mjs RESULTS.json [FILTER]");
  process.exit(2);
}
seedRandomness();
// Specs print tensors and profiles; jasmine says that its own option is deprecated.
const { log } = console;
console.log = console.warn = console.error = () => {};
// Inside the repository, so that the bundle finds the packages that it leaves out.
await mkdir(join(here, ".cliptune"), { recursive: true });
const folder = await mkdtemp(join(here, ".cliptune/bundle-"));
try {
  const bundle = join(folder, "suite.mjs");
  await bundleSuite(bundle);
  const results = await runSpecs(bundle, filter);
  await writeFile(resolve(resultsPath), JSON.stringify(results, null, 1));
  const passed = results.filter(({ status }) => status === "passed").length;
  log(`${passed} of ${results.length} specs pass`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
