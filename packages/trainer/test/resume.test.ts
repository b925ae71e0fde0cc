import { type ChildProcess, spawn } from "node:child_process";
import { appendFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadAdapter, saveModel } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { readMetrics, type TrainConfig, train } from "@cliptune/trainer";
import { describe, expect, test, vi } from "vitest";
import { stream } from "../dist/random.js";
import { stopAfter, tinyWorld } from "./tiny-world.js";

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
const interrupt = (config: TrainConfig, outDir: string, steps: number) =>
  train(config, { outDir, engine, model, ...stopAfter(steps), resume: true });

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
    // The step under way when the signal comes is kept; at 4, before an evaluation, there is none.
    expect(await interrupt(config, broken, 1)).toMatchObject({ interrupted: true, step: 2 });
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

test("the best checkpoints stay beside the newest, and patience ends a run, resumed or not", async () => {
  const [best, other] = [join(world.dir, "top"), join(world.dir, "patience")];
  const config = (more: object) =>
    world.config({ steps: 9, evaluate: { every: 1 }, optimizer: { learningRate: 0.01 }, ...more });
  const metric = "inDomain.alignment"; // lower is better
  const top = { keep: 1, top: 3, metric };
  await train(config({ checkpoint: top }), { outDir: best, engine, model });
  const evaluations = (await readMetrics(join(best, "metrics.jsonl"))).flatMap((record) =>
    record.type === "evaluation" && record.step > 0 ? [record] : [],
  );
  const alignment = (step: number) => evaluations[step - 1]!.sets.inDomain!.alignment;
  const order = evaluations.map(({ step }) => step).sort((a, b) => alignment(a) - alignment(b));
  const kept = [...new Set([...order.slice(0, 3), 9])].sort();
  expect(await readdir(join(best, "checkpoints"))).toEqual(kept.map((step) => `step-00000${step}`));
  const patient = config({ earlyStopping: { patience: 2, minDelta: 10, metric } });
  expect(await interrupt(patient, other, 1)).toMatchObject({ interrupted: true, step: 1 });
  const stopped = { interrupted: false, stoppedEarly: true, step: 2 };
  const resume = () => train(patient, { outDir: other, engine, model, resume: true });
  expect(await resume()).toMatchObject(stopped);
  expect(await resume()).toMatchObject(stopped);
  const zeroShot = "inDomain.zeroShot.top1"; // of pictures with labels, which these have not
  const wrong = config({ steps: 1, earlyStopping: { patience: 1, metric: zeroShot } });
  const failing = train(wrong, { outDir: join(world.dir, "wrong"), engine, model });
  await expect(failing).rejects.toThrow(
    /no metric "inDomain.zeroShot.top1"; .*inDomain.textToImage/,
  );
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
  const changed = world.config({ steps: 2, checkpoint: { keep: 9 } });
  await expect(start(changed, true)).rejects.toThrow("(steps, checkpoint.keep differ)");
  const other = { ...model, fingerprint: "another" };
  await expect(start(world.config({ steps: 1 }), true, other)).rejects.toThrow(/another model/);
  expect(await start(world.config({ steps: 1 }), true)).toMatchObject({ step: 1 });
});

/** Starts a training process and kills it with -9 some milliseconds after it said its n-th line. */
async function killAt(config: TrainConfig, outDir: string, { line, milliseconds }: Moment) {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL("./train-child.mjs", import.meta.url)), JSON.stringify(config), outDir],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
  let said = 0;
  for await (const _ of createInterface({ input: child.stdout! })) {
    if (++said === line) setTimeout(() => child.kill("SIGKILL"), milliseconds);
  }
  return ended;
}

interface Moment {
  readonly line: number;
  readonly milliseconds: number;
}

test("a run killed with -9 at ten random moments ends with the same bits as one left alone", async () => {
  // Lines come with every step, evaluation and checkpoint; what lies between them is met by the delay.
  const config = world.full({
    steps: 60,
    evaluate: { every: 5, batchSize: 32 },
    checkpoint: { every: 2, top: 2 },
    loggers: ["csv", "tensorboard", "wandb"],
  });
  const [whole, killed] = [join(world.dir, "whole"), join(world.dir, "killed")];
  const uninterrupted = await train(config, { outDir: whole, engine, model });
  const random = stream(3, "kills");
  for (let kill = 0; kill < 10; kill++) {
    const moment = { line: 1 + Math.floor(random() * 9), milliseconds: random() * 12 };
    expect(await killAt(config, killed, moment), JSON.stringify(moment)).toBe("SIGKILL");
  }
  const summary = await train(config, { outDir: killed, engine, model, resume: true });
  expect(summary).toMatchObject({ step: 60, best: uninterrupted.best });
  expect(await timeless(killed)).toEqual(await timeless(whole));
  const places = ["checkpoints/step-000060", "best", "model"];
  const files = ["checkpoints/step-000060/optimizer.safetensors"];
  for (const file of [...places.map((place) => join(place, "model.safetensors")), ...files]) {
    expect(await readFile(join(killed, file)), file).toEqual(await readFile(join(whole, file)));
  }
  const checkpoints = (dir: string) => readdir(join(dir, "checkpoints"));
  expect(await checkpoints(killed)).toEqual(await checkpoints(whole));
  const rows = (await readFile(join(killed, "steps.csv"), "utf8")).trim().split("\r\n");
  const steps = rows.slice(1).map((row) => Number(row.split(",")[0]));
  expect(steps).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  expect(await readdir(join(killed, "wandb"))).toHaveLength(1); // one run for W&B, not eleven
});
