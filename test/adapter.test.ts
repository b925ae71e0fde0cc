import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectError } from "./repository/expect-error.js";
import { emptyFolder, runCli } from "./repository/run-cli.js";
import { drawPictures, randomModel } from "./repository/small-world.js";

const folder = emptyFolder("adapter");
const place = (...names: string[]) => join(folder, ...names);
const trained = place("run", "best");
let model: string;
let pictures: string;

async function cliJson(...args: string[]) {
  const { code, stdout, stderr } = await runCli([...args, "--json"]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const drift = (...args: string[]) =>
  cliJson("adapter", "compare", ...args, "--data", pictures, "--model", model);

beforeAll(async () => {
  pictures = await drawPictures(place("pictures"));
  model = await randomModel(place("small"), { hidden_size: 32, num_hidden_layers: 2 });
  const data = { train: [{ path: pictures }], evaluate: { inDomain: { path: pictures } } };
  const plan = {
    batchSize: 12,
    steps: 8,
    evaluate: { every: 8 },
    optimizer: { learningRate: 0.02 },
  };
  writeFileSync(place("config.yaml"), JSON.stringify({ model, data, ...plan, lora: { rank: 4 } }));
  await cliJson("train", place("config.yaml"), "--out", place("run"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("training drifts the answers, and the report says how far", async () => {
  const report = await drift(trained);
  expect(report).toMatchObject({ k: 10, queries: 36, pictures: 36 });
  expect(report.changedShare).toBeGreaterThan(0);
});

test("half of an adapter and its other half add up to it, by cat and by svd", async () => {
  const half = place("half");
  await cliJson("adapter", "scale", trained, "--by", "0.5", "--out", half, "--model", model);
  expect((await drift(half, "--with", trained)).same).toBeLessThan(1);
  for (const type of ["cat", "svd"]) {
    const sum = place(type);
    const parts = `${trained},0.5 + ${half}`;
    await cliJson("adapter", "add", parts, "--type", type, "--out", sum, "--model", model);
    expect(await drift(sum, "--with", trained)).toMatchObject({ changedShare: 0, same: 1 });
  }
});

test("a merged model answers as the adapter on its base does", async () => {
  const merged = place("merged");
  await cliJson("adapter", "merge", trained, "--out", merged, "--model", model);
  const evaluate = (...args: string[]) => cliJson("evaluate", pictures, ...args);
  const { base } = await evaluate("--model", merged);
  const adapted = await evaluate("--model", model, "--adapter", trained);
  expect(base.textToImage).toEqual(adapted.tuned.textToImage);
  expect(base.alignment).toBeCloseTo(adapted.tuned.alignment, 5);

  // A run that trained both towers whole ends in a model, which stands beside the one that it began with.
  cpSync(merged, place("whole", "best"), { recursive: true });
  const config = JSON.parse(readFileSync(place("run", "config.json"), "utf8"));
  writeFileSync(place("whole", "config.json"), JSON.stringify({ ...config, mode: "full" }));
  const whole = await evaluate("--run", place("whole"));
  expect(whole.tuned).toEqual(base);
  expect(whole.base.textToImage).toEqual(adapted.base.textToImage);
  expect(whole.base.alignment).toBeCloseTo(adapted.base.alignment, 5);
  expect(whole.base.alignment).not.toBeCloseTo(whole.tuned.alignment, 3);
});

test("each adapted layer is listed with what was done to it", async () => {
  const { layers } = await cliJson("adapter", "inspect", trained, "--model", model);
  expect(layers).toHaveLength(2 * 2 * 4);
  for (const { norm, relativeNorm, effectiveRank } of layers) {
    expect(norm).toBeGreaterThan(0);
    expect(relativeNorm).toBeGreaterThan(0);
    expect(effectiveRank).toBeLessThanOrEqual(4.001);
  }
});

test("an adapter of another model, a missing one and a faulty sum are one clear error each", async () => {
  expectError(await runCli(["adapter", "inspect", trained]), /was made for another model/);
  const out = place("none");
  const add = (sum: string) => runCli(["adapter", "add", sum, "--out", out, "--model", model]);
  expectError(await add(`${trained},0.5 + ${place("gone")}`), /gone does not exist/);
  expect((await add(`${trained},half`)).code).toBe(2);
  expect(existsSync(out)).toBe(false);
});
