import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readSafetensors } from "@cliptune/clip";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyFolder, outcomeOf, startCli, untilPrinted } from "./repository/run-cli.js";
import { drawPictures, randomModel } from "./repository/small-world.js";

const folder = emptyFolder("ctrl-c");
const place = (name: string) => join(folder, name);
let pictures: string;

beforeAll(async () => {
  pictures = await drawPictures(place("pictures"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param copies of the pictures in each batch: 8 make a step of seconds with towers 512 wide */
async function configOf(width: number, copies: number): Promise<string> {
  const size = { hidden_size: width, num_hidden_layers: width / 128 + 2 };
  const config = {
    model: await randomModel(place(`model-${width}`), size),
    data: { train: Array.from({ length: copies }, () => ({ path: pictures })) },
    ...{ batchSize: 36 * copies, steps: 500, lora: { rank: 4, alpha: 8 } },
    checkpoint: { every: 1 },
  };
  const file = place(`width-${width}.yaml`);
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const nameOf = (step: number) => `step-${String(step).padStart(6, "0")}`;

async function untilExists(path: string): Promise<void> {
  while (!existsSync(path)) await sleep(10);
}

async function metricsOf(run: string) {
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

/** The steps of the checkpoints, each of which must be whole. */
async function wholeCheckpoints(run: string): Promise<number[]> {
  const names = readdirSync(join(run, "checkpoints")).filter((name) => !name.startsWith("."));
  for (const name of names) {
    const dir = join(run, "checkpoints", name);
    const { step } = JSON.parse(readFileSync(join(dir, "state.json"), "utf8"));
    expect(name).toBe(nameOf(step));
    for (const file of ["adapter_model.safetensors", "optimizer.safetensors"])
      expect(Object.keys((await readSafetensors(join(dir, file))).tensors)).not.toEqual([]);
  }
  return names.map((name) => Number(name.slice("step-".length)));
}

test("amid a slow step Ctrl-C is answered, and a second one ends it, long before the step would", async () => {
  const run = place("slow");
  const child = startCli(["train", await configOf(512, 8), "--out", run]);
  const ended = outcomeOf(child);
  await untilPrinted(child, "steps in all");
  await untilExists(join(run, "checkpoints/step-000001")); // and the second step begins
  await sleep(100);
  const pressed = performance.now();
  child.kill("SIGINT");
  await untilPrinted(child, "Saving a checkpoint");
  const answered = performance.now() - pressed;
  await sleep(1100); // sooner it would be taken for the same press
  const again = performance.now();
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ signal: "SIGINT", stdout: "" });
  const left = performance.now() - again;
  const [{ seconds: step }] = await metricsOf(run);
  expect(answered).toBeLessThan(250 * step);
  expect(left).toBeLessThan(500 * step);
  expect(await wholeCheckpoints(run)).toEqual([0, 1]);
});

test("killed while it writes one checkpoint after the other, there are whole ones only, and it goes on from the last", async () => {
  const file = await configOf(128, 1);
  const run = place("quick");
  let last = 0;
  for (let i = 0; i < 4; i++) {
    const child = startCli(["train", file, "--out", run, "--resume"]);
    const ended = outcomeOf(child);
    await untilExists(join(run, "checkpoints", nameOf(last + 1)));
    await sleep(70 * i);
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ signal: "SIGKILL" });
    const steps = await wholeCheckpoints(run);
    expect(steps.at(-1)).toBeGreaterThan(last);
    last = steps.at(-1)!;
  }
});
