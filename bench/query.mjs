// `npm run bench`: the median of a warm text query on the server (encode, search, read), on the demo's index,
// or on a fresh one of the bundled signs with the embedded model.
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cliptune } from "../scripts/demo-steps.mjs";
import { queryTimes } from "../scripts/query-times.mjs";
import { rootDir } from "../scripts/run-step.mjs";

const { index, json, count } = readFlags();
const dir = index ?? (await defaultIndex());
const times = await queryTimes(dir, { count, k: 10 });
const result = {
  index: dir,
  queries: count,
  ...times,
  cores: cpus().length,
  node: process.version,
};
if (json) console.log(JSON.stringify(result));
else
  console.log(
    `text query, warm: median ${times.p50} ms, 99th percentile ${times.p99} ms (${count} queries)`,
  );

async function defaultIndex() {
  const made = [".cliptune/demo/index", ".cliptune/bench/index"].map((path) => join(rootDir, path));
  const found = made.find((path) => existsSync(join(path, "manifest.json")));
  if (found) return found;
  await cliptune(["index", "build", "signs", "--out", made[1]]);
  return made[1];
}

function readFlags() {
  const options = {
    index: { type: "string" },
    json: { type: "boolean", default: false },
    count: { type: "string", default: "500" },
  };
  try {
    const { values } = parseArgs({ options });
    const count = Number(values.count);
    if (!Number.isInteger(count) || count < 1)
      throw new Error(`--count must be a whole number from 1 up`);
    return { ...values, count };
  } catch (error) {
    console.error(`error: ${error.message}`);
    console.error("usage: npm run bench [-- --index DIR] [-- --count N] [-- --json]");
    process.exit(2);
  }
}
