import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import {
  decodeCanvas,
  defaultPreprocessing,
  normalizePixels,
  parsePreprocessing,
  preprocessImage,
  preprocessingJson,
} from "@cliptune/clip";
import { createEngine } from "@cliptune/engine";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { golden } from "./golden.js";

interface Case {
  input: string;
  expected: string;
  mode: string;
  size: [number, number];
}

const cases = JSON.parse(readFileSync(golden("preprocess/cases.json"), "utf8")) as Case[];

async function meanDifference(a: Uint8Array, expected: string): Promise<number> {
  const b = await sharp(expected).removeAlpha().toColourspace("srgb").raw().toBuffer();
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / b.length;
}

const rgb = (pixels: Uint8Array, at: number): number[] => [...pixels.subarray(at * 3, at * 3 + 3)];

const solid = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 4, background } });

describe("a picture becomes what Pillow makes of it", () => {
  test.each(cases)("$input ($mode, $size)", async ({ input, expected, size }) => {
    const pixels = await preprocessImage(golden(`preprocess/${input}`), defaultPreprocessing(224));
    const limit = Math.min(...size) < 224 ? 1 : 0.5;
    const mean = await meanDifference(pixels, golden(`preprocess/${expected}`));
    expect(mean).toBeLessThan(limit);
  });
});

describe("what people expect of a picture", () => {
  test("a square icon loses nothing: its corners are in the result", async () => {
    const red = await solid(16, 16, "#f00").png().toBuffer();
    const icon = await solid(128, 128, "#00f")
      .composite([
        { input: red, left: 0, top: 0 },
        { input: red, left: 112, top: 112 },
      ])
      .png()
      .toBuffer();
    const pixels = await preprocessImage(icon, defaultPreprocessing(64));
    expect(pixels.length).toBe(64 * 64 * 3);
    expect(rgb(pixels, 0)).toEqual([255, 0, 0]);
    expect(rgb(pixels, 64 * 64 - 1)).toEqual([255, 0, 0]);
    expect(rgb(pixels, 63)).toEqual([0, 0, 255]);
  });

  test("what is transparent is white, whatever colour it hides", async () => {
    const hidden = await solid(80, 80, "rgba(0, 0, 0, 0)").png().toBuffer();
    const pixels = await preprocessImage(hidden, defaultPreprocessing(64));
    expect(new Set(pixels)).toEqual(new Set([255]));
    const small = await preprocessImage(hidden, defaultPreprocessing(128));
    expect(new Set(small)).toEqual(new Set([255]));
  });

  test("a turned photograph is put upright", async () => {
    const top = await solid(40, 20, "#f00").png().toBuffer();
    const upright = sharp(
      await solid(40, 80, "#00f")
        .composite([{ input: top, left: 0, top: 0 }])
        .png()
        .toBuffer(),
    );
    const turned = await upright
      .rotate(-90)
      .jpeg({ quality: 100 })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const { pixels, aspect } = await decodeCanvas(turned, 32);
    expect(aspect).toBe(0.5);
    expect(rgb(pixels, 32 + 16)[0]).toBeGreaterThan(240);
    expect(rgb(pixels, 31 * 32 + 16)[2]).toBeGreaterThan(240);
    const enlarged = await decodeCanvas(turned, 100);
    expect(enlarged.pixels.length).toBe(100 * 100 * 3);
    expect(rgb(enlarged.pixels, 150)[0]).toBeGreaterThan(240);
  });

  test("sixteen bits, gray with alpha, CMYK and one pixel all become RGB", async () => {
    const gray16 = await solid(70, 70, "#808080").toColourspace("grey16").png().toBuffer();
    const grayAlpha = await solid(70, 70, "#808080").toColourspace("b-w").png().toBuffer();
    const cmyk = await solid(70, 70, "#808080")
      .removeAlpha()
      .toColourspace("cmyk")
      .jpeg()
      .toBuffer();
    const dot = await solid(1, 1, "#808080").gif().toBuffer();
    for (const bytes of [gray16, grayAlpha, cmyk, dot]) {
      const pixels = await preprocessImage(bytes, defaultPreprocessing(64));
      expect(pixels.length).toBe(64 * 64 * 3);
      for (const value of rgb(pixels, 1000)) expect(Math.abs(value - 128)).toBeLessThan(20);
    }
  });

  test("a strip of one pixel by 5,000 is enlarged without making the whole of it", async () => {
    const strip = await solid(1, 5000, "#123456").png().toBuffer();
    const pixels = await preprocessImage(strip, defaultPreprocessing(64));
    expect(rgb(pixels, 2000)).toEqual([0x12, 0x34, 0x56]);
  });
});

describe("a file that is not a good picture is one clear error naming it", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "clip-images-"));
  });
  afterAll(() => rm(dir, { recursive: true }));

  const failure = async (name: string, bytes: Uint8Array | string): Promise<unknown> => {
    const path = join(dir, name);
    await writeFile(path, bytes);
    return preprocessImage(path, defaultPreprocessing(224)).catch((error: unknown) => error);
  };
  const fault = (pattern: RegExp) =>
    expect.objectContaining({ name: "UserError", message: expect.stringMatching(pattern) });

  test("cut short", async () => {
    const whole = await readFile(golden("preprocess/photo.jpg"));
    const png = await readFile(golden("preprocess/small.png"));
    expect(await failure("half.jpg", whole.subarray(0, 100_000))).toEqual(
      fault(/half\.jpg cannot be decoded: /),
    );
    expect(await failure("half.png", png.subarray(0, 9_000))).toEqual(
      fault(/half\.png cannot be decoded: /),
    );
    expect(await failure("head.jpg", whole.subarray(0, 20))).toEqual(
      fault(/head\.jpg cannot be decoded: /),
    );
  });

  test("empty, text, SVG, missing, a directory", async () => {
    expect(await failure("empty.png", "")).toEqual(fault(/empty\.png is empty/));
    expect(await failure("notes.png", "hello, world")).toEqual(
      fault(/notes\.png is not a picture of a known type; it must be JPEG/),
    );
    const svg =
      '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
    expect(await failure("drawing.svg", svg)).toEqual(
      fault(/drawing\.svg is an SVG drawing; it must be JPEG/),
    );
    const open = (path: string) =>
      preprocessImage(path, defaultPreprocessing(64)).catch((e: unknown) => e);
    expect(await open(join(dir, "none.png"))).toEqual(
      fault(/Cannot read .*none\.png: it does not exist/),
    );
    expect(await open(dir)).toEqual(fault(/it is a directory/));
  });

  test("larger than Pillow's limit", async () => {
    const png = await solid(1, 1, "#fff").png().toBuffer();
    png.writeUInt32BE(20_000, 16); // width and height are the first words of the header chunk
    png.writeUInt32BE(10_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    expect(await failure("huge.png", png)).toEqual(
      fault(/huge\.png cannot be decoded: .*pixel limit/),
    );
  });
});

describe("preprocessor_config.json", () => {
  test("both shapes of it read the same", () => {
    const old = parsePreprocessing({ size: 224, crop_size: 224, resample: 3 }, 224, "old");
    const size = { shortest_edge: 224 };
    const now = parsePreprocessing({ size, crop_size: { height: 224, width: 224 } }, 224, "new");
    expect(old).toEqual(now);
    expect(now).toEqual(defaultPreprocessing(224));
    expect(parsePreprocessing(preprocessingJson(now), 224, "again")).toEqual(now);
  });

  test("a fixed size without a crop squashes; other filters and statistics are kept", async () => {
    const json = {
      size: { height: 48, width: 48 },
      do_center_crop: false,
      resample: 2,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    };
    const read = parsePreprocessing(json, 48, "squash");
    expect(read).toMatchObject({ resize: { height: 48, width: 48 }, crop: 48, filter: "bilinear" });
    expect((await preprocessImage(golden("preprocess/portrait.png"), read)).length).toBe(
      48 * 48 * 3,
    );
  });

  test.each([
    [{ size: 336, crop_size: 336 }, /the model takes 224 pixels/],
    [{ size: 200, crop_size: 224 }, /resized to 200 and cropped to 224/],
    [{ size: "large" }, /size is "large"/],
    [{ resample: 5 }, /resample is 5/],
    [{ image_std: [1, 1, 0] }, /image_std is \[1,1,0\]/],
    [{ do_resize: false }, /do_resize is false/],
    [[], /JSON object/],
  ])("%j is refused", (json, message) => {
    expect(() => parsePreprocessing(json, 224, "preprocessor_config.json")).toThrow(message);
  });

  test("bytes are rescaled, centred and divided per channel", async () => {
    const engine = await createEngine("cpu");
    const usual = defaultPreprocessing(1);
    const program = await engine.compile({
      name: "normalise",
      inputs: { pixels: { dtype: "uint8", shape: [1, 1, 1, 3] } },
      run: ({ inputs }) => ({ outputs: { x: normalizePixels(inputs["pixels"]!, usual) } }),
    });
    const { x } = await program.step({ pixels: Uint8Array.of(0, 128, 255) });
    const expected = [0, 128, 255].map((v, i) => (v / 255 - usual.mean[i]!) / usual.std[i]!);
    expect([...x!.data]).toEqual(expected.map((v) => expect.closeTo(v, 5)));
    await engine.dispose();
  });
});
