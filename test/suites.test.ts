import { rmSync } from "node:fs";
import { join } from "node:path";
import { initLora, loadModel, saveAdapter } from "@cliptune/clip";
import { tinyModelDir } from "@cliptune/data";
import { parseTrainConfig } from "@cliptune/trainer";
import { afterAll, expect, test } from "vitest";
import { emptyFolder, runCli } from "./repository/run-cli.js";

const folder = emptyFolder("suites");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a suite is measured for the base and for a tuned model, with N, chance and intervals", async () => {
  const { config } = await loadModel(tinyModelDir);
  const { lora } = parseTrainConfig({ data: { train: [{ path: "." }] } });
  const adapter = join(folder, "untrained");
  await saveAdapter(adapter, { config: lora, weights: initLora(config, lora, 0) });
  const args = ["evaluate", "--suite", "s4", "--adapter", adapter, "--data-dir", folder, "--json"];
  const { stdout } = await runCli(args);
  const [base, tuned] = (JSON.parse(stdout) as { suites: Record<string, number>[] }).suites;
  expect(base).toMatchObject({ suite: "S4", model: "base", n: 268, pictures: 268 });
  expect(base!["r10"]).toBeGreaterThan(0.2); // chance is .037
  expect(base!["chance"]).toMatchObject({
    r1: expect.closeTo(1 / 268, 6),
    r10: expect.closeTo(10 / 268, 6),
  });
  // An adapter that was never trained changes nothing.
  expect(tuned).toEqual({ ...base, model: "tuned" });
}, 120_000);

test("a suite that there isn't, data beside a suite, neither", async () => {
  const say = async (...args: string[]) => (await runCli(["evaluate", ...args])).stderr;
  expect(await say("--suite", "S9")).toMatch(/^error: unknown suite S9; did you mean S\d\?|known:/);
  expect(await say("signs", "--suite", "all")).toMatch(/^error: --suite brings its own data/);
  expect(await say()).toMatch(/^error: missing DATA, or --suite all/);
});
