import { crc32, deflateSync } from "node:zlib";
import { decodeCanvas, defaultPreprocessing, preprocessImage } from "@cliptune/clip";
import sharp, { type Color, type SharpOptions } from "sharp";
import { describe, expect, test } from "vitest";

// The table "What becomes of odd pictures" in packages/datasets/README.md, row by row; what is refused
// besides, and what Pillow makes of pictures, is in preprocess.test.ts.

const solid = (width: number, height: number, background: Color) =>
  sharp({ create: { width, height, channels: 4, background }, limitInputPixels: false });

const [red, blue] = ["#f00", "#00f"];

const frames = async () =>
  sharp(await Promise.all([red, blue].map((color) => solid(20, 20, color).png().toBuffer())), {
    join: { animated: true },
  });

const gaussian = { type: "gaussian", mean: 128, sigma: 40 } as const;
const noise = () =>
  sharp({
    create: { width: 300, height: 200, channels: 3, background: "black", noise: gaussian },
  });

const samples16 = {
  raw: { width: 8, height: 8, channels: 3, depth: "ushort" },
} as unknown as SharpOptions;

interface Kept {
  readonly make: () => Promise<Uint8Array>;
  /** The colour in its middle, within 24 of 255. */
  readonly color: readonly number[];
  readonly aspect: number;
}

const kept: Readonly<Record<string, Kept>> = {
  "an animated GIF gives its first frame": {
    make: async () => (await frames()).gif().toBuffer(),
    ...{ color: [255, 0, 0], aspect: 1 },
  },
  "an animated WebP gives its first frame": {
    make: async () => (await frames()).webp({ lossless: true }).toBuffer(),
    ...{ color: [255, 0, 0], aspect: 1 },
  },
  "a CMYK JPEG becomes RGB": {
    make: () => solid(30, 20, red).removeAlpha().toColourspace("cmyk").jpeg().toBuffer(),
    ...{ color: [232, 0, 0], aspect: 1.5 },
  },
  "a CMYK TIFF becomes RGB": {
    make: () => solid(30, 20, red).removeAlpha().toColourspace("cmyk").tiff().toBuffer(),
    ...{ color: [232, 0, 0], aspect: 1.5 },
  },
  "16 bits a channel lose the lower 8": {
    make: () =>
      sharp(new Uint16Array(8 * 8 * 3).fill(0x80ff), samples16)
        .toColourspace("rgb16")
        .png()
        .toBuffer(),
    ...{ color: [128, 128, 128], aspect: 1 },
  },
  "EXIF turns the picture": {
    make: () =>
      solid(40, 20, blue).removeAlpha().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    ...{ color: [0, 0, 255], aspect: 0.5 },
  },
  "transparency lies on white": {
    make: () => solid(20, 20, { r: 0, g: 0, b: 0, alpha: 0 }).webp().toBuffer(),
    ...{ color: [255, 255, 255], aspect: 1 },
  },
  "one pixel fills the square": {
    make: () => solid(1, 1, blue).png().toBuffer(),
    ...{ color: [0, 0, 255], aspect: 1 },
  },
  "20,000 x 1 pixels": {
    make: () => solid(20_000, 1, blue).png().toBuffer(),
    ...{ color: [0, 0, 255], aspect: 20_000 },
  },
  "20,000 x 2,000 pixels": {
    make: () => solid(20_000, 2000, blue).removeAlpha().jpeg().toBuffer(),
    ...{ color: [0, 0, 255], aspect: 10 },
  },
};

const refused: Readonly<Record<string, { make: () => Promise<Uint8Array>; message: RegExp }>> = {
  "a JPEG cut short": {
    make: async () => halfOf(await noise().jpeg().toBuffer()),
    message: /cannot be decoded: .*premature end/i,
  },
  "a PNG cut short": {
    make: async () => halfOf(await noise().png().toBuffer()),
    message: /cannot be decoded/,
  },
  "a WebP cut short": {
    make: async () => halfOf(await noise().webp().toBuffer()),
    message: /cannot be decoded/,
  },
  "a GIF cut short": {
    make: async () => halfOf(await noise().gif().toBuffer()),
    message: /cannot be decoded/,
  },
  "a bomb: 400 million pixels in 50 kB": {
    make: async () => blackPng(20_000),
    message: /cannot be decoded: .*pixel limit/,
  },
};

/** A whole, valid PNG of one bit a pixel. */
function blackPng(side: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return [length, body, check];
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1; // bits
  const rows = deflateSync(Buffer.alloc(side * (1 + Math.ceil(side / 8))), { level: 1 });
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const chunks = [
    ...chunk("IHDR", header),
    ...chunk("IDAT", rows),
    ...chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...chunks]);
}

const halfOf = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length >> 1);

describe("pictures that are read", () => {
  test.each(Object.entries(kept))("%s", async (_, { make, color, aspect }) => {
    const bytes = await make();
    const pixels = await preprocessImage(bytes, defaultPreprocessing(64));
    const canvas = await decodeCanvas(bytes, 32);
    expect(canvas.aspect).toBe(aspect);
    for (const [square, side] of [
      [pixels, 64],
      [canvas.pixels, 32],
    ] as const) {
      expect(square.length).toBe(side * side * 3);
      const middle = ((side / 2) * side + side / 2) * 3;
      for (const [c, value] of color.entries())
        expect(Math.abs(square[middle + c]! - value)).toBeLessThan(24);
    }
  });
});

describe("pictures that are refused", () => {
  test.each(Object.entries(refused))("%s", async (_, { make, message }) => {
    const bytes = await make();
    const error = await preprocessImage(bytes, defaultPreprocessing(64)).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: "UserError", message: expect.stringMatching(message) });
  });
});
