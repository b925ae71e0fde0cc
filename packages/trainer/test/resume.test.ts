import { type ChildProcess, spawn } from "node:child_process";
import { appendFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadAdapter, saveModel } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { readMetrics, type TrainConfig, type TrainEvent, train } from "@cliptune/trainer";
import { describe, expect, test, vi } from "vitest";
import { tinyWorld } from "./tiny-world.js";

const world = await tinyWorld();
const engine = await createEngine("auto");
// Each run compiles its own programs, which on a busy machine takes a while.
vi.setConfig({ testTimeout: 240_000 });
const { model } = world;

const newest = "checkpoints/step-000006";
const bytesOf = async (dir: string, files: readonly string[]) =>
  Promise.all(files.map((file) => readFile(join(dir, newest, file))));
const loraFiles = ["adapter_model.safetensors", "optimizer.safetensors"];
const fullFiles = ["model.safetensors", "optimizer.safetensors"];

/** Losses and metrics without the clock. */
async function timeless(dir: string) {
  const records = await readMetrics(join(dir, "metrics.jsonl"));
  const clock = { seconds: 0, pairsPerSecond: 0, decodeSeconds: 0, waitSeconds: 0 };
  return records.map((record) => ({ ...record, ...clock, computeSeconds: 0 }));
}

/** Stops after `steps` steps, as Ctrl-C does. */
async function interrupt(config: TrainConfig, outDir: string, steps: number) {
  const stop = new AbortController();
  const onEvent = (event: TrainEvent) => {
    if (event.type === "step" && event.step === steps) stop.abort();
  };
  return train(config, { outDir, engine, model, signal: stop.signal, onEvent, resume: true });
}

describe.each([
  [
    "lora with dropout on half of the patches",
    world.config({
      lora: { rank: 4, alpha: 8, dropout: 0.2 },
      augment: { crop: [0.5, 1.5], flip: true, grayscale: 0.2, patches: 0.5 },
    }),
    loraFiles,
  ],
  ["full", world.full(), fullFiles],
] as const)("%s", (name, config, files) => {
  test("a run interrupted and resumed twice ends with the same bits as one left alone", async () => {
    const [whole, broken] = [join(world.dir, `${name} whole`), join(world.dir, `${name} broken`)];
    const uninterrupted = await train(config, { outDir: whole, engine, model });
    expect(uninterrupted).toMatchObject({ interrupted: false, step: 6 });
    expect(await interrupt(config, broken, 1)).toMatchObject({ interrupted: true, step: 1 });
    expect(await interrupt(config, broken, 4)).toMatchObject({ interrupted: true, step: 4 });
    const summary = await train(config, { outDir: broken, engine, model, resume: true });
    expect(summary).toMatchObject({ interrupted: false, step: 6, base: uninterrupted.base });
    expect(await bytesOf(broken, files)).toEqual(await bytesOf(whole, files));
    expect(await timeless(broken)).toEqual(await timeless(whole));
    expect((await readdir(join(broken, "checkpoints"))).length).toBe(2); // checkpoint.keep
  });
});

test("the saved adapter is PEFT's and loads for its model", async () => {
  const outDir = join(world.dir, "adapter");
  const onDisk = join(world.dir, "model");
  await saveModel(model, onDisk);
  await train(world.config({ steps: 2 }), { outDir, engine, model: { ...model, dir: onDisk } });
  const adapter = await loadAdapter(join(outDir, "best"), model);
  expect(adapter.config).toMatchObject({ rank: 4, alpha: 8 });
  const config = JSON.parse(await readFile(join(outDir, "best/adapter_config.json"), "utf8"));
  expect(config).toMatchObject({ peft_type: "LORA", base_model_name_or_path: onDisk });
});

test("lines after the newest checkpoint and half-written ones are dropped", async () => {
  const outDir = join(world.dir, "lines");
  const config = world.config();
  await interrupt(config, outDir, 3);
  const metrics = join(outDir, "metrics.jsonl");
  await appendFile(metrics, '{"type":"step","step":5,"loss":99}\n{"type":"step","st');
  await mkdir(join(outDir, "checkpoints", ".step-000005.new"));
  await train(config, { outDir, engine, model, resume: true });
  const steps = (await readMetrics(metrics)).filter(({ type }) => type === "step");
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(await readdir(join(outDir, "checkpoints"))).not.toContain(".step-000005.new");
});

test("a directory that holds a run needs resume, and the same configuration and model", async () => {
  const outDir = join(world.dir, "taken");
  await train(world.config({ steps: 1 }), { outDir, engine, model });
  const start = (config: TrainConfig, resume: boolean, other = model) =>
    train(config, { outDir, engine, model: other, resume });
  await expect(start(world.config({ steps: 1 }), false)).rejects.toThrow(/holds a run already/);
  await expect(start(world.config({ steps: 2 }), true)).rejects.toThrow(/\(steps differ\)/);
  const other = { ...model, fingerprint: "another" };
  await expect(start(world.config({ steps: 1 }), true, other)).rejects.toThrow(/another model/);
  expect(await start(world.config({ steps: 1 }), true)).toMatchObject({ step: 1 });
});

/** Starts a training process and kills it with -9 when it says `line`. */
async function killAt(config: TrainConfig, outDir: string, line: string): Promise<void> {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL("./train-child.mjs", import.meta.url)), JSON.stringify(config), outDir],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  for await (const said of createInterface({ input: child.stdout! })) {
    if (said === line) child.kill("SIGKILL");
  }
  expect(await ended).toBe("SIGKILL");
}

test("a run killed with -9 after a step and in the midst of evaluating goes on to the same bits", async () => {
  const config = world.full({ evaluate: { every: 2 }, checkpoint: { every: 2, keep: 2 } });
  const [whole, killed] = [join(world.dir, "whole"), join(world.dir, "killed")];
  await train(config, { outDir: whole, engine, model });
  await killAt(config, killed, "step 3");
  await killAt(config, killed, "evaluation 4");
  await train(config, { outDir: killed, engine, model, resume: true });
  expect(await bytesOf(killed, fullFiles)).toEqual(await bytesOf(whole, fullFiles));
  expect(await timeless(killed)).toEqual(await timeless(whole));
});
