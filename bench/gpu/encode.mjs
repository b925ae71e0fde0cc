// Pictures a second of an index build's front: JPEG files of 1280 × 720 decoded on all cores, encoded by ViT-B/32.
//   UV_THREADPOOL_SIZE=16 node bench/gpu/encode.mjs '{"engine":"xla","plugin":"…","precision":"bf16"}'
// Prints decoding alone, encoding alone, and both at once.

import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { createEncoder, defaultPreprocessing, preprocessImage } from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import { makeWorld } from "../step/worlds.mjs";

const sharp = createRequire(import.meta.resolve("@cliptune/clip"))("sharp");
const {
  engine: name = "onnx-cpu",
  world = "b32",
  files = 64,
  pictures = 2048,
  batch = 256,
  ...options
} = JSON.parse(process.argv[2] ?? "{}");

const folder = mkdtempSync(join(tmpdir(), "cliptune-encode-"));
/** Noise drawn large: about as many bytes as a photograph has, 100 to 200 KB. */
async function writePicture(i) {
  const noise = (_, k) => Math.imul(k + i * 977, 2654435761) >>> 24;
  const small = Uint8Array.from({ length: 160 * 90 * 3 }, noise);
  const path = join(folder, `${i}.jpg`);
  const raw = { raw: { width: 160, height: 90, channels: 3 } };
  const large = sharp(small, raw).resize(1280, 720, { kernel: "cubic" });
  await large.jpeg({ quality: 85 }).toFile(path);
  return path;
}
const paths = await Promise.all(Array.from({ length: files }, (_, i) => writePicture(i)));

const { config, weights } = makeWorld(world);
const size = config.vision.imageSize;
const preprocessing = defaultPreprocessing(size);
const engine = await createEngine(name, options);
const model = { config, weights, preprocessing, fingerprint: "bench", tokenizer: undefined };
const encoder = await createEncoder(engine, model, { batchSizes: [batch] });

const decode = async (from) => {
  const pixels = new Uint8Array(batch * size * size * 3);
  const one = async (_, i) =>
    pixels.set(
      await preprocessImage(paths[(from + i) % files], preprocessing),
      i * size * size * 3,
    );
  await Promise.all(Array.from({ length: batch }, one));
  return pixels;
};
const warm = await decode(0);
await encoder.encodeImages(warm, batch);

const count = Math.ceil(pictures / batch);
async function rate(body) {
  const from = performance.now();
  await body();
  return Math.round((count * batch) / ((performance.now() - from) / 1000));
}
const spent = process.cpuUsage();
const loop = performance.eventLoopUtilization();
const decoding = await rate(async () => {
  for (let i = 0; i < count; i++) await decode(i * batch);
});
/** Where decoding is slower than the cores allow, this says whose time it takes: milliseconds of each a picture. */
const cost = {
  user: process.cpuUsage(spent).user / 1000 / (count * batch),
  system: process.cpuUsage(spent).system / 1000 / (count * batch),
  javascript: performance.eventLoopUtilization(loop).active / (count * batch),
};
const encoding = await rate(async () => {
  for (let i = 0; i < count; i++) await encoder.encodeImages(warm, batch);
});
const both = await rate(async () => {
  let pixels = decode(0);
  let encoded = Promise.resolve();
  for (let i = 0; i < count; i++) {
    const ready = await pixels;
    if (i + 1 < count) pixels = decode((i + 1) * batch);
    await encoded;
    encoded = encoder.encodeImages(ready, batch);
  }
  await encoded;
});
await encoder.dispose();
await engine.dispose();
rmSync(folder, { recursive: true });
const threads = process.env.UV_THREADPOOL_SIZE ?? "4";
console.log(
  JSON.stringify({
    ...{ imagesPerSecond: both, decoding, encoding, cost, cores: availableParallelism(), threads },
  }),
);
