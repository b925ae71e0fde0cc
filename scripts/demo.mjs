// The whole way on real pictures: traffic signs from an npm package, the tiny CLIP fine-tuned on them, an index, a page.
// Afterwards everything is in .cliptune/demo; run again, it starts afresh.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { allWell, cliptune, narrate, servePage } from "./demo-steps.mjs";
import { queryTimes } from "./query-times.mjs";
import { rootDir, runStep } from "./run-step.mjs";

const began = performance.now();
const { serve, port, config } = readFlags();
const place = (name) => join(rootDir, ".cliptune/demo", name);
const [run, index] = [place("run"), place("index")];
rmSync(place(""), { recursive: true, force: true });

narrate("Drawing the pictures: 1,543 traffic signs, and two emoji sets to see what is forgotten");
for (const set of ["signs", "noto", "openmoji"]) await cliptune(["data", "add", set]);

narrate("Fine-tuning the tiny CLIP on the signs (LoRA, on this machine's CPU)");
// Base (before the first step) and best are measured by the run itself, on pictures that training never sees.
const { base, best } = await cliptune(["train", config, "--out", run]);

narrate("Indexing all signs with the tuned model");
await cliptune(["index", "build", "signs", "--run", run, "--out", index]);

narrate("Searching");
for (const text of ["no bicycles", "children", "slippery road"]) {
  const { hits } = await cliptune(["search", text, "-k", "3", "--index", index]);
  for (const { score, title } of hits) console.error(`    ${score.toFixed(3)}  ${title}`);
}
const queryMs = await queryTimes(index, { count: 200, k: 10 });

const seconds = Math.round(performance.now() - began) / 1000;
const summary = {
  seconds,
  inDomain: recalls("inDomain"),
  outOfDomain: recalls("outOfDomain"),
  queryMs,
};
narrate("Done");
printTable();
if (!serve) console.log(JSON.stringify(summary));
else await serveAll();

function readFlags() {
  const options = {
    "no-serve": { type: "boolean", default: false },
    port: { type: "string", default: "3000" },
    config: { type: "string", default: join(rootDir, "data/recipes/signs.yaml") },
  };
  try {
    const { values } = parseArgs({ options });
    return { serve: !values["no-serve"], port: values.port, config: values.config };
  } catch (error) {
    console.error(`error: ${error.message}`);
    console.error("usage: npm run demo [-- --no-serve] [-- --port N] [-- --config FILE]");
    process.exit(2);
  }
}

function recalls(set) {
  return { base: base[set].textToImage, tuned: best.sets[set].textToImage };
}

function printTable() {
  const percent = (share) => `${(100 * share).toFixed(1)} %`.padStart(9);
  const row = (name, { r1, r5, r10 }) =>
    console.error(`  ${name.padEnd(38)}${[r1, r5, r10].map(percent).join("")}`);
  const head = ["first 1", "first 5", "first 10"].map((text) => text.padStart(9)).join("");
  console.error(`  ${"text → image: found among the".padEnd(38)}${head}`);
  for (const [name, set] of [
    ["held-out signs", "inDomain"],
    ["emoji in another style", "outOfDomain"],
  ]) {
    const { n } = base[set];
    row(`${name} (${n}), base`, summary[set].base);
    row(`${name} (${n}), tuned`, summary[set].tuned);
  }
  console.error(`  a query takes ${queryMs.p50} ms (median), ${queryMs.p99} ms (99th percentile)`);
  console.error(`  all of it took ${Math.round(seconds)} s`);
}

async function serveAll() {
  if (!existsSync(join(rootDir, "apps/web/.next/BUILD_ID"))) {
    narrate("Building the search page");
    runStep(process.execPath, [join(rootDir, "scripts/build.mjs")]);
  }
  narrate("Serving");
  await servePage(["--index", index, "--runs", place(""), "--port", port], fillCompare);
}

/** What the page's Compare shows. */
async function fillCompare() {
  narrate("Meanwhile: what base and tuned model find at each strength, for the page's Compare");
  const all = await allWell([
    ["adapter", "strengths", run],
    ["index", "strengths", "--index", index, "--run", run],
  ]);
  if (all) narrate("Compare is there too; Ctrl-C ends the page");
}
