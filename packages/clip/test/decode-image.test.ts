import {
  decodeImage,
  defaultPreprocessing,
  preprocessImage,
  type Size,
  targetSize,
} from "@cliptune/clip";
import sharp from "sharp";
import { expect, test } from "vitest";
import { resample } from "../dist/resample.js";

const preprocessing = defaultPreprocessing(32);
const noise = Uint8Array.from({ length: 60 * 40 * 4 }, (_, i) => (i * 7919) % 251);

function drawn(channels: 1 | 3 | 4) {
  const bytes = noise.subarray(0, 60 * 40 * channels);
  return sharp(bytes, { raw: { width: 60, height: 40, channels } });
}

test.each([
  ["a JPEG", drawn(3).jpeg()],
  [
    "a JPEG that lies on its side",
    drawn(3)
      .withExif({ IFD0: { Orientation: "6" } })
      .jpeg(),
  ],
  ["a PNG that can be seen through", drawn(4).png()],
  ["a grey PNG", drawn(1).toColourspace("b-w").png()],
  ["a picture that is enlarged", drawn(3).resize(12, 9).png()],
] as const)("%s gives the model the same bytes, decoded once or twice", async (_, picture) => {
  const bytes = await picture.toBuffer();
  const decoded = (await decodeImage(bytes))!;
  expect(decoded.data).toHaveLength(decoded.width * decoded.height * 3);
  const twice = await preprocessImage(bytes, preprocessing);
  expect(await preprocessImage(decoded, preprocessing)).toEqual(twice);
  expect(await preprocessImage(decoded, preprocessing)).toEqual(twice); // it can be used again
});

/** Waves, whose places are seen in every pixel. */
function waves(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    data[i] = 128 + 100 * Math.sin((x + 0.5 * y) / (17 + 9 * (i % 3)));
  }
  return { data, size: { width, height } };
}

test.each([
  [1280, 720, 64],
  [1279, 853, 64],
  [1279, 853, 96],
  [1283, 725, 224],
  [853, 1279, 64],
])("a JPEG of %i x %i for %i pixels is Pillow's within one level", async (width, height, side) => {
  const { data, size } = waves(width, height);
  const bytes = await sharp(data, { raw: { ...size, channels: 3 } })
    .jpeg({ quality: 95, chromaSubsampling: "4:4:4" })
    .toBuffer();
  const wanted = defaultPreprocessing(side);
  const to = targetSize(size, wanted.resize);
  const left = Math.floor((to.width - side) / 2);
  const top = Math.floor((to.height - side) / 2);
  const pillow = resample(
    new Uint8Array(await sharp(bytes).raw().toBuffer()),
    { from: size, to },
    { left, top, width: side, height: side },
    "bicubic",
  );
  const twice = (of: Size) => ({ width: 2 * of.width, height: 2 * of.height });
  const decoded = await decodeImage(bytes, () => twice(to));
  expect(apart(await preprocessImage(decoded!, wanted), pillow)).toBeLessThan(1);
  expect(apart(await preprocessImage(bytes, wanted), pillow)).toBeLessThan(1);
});

function apart(left: Uint8Array, right: Uint8Array): number {
  return left.reduce((sum, value, i) => sum + Math.abs(value - right[i]!), 0) / left.length;
}

test("what is large, or says how its colours are meant, is not kept", async () => {
  const create = { width: 2000, height: 1500, channels: 3, background: "teal" } as const;
  expect(await decodeImage(await sharp({ create }).jpeg().toBuffer())).toBeUndefined();
  const wide = await drawn(3).withIccProfile("p3").png().toBuffer();
  expect(await decodeImage(wide)).toBeUndefined();
  await expect(decodeImage(new Uint8Array(10).fill(1))).rejects.toThrow("not a picture");
});
