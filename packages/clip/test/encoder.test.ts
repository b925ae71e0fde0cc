import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Adapter,
  type ClipModel,
  createEncoder,
  initLora,
  loadAdapter,
  loadModel,
  mergeAdapter,
  presetConfig,
  seededRandom,
} from "@cliptune/clip";
import { createEngine, type Engine, engineNames } from "@cliptune/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { splitBatches } from "../dist/batches.js";
import { byteTokenizer } from "./byte-tokenizer.js";
import { golden, largestDifference } from "./golden.js";

const engines = engineNames.filter((name) => name === "cpu" || name === "onnx-cpu");
const bytes = 32 * 32 * 3;
const batchSizes = [1, 2, 4];

function somePixels(n: number): Uint8Array {
  const random = seededRandom(0, "pixels");
  return Uint8Array.from({ length: n * bytes }, () => Math.floor(random() * 256));
}

const titles = [
  "stop",
  "a much longer title of a sign",
  "no entry",
  "",
  "yield",
  "x".repeat(99),
  "stop",
];

let dir = "";
let model: ClipModel;
let adapter: Adapter;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "clip-encoder-"));
  await cp(golden("tiny/model"), dir, { recursive: true });
  await writeFile(join(dir, "tokenizer.json"), JSON.stringify(byteTokenizer()));
  model = await loadModel(dir);
  adapter = await loadAdapter(golden("tiny/adapter_final"), model);
});
afterAll(() => rm(dir, { recursive: true }));

const row = (vectors: Float32Array, i: number) => vectors.subarray(i * 48, (i + 1) * 48);

describe.each(engines)("an encoder on engine %s", (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine(name);
  });
  afterAll(() => engine.dispose());

  test("gives each picture the same unit vector alone, in a batch, and in a padded one", async () => {
    const encoder = await createEncoder(engine, model, { batchSizes });
    const pixels = somePixels(7);
    const all = await encoder.encodeImages(pixels, 7);
    expect(all.length).toBe(7 * encoder.dimension);
    for (const i of [0, 3, 6]) {
      const alone = await encoder.encodeImages(pixels.subarray(i * bytes, (i + 1) * bytes), 1);
      expect(largestDifference(alone, row(all, i))).toBeLessThan(1e-6);
      expect(Math.hypot(...alone)).toBeCloseTo(1, 5);
    }
    expect(largestDifference(row(all, 0), row(all, 1))).toBeGreaterThan(1e-3);
    expect(await encoder.encodeImages(new Uint8Array(), 0)).toEqual(new Float32Array());
    await encoder.dispose();
  });

  test("gives each text the same unit vector alone and among others, in their order", async () => {
    const encoder = await createEncoder(engine, model, { batchSizes });
    const all = await encoder.encodeTexts(titles);
    for (const [i, title] of titles.entries()) {
      const alone = await encoder.encodeTexts([title]);
      expect(largestDifference(alone, row(all, i)), title).toBeLessThan(1e-6);
      expect(Math.hypot(...alone)).toBeCloseTo(1, 5);
    }
    expect(largestDifference(row(all, 0), row(all, 6))).toBeLessThan(1e-6);
    expect(largestDifference(row(all, 0), row(all, 2))).toBeGreaterThan(1e-3);
    await encoder.dispose();
  });

  test("at strength s is the model with s times the adapter merged; 0 is the base", async () => {
    const pixels = somePixels(2);
    const encoder = await createEncoder(engine, model, { adapter, batchSizes, strength: 0 });
    for (const strength of [0, 0.5, 1]) {
      encoder.setStrength(strength);
      const merged = { ...model, weights: mergeAdapter(model.weights, adapter, strength) };
      const oracle = await createEncoder(engine, merged, { batchSizes });
      const images = await encoder.encodeImages(pixels, 2);
      expect(largestDifference(images, await oracle.encodeImages(pixels, 2))).toBeLessThan(1e-5);
      const texts = await encoder.encodeTexts(titles);
      expect(largestDifference(texts, await oracle.encodeTexts(titles))).toBeLessThan(1e-5);
      await oracle.dispose();
    }
    await encoder.dispose();
  });

  test("takes another checkpoint of the same adapter without compiling again", async () => {
    const start = await loadAdapter(golden("tiny/adapter_init"), model);
    const encoder = await createEncoder(engine, model, { adapter: start, batchSizes });
    await encoder.encodeTexts(["stop"]);
    await encoder.setAdapter(adapter);
    const fresh = await createEncoder(engine, model, { adapter, batchSizes });
    const [mine, theirs] = [await encoder.encodeTexts(["stop"]), await fresh.encodeTexts(["stop"])];
    expect(largestDifference(mine, theirs)).toBe(0);
    expect(encoder.fingerprint).toBe(fresh.fingerprint);
    await encoder.dispose();
    await fresh.dispose();
  });

  test("puts adapters of several kinds on one base in turn, and takes them off: each as if alone", async () => {
    const weaker = { ...adapter, config: { ...adapter.config, alpha: 1 } };
    const lora = { ...adapter.config, rank: 2, targets: ["fc1"] };
    const a = initLora(model.config, lora, 3);
    const filled = Object.entries(a).map(([name, array]) => {
      const data = (array.data as Float32Array).map((x, i) => x + 0.1 * Math.sin(i));
      return [name, { ...array, data }];
    });
    const other: Adapter = { config: lora, weights: Object.fromEntries(filled) };
    const kinds = [undefined, adapter, weaker, other];
    const alone: Float32Array[] = [];
    for (const each of kinds) {
      const encoder = await createEncoder(engine, model, {
        ...(each && { adapter: each }),
        batchSizes,
      });
      alone.push(await encoder.encodeTexts(["stop", "go"]));
      await encoder.dispose();
    }
    const encoder = await createEncoder(engine, model, { batchSizes });
    for (const at of [1, 3, 0, 2, 1, 3, 1, 0]) {
      const changed = encoder.setAdapter(kinds[at]); // not awaited: calls take turns
      const vectors = await encoder.encodeTexts(["stop", "go"]);
      await changed;
      for (const [i, each] of alone.entries()) {
        const gap = largestDifference(vectors, each);
        if (i === at) expect(gap).toBe(0);
        else expect(gap).toBeGreaterThan(1e-4);
      }
    }
    const config = { ...adapter.config, targets: ["fc1"] };
    await expect(encoder.setAdapter({ ...adapter, config })).rejects.toThrow(
      /made for another model/,
    );
    await encoder.dispose();
  });

  test("serves calls that overlap, each with the strength of its moment", async () => {
    const encoder = await createEncoder(engine, model, { adapter, batchSizes });
    const tuned = encoder.encodeTexts(titles);
    const images = encoder.encodeImages(somePixels(3), 3);
    const broken = encoder.encodeImages(new Uint8Array(5), 1);
    encoder.setStrength(0);
    const base = encoder.encodeTexts(titles);
    await expect(broken).rejects.toThrow(/got 5 bytes for 1 pictures; \[1, 32, 32, 3\] needs 3072/);
    expect((await images).length).toBe(3 * 48);
    expect(largestDifference(await tuned, await base)).toBeGreaterThan(1e-3);
    const plain = await createEncoder(engine, model, { batchSizes });
    expect(largestDifference(await base, await plain.encodeTexts(titles))).toBeLessThan(1e-6);
    await encoder.dispose();
    await expect(encoder.encodeTexts(["late"])).rejects.toThrow(/after dispose/);
    await plain.dispose();
  });
});

describe("an encoder", () => {
  const make = async (options: Parameters<typeof createEncoder>[2] = {}, of = model) =>
    createEncoder(await createEngine("cpu"), of, options);

  test("has a fingerprint of model, preprocessing, adapter and strength", async () => {
    const base = await make();
    const tuned = await make({ adapter });
    const weak = await make({ adapter, strength: 0.5 });
    const init = await make({ adapter: await loadAdapter(golden("tiny/adapter_init"), model) });
    const cropped = {
      ...model,
      preprocessing: { ...model.preprocessing, resize: { shortestEdge: 40 } },
    };
    const other = await make({}, cropped);
    const all = [base, tuned, weak, init, other].map((encoder) => encoder.fingerprint);
    expect(new Set(all).size).toBe(5);
    weak.setStrength(1);
    expect(weak.fingerprint).toBe(tuned.fingerprint);
    base.setStrength(0.3);
    expect(base.fingerprint).toBe(all[0]);
    expect(all[0]).toMatch(/^[0-9a-f]{64}$/);
  });

  test("has the temperature of the model, or of an adapter that trained it", async () => {
    expect((await make()).logitScale).toBeCloseTo(
      Math.exp(model.weights["logit_scale"]!.data[0]!),
      9,
    );
    expect((await make({ adapter: { ...adapter, logitScale: 20 } })).logitScale).toBe(20);
  });

  test("refuses an adapter for another model and a strength that is no number", async () => {
    const config = { ...presetConfig("tiny"), text: model.config.text };
    await expect(make({ adapter }, { ...model, config })).rejects.toThrow(/made for another model/);
    await expect(make({ adapter, strength: Number.NaN })).rejects.toThrow(/Strength is NaN/);
  });

  test("cuts work into the sizes it has programs for", () => {
    expect(splitBatches(70, [1, 8, 32])).toEqual([
      { start: 0, count: 32, size: 32 },
      { start: 32, count: 32, size: 32 },
      { start: 64, count: 6, size: 8 },
    ]);
    expect(splitBatches(0, [1, 8])).toEqual([]);
  });
});
