import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEngine } from "@cliptune/engine";
import { parseTrainConfig, readMetrics, train } from "@cliptune/trainer";
import { describe, expect, test, vi } from "vitest";
import { createTextPairs, readTextGroups } from "../dist/text-pairs.js";
import { tinyWorld } from "./tiny-world.js";

vi.setConfig({ testTimeout: 120_000 });
const world = await tinyWorld();
const groups = [
  ["sofa", "couch", "a seat for several people"],
  ["cat", "house cat"],
  ["dog", "domestic dog"],
  ["car", "automobile", "machine"],
];
const write = (name: string, content: string) => {
  const path = join(world.dir, name);
  writeFileSync(path, content);
  return path;
};
const file = write("words.jsonl", groups.map((texts) => `${JSON.stringify(texts)}\n`).join(""));

describe("texts that mean the same", () => {
  test("are drawn two of a line, each line once a pass, the same for the same step", () => {
    const pairs = createTextPairs(groups, { count: 2, seed: 7 });
    const lineOf = (text: string) => groups.findIndex((texts) => texts.includes(text));
    for (const pass of [0, 1, 5]) {
      const steps = [pairs(2 * pass), pairs(2 * pass + 1)];
      const lines = steps.flatMap((texts) => texts.slice(0, 2).map(lineOf));
      expect(lines.sort()).toEqual([0, 1, 2, 3]);
      for (const [a, b, otherA, otherB] of steps as [string, string, string, string][]) {
        expect([lineOf(otherA), lineOf(otherB)]).toEqual([lineOf(a), lineOf(b)]);
        expect(otherA).not.toBe(a);
        expect(otherB).not.toBe(b);
      }
    }
    expect(createTextPairs(groups, { count: 2, seed: 7 })(3)).toEqual(pairs(3));
  });

  test("come from a file, whose faults are named by their line", async () => {
    expect(await readTextGroups(file)).toEqual(groups);
    const broken = write("broken.jsonl", '["sofa", "couch"]\n["cat", "cat"]\n');
    await expect(readTextGroups(broken)).rejects.toThrow("broken.jsonl:2 is no list of two");
    await expect(readTextGroups("missing.jsonl")).rejects.toThrow("There is no file of texts");
    expect(() => createTextPairs(groups, { count: 5, seed: 0 })).toThrow("has 4 lines; lower it");
  });

  test("must be there for the loss that takes them", () => {
    const parse = (more: object) =>
      parseTrainConfig({ data: { train: [{ path: "." }] }, loss: [{ textPairs: 1 }], ...more });
    expect(() => parse({})).toThrow("is required by the loss's textPairs");
    const data = { train: [{ path: "." }], texts: { path: file, count: 2 } };
    expect(() => parse({ data, accumulate: 2 })).toThrow("comes with whole batches only");
    expect(parse({ data }).data.texts).toEqual({ path: file, count: 2 });
  });

  test("training draws them together", async () => {
    const engine = await createEngine("auto");
    const outDir = join(world.dir, "texts");
    const base = world.full({ steps: 12, optimizer: { learningRate: 3e-3 } });
    const config = {
      ...base,
      loss: [{ infoNce: 0.1 }, { textPairs: 1 }],
      data: { ...base.data, texts: { path: file, count: 4 } },
    };
    await train(config, { outDir, engine, model: world.model });
    const losses = (await readMetrics(join(outDir, "metrics.jsonl"))).flatMap((record) =>
      record.type === "step" ? [record.terms!["textPairs"]!] : [],
    );
    expect(losses).toHaveLength(12);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    await engine.dispose();
  });
});
