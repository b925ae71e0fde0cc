// `npm run bench:adapters -- runs/a/best runs/b/best …`: several adapters switched on one base. How long a switch takes,
// to an adapter that was on before and to one that was not, against loading model and adapter anew for each.
import { cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createEncoder, loadAdapter, loadModel } from "@cliptune/clip";
import { tinyModelDir } from "@cliptune/data";
import { createEngine } from "@cliptune/engine";

const { dirs, model: from, json } = readFlags();
const engine = await createEngine("auto");
const text = ["no bicycles"];
const rounds = 20;

const times = [];
const timed = async (name, adapter, work) => {
  const began = performance.now();
  const result = await work();
  times.push({ name, adapter, ms: performance.now() - began });
  return result;
};

const model = await loadModel(from);
const adapters = await Promise.all(dirs.map((dir) => loadAdapter(dir, model)));
const alone = [];
for (const [i, dir] of dirs.entries()) {
  const encoder = await timed("anew", dir, async () => {
    const again = await loadModel(from);
    const made = await createEncoder(engine, again, { adapter: await loadAdapter(dir, again) });
    alone[i] = await made.encodeTexts(text);
    return made;
  });
  await encoder.dispose();
}
const memoryBefore = process.memoryUsage().rss;
const encoder = await createEncoder(engine, model, {});
for (const [i, dir] of dirs.entries()) {
  await timed("first", dir, async () => {
    await encoder.setAdapter(adapters[i]);
    await encoder.encodeTexts(text);
  });
}
for (let round = 0; round < rounds; round++) {
  for (const [i, dir] of dirs.entries()) {
    await timed("switch", dir, () => encoder.setAdapter(adapters[i]));
    const vector = await timed("text", dir, () => encoder.encodeTexts(text));
    if (vector.some((x, at) => x !== alone[i][at]))
      throw new Error(`${dir} differs when switched to`);
  }
}
const median = (name) => {
  const sorted = times.filter((each) => each.name === name).map(({ ms }) => ms);
  sorted.sort((a, b) => a - b);
  return Number(sorted[sorted.length >> 1].toPrecision(3));
};
const result = {
  adapters: dirs.length,
  anewMs: median("anew"),
  firstMs: median("first"),
  switchMs: median("switch"),
  textMs: median("text"),
  addedMegabytes: Math.round((process.memoryUsage().rss - memoryBefore) / 1e6),
  cpu: cpus()[0].model,
  engine: engine.name,
};
await encoder.dispose();
await engine.dispose();
console.log(
  json
    ? JSON.stringify(result)
    : [
        `${dirs.length} adapters on one base, each giving the vectors that it gives alone (medians, ms)`,
        `  model and adapter loaded anew, one text   ${result.anewMs}`,
        `  switched to for the first time, one text  ${result.firstMs}`,
        `  switched back to                          ${result.switchMs}`,
        `  one text after it                         ${result.textMs}`,
        `${result.addedMegabytes} MB more in memory; ${result.engine} on ${result.cpu}`,
      ].join("\n"),
);

function readFlags() {
  const options = { model: { type: "string" }, json: { type: "boolean", default: false } };
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length < 2) throw new Error("needs two adapter directories or more");
    const dirs = positionals.map((dir) => resolve(dir));
    return { dirs, model: values.model ? resolve(values.model) : tinyModelDir, json: values.json };
  } catch (error) {
    console.error(`error: ${error.message}`);
    console.error("usage: npm run bench:adapters -- ADAPTER ADAPTER … [--model DIR] [--json]");
    process.exit(2);
  }
}
