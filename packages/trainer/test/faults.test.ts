import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import { type TrainEvent, train } from "@cliptune/trainer";
import { expect, test } from "vitest";
import { tinyWorld } from "./tiny-world.js";

const engine = await createEngine("auto");

test("a corrupt picture stops training with its name, or is skipped with one warning", async () => {
  const world = await tinyWorld();
  const bad = join(world.pictures, "images", "blue-bar.png");
  await truncate(bad, 100);
  const start = (outDir: string, overrides: object, onEvent?: (event: TrainEvent) => void) =>
    train(world.full({ steps: 3, batchSize: 32, ...overrides }), {
      outDir: join(world.dir, outDir),
      engine,
      model: world.model,
      ...(onEvent && { onEvent }),
    });
  const trainOnly = { train: [{ path: world.pictures }] };
  const stopped = start("stop", { data: trainOnly });
  await expect(stopped).rejects.toThrow(`${bad} cannot be decoded`);
  await expect(stopped).rejects.toThrow("leave it out with data: { onError: skip }");
  await expect(stopped).rejects.toMatchObject({ name: "UserError" });
  await expect(start("stop", { data: trainOnly })).rejects.toThrow("blue-bar.png"); // not "holds a run"
  const warnings: string[] = [];
  const evaluated: number[][] = [];
  let trained = 0;
  const source = { path: world.pictures };
  const data = { train: [source], evaluate: { inDomain: source }, onError: "skip" };
  const summary = await start("skip", { data }, (event) => {
    if (event.type === "warning") warnings.push(event.message);
    if (event.type === "start") trained = event.parameters;
    if (event.type === "evaluating") evaluated.push([event.step, event.done, event.total]);
  });
  const all = Object.values(world.model.weights).reduce((sum, { data }) => sum + data.length, 0);
  expect(trained).toBe(all); // in full mode
  expect(evaluated).toEqual([0, 1, 2, 3].map((step) => [step, 32, 32]));
  expect(summary.step).toBe(3);
  expect(summary.base!.inDomain!.images).toBe(31);
  expect(warnings).toHaveLength(1); // though training and evaluation both met it
  expect(warnings[0]).toContain("blue-bar.png");
  expect(summary.skipped).toBe(1);
  const listed = await readFile(join(world.dir, "skip/skipped.jsonl"), "utf8");
  expect(JSON.parse(listed)).toMatchObject({ file: bad, reason: warnings[0] }); // one line
});

test("a file that is no picture, an empty data set and a batch larger than the data are named", async () => {
  const world = await tinyWorld();
  const start = (overrides: Record<string, unknown>) =>
    train(world.full(overrides), { outDir: join(world.dir, "run"), engine, model: world.model });
  await expect(start({ batchSize: 33 })).rejects.toThrow(/has 32 pairs but batchSize is 33/);
  await writeFile(join(world.pictures, "metadata.jsonl"), "");
  await expect(start({})).rejects.toThrow(/has no pictures/);
  const text = join(world.pictures, "notes.png");
  await writeFile(text, "not a picture");
  await writeFile(
    join(world.pictures, "metadata.jsonl"),
    '{"file_name": "notes.png", "title": "x"}\n',
  );
  const twice = { batchSize: 2, data: { train: Array(2).fill({ path: world.pictures }) } };
  await expect(start(twice)).rejects.toThrow("notes.png is not a picture");
});

test("a loss that is not a number stops the run at that step and keeps the checkpoint before", async () => {
  const world = await tinyWorld();
  const outDir = join(world.dir, "run");
  const config = world.full({ optimizer: { learningRate: 1e38, clipNorm: 0, warmup: 0 } });
  await expect(train(config, { outDir, engine, model: world.model })).rejects.toThrow(
    /^Step 2: the loss is NaN .* lower optimizer\.learningRate \(now 1e\+38\)[\s\S]*images\/\w+-\w+\.png "/,
  );
  const report = JSON.parse(await readFile(join(outDir, "non-finite-batch.json"), "utf8"));
  expect(report).toMatchObject({ step: 2, loss: "NaN" });
  expect(report.items).toHaveLength(config.batchSize);
  expect(await readdir(join(outDir, "checkpoints"))).toEqual(["step-000000"]);
});

test("a full disk is one clear error, and earlier checkpoints stay whole", async ({ skip }) => {
  const world = await tinyWorld();
  const disk = join(world.dir, "disk");
  await mkdir(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], { stdio: "ignore" });
  } catch {
    return skip("needs the right to mount a tmpfs");
  }
  try {
    const outDir = join(disk, "run");
    // A checkpoint takes about 0.4 MB: the second or third does not fit.
    const config = world.full({
      checkpoint: { every: 1, keep: 9 },
      data: { train: [{ path: world.pictures }] },
    });
    const failing = train(config, { outDir, engine, model: world.model });
    await expect(failing).rejects.toThrow(/disk is full/);
    await expect(failing).rejects.toMatchObject({ name: "UserError" });
    const kept = await readdir(join(outDir, "checkpoints"));
    expect(kept).toContain("step-000000");
    execFileSync("mount", ["-o", "remount,size=16m", disk]);
    const summary = await train(config, { outDir, engine, model: world.model, resume: true });
    expect(summary).toMatchObject({ interrupted: false, step: 6 });
  } finally {
    execFileSync("umount", [disk]);
  }
});
