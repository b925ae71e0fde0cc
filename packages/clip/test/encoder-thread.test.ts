import { join } from "node:path";
import {
  createEncoder,
  createEncoderThread,
  initLora,
  type LoraConfig,
  loadModel,
  preprocessImage,
} from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import sharp from "sharp";
import { beforeAll, expect, onTestFinished, test } from "vitest";

const tiny = join(import.meta.dirname, "../../../data/models/tiny");
const texts = ["a red circle", "no bicycles"];
let model: Awaited<ReturnType<typeof loadModel>>;
let pixels: Uint8Array;
beforeAll(async () => {
  model = await loadModel(tiny);
  const create = { width: 64, height: 48, channels: 3, background: "teal" } as const;
  pixels = await preprocessImage(await sharp({ create }).png().toBuffer(), model.preprocessing);
});

test("a thread encodes as this one does, with the same fingerprint", async () => {
  const engine = await createEngine("onnx-cpu");
  const here = await createEncoder(engine, model);
  const there = createEncoderThread(model, { engine: "onnx-cpu" });
  onTestFinished(async () => {
    await there.dispose();
    await here.dispose();
    await engine.dispose();
  });
  const { dimension, imageSize, strength, logitScale, fingerprint } = here;
  expect(there).toMatchObject({ dimension, imageSize, strength, logitScale, fingerprint });
  expect(await there.encodeTexts(texts)).toEqual(await here.encodeTexts(texts));
  expect(await there.encodeImages(pixels, 1)).toEqual(await here.encodeImages(pixels, 1));
  const both = await Promise.all([there.encodeTexts([texts[0]!]), there.encodeTexts([texts[1]!])]);
  expect(both[0]).not.toEqual(both[1]);
});

test("strength and adapter hold for the calls that follow", async () => {
  const config: LoraConfig = { rank: 2, alpha: 4, dropout: 0, targets: ["q_proj", "v_proj"] };
  const adapter = { config, weights: initLora(model.config, config, 3) };
  for (const weights of Object.values(adapter.weights)) weights.data.fill(0.02);
  const engine = await createEngine("onnx-cpu");
  const here = await createEncoder(engine, model, { adapter });
  const there = createEncoderThread(model, { adapter, engine: "onnx-cpu" });
  onTestFinished(async () => {
    await there.dispose();
    await here.dispose();
    await engine.dispose();
  });
  for (const strength of [1, 0.5, 0]) {
    here.setStrength(strength);
    there.setStrength(strength);
    expect(there.fingerprint).toBe(here.fingerprint);
    expect(await there.encodeTexts(texts)).toEqual(await here.encodeTexts(texts));
  }
  await there.setAdapter(undefined);
  await here.setAdapter(undefined);
  expect(there.fingerprint).toBe(here.fingerprint);
  expect(await there.encodeTexts(texts)).toEqual(await here.encodeTexts(texts));
});

test("what is wrong is told as it is told here, and the thread ends once", async () => {
  const there = createEncoderThread(model, { engine: "onnx-cpu" });
  expect(() => there.setStrength(Number.NaN)).toThrow("must be a finite number");
  const bad = createEncoderThread({ ...model, fingerprint: "another" });
  await expect(bad.encodeTexts(texts)).rejects.toThrow("was changed while it was in use");
  await expect(bad.encodeTexts(texts)).rejects.toMatchObject({ name: "UserError" });
  await bad.dispose();
  await there.dispose();
  await there.dispose();
  await expect(there.encodeTexts(texts)).rejects.toThrow("used after dispose");
});
