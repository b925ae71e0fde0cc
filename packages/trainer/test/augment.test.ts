import "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { augment } from "../dist/augment.js";
import { drawColors, identityColors } from "../dist/color-matrix.js";
import { stream } from "../dist/random.js";
import { drawBox } from "../dist/view.js";

await tf.setBackend("cpu");

/** Smooth shapes and a hard edge, from a real decoder. */
async function picture(side: number): Promise<Uint8Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><defs><linearGradient id="g"><stop stop-color="#c22"/><stop offset="1" stop-color="#26c"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/><circle cx="40%" cy="60%" r="25%" fill="#fd3"/></svg>`;
  return new Uint8Array(await sharp(Buffer.from(svg)).flatten().raw().toBuffer());
}

function view(pixels: Uint8Array, size: number, box: readonly number[], colors = identityColors) {
  const side = Math.sqrt(pixels.length / 3);
  const result = tf.tidy(() =>
    augment(
      {
        canvases: tf.tensor4d(Int32Array.from(pixels), [1, side, side, 3], "int32"),
        boxes: tf.tensor2d([...box], [1, 4]),
        colors: tf.tensor2d([...colors], [1, 12]),
      },
      size,
    ),
  );
  return result.dataSync();
}

const meanDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (x, i) => Math.abs(x - b[i]!)).reduce((s, x) => s + x, 0) / a.length;

describe("augment", () => {
  test("the whole picture at its own size is the picture", async () => {
    const pixels = await picture(24);
    const same = view(pixels, 24, [0, 0, 1, 1]);
    expect(Math.max(...Array.from(same, (x, i) => Math.abs(x - pixels[i]!)))).toBeLessThan(1e-2);
  });

  test("shrinks the whole picture as sharp's cubic does, its edges too", async () => {
    const pixels = await picture(96);
    const raw = { raw: { width: 96, height: 96, channels: 3 } } as const;
    const expected = await sharp(pixels, raw).resize(64, 64, { kernel: "cubic" }).raw().toBuffer();
    expect(meanDifference(view(pixels, 64, [0, 0, 1, 1]), expected)).toBeLessThan(0.6);
  });

  test("a centre crop is what sharp makes of that part, but for the crop's own border", async () => {
    const pixels = await picture(96);
    const raw = { raw: { width: 96, height: 96, channels: 3 } } as const;
    const part = await sharp(pixels, raw)
      .resize(64, 64, { kernel: "cubic" })
      .extract({ left: 16, top: 16, width: 32, height: 32 })
      .raw()
      .toBuffer();
    expect(meanDifference(view(pixels, 32, [0.25, 0.25, 0.5, 0.5]), part)).toBeLessThan(0.6);
  });

  test("is white beyond the picture and never darker than black", async () => {
    const black = new Uint8Array(16 * 16 * 3);
    const shrunk = view(black, 16, [-0.5, -0.5, 2, 2]); // the picture fills the central 8 × 8
    const at = (y: number, x: number) => shrunk[(y * 16 + x) * 3]!;
    expect([at(0, 0), at(3, 8), at(8, 12), at(15, 15)]).toEqual([255, 255, 255, 255]);
    expect([at(4, 4), at(8, 8), at(11, 11)].every((v) => v < 1e-3)).toBe(true);
    expect(Math.min(...shrunk)).toBeGreaterThanOrEqual(0);
  });

  test("a negative width mirrors", async () => {
    const pixels = await picture(16);
    const plain = view(pixels, 16, [0, 0, 1, 1]);
    const mirrored = view(pixels, 16, [1, 0, -1, 1]);
    const pixel = (data: ArrayLike<number>, y: number, x: number) => data[(y * 16 + x) * 3]!;
    expect(pixel(mirrored, 5, 2)).toBeCloseTo(pixel(plain, 5, 13), 2);
  });
});

describe("draws", () => {
  const options = { crop: [0.6, 1], ratio: [0.75, 4 / 3], flip: false } as const;
  const crops = (aspect: number, crop: [number, number] = [0.6, 1]) =>
    Array.from({ length: 300 }, (_, i) =>
      drawBox(stream(1, i), aspect, { crop, ratio: [0.75, 4 / 3], flip: false }),
    );

  test("depend on the identity alone", () => {
    const box = () =>
      drawBox(stream(7, "view", 3, "a.png"), 1.5, {
        ...options,
        crop: [0.6, 1],
        ratio: [0.75, 1.33],
      });
    expect(box()).toEqual(box());
    expect(
      drawColors(stream(7, 1), [90, 80, 70], { jitter: 0.4, jitterProbability: 1, grayscale: 0 }),
    ).toEqual(
      drawColors(stream(7, 1), [90, 80, 70], { jitter: 0.4, jitterProbability: 1, grayscale: 0 }),
    );
  });

  test("keep crops of at most one central square inside wide and tall pictures, in proportion", () => {
    for (const aspect of [1, 16 / 9, 0.5]) {
      for (const [x, y, width, height] of crops(aspect)) {
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(Math.max(x + width, y + height)).toBeLessThanOrEqual(1 + 1e-9);
        const shape = (width * aspect) / height; // in pixels
        expect(shape).toBeGreaterThan(0.749);
        expect(shape).toBeLessThan(1.334);
        const area = (width * height) / Math.min(aspect, 1 / aspect);
        expect(area).toBeGreaterThan(0.599);
        expect(area).toBeLessThan(1.001);
      }
    }
  });

  test("show the whole picture on white when crops are larger than it", () => {
    const larger = crops(1, [2, 2]);
    expect(larger.every(([x, y, w, h]) => x <= 0 && y <= 0 && x + w >= 1 && y + h >= 1)).toBe(true);
  });

  test("leave gray colours gray whatever the saturation and hue, and gray out when asked", () => {
    const apply = (m: readonly number[], rgb: number[]) =>
      [0, 1, 2].map(
        (r) =>
          m[r * 4]! * rgb[0]! + m[r * 4 + 1]! * rgb[1]! + m[r * 4 + 2]! * rgb[2]! + m[r * 4 + 3]!,
      );
    for (let i = 0; i < 50; i++) {
      const jittered = drawColors(stream(i), [128, 128, 128], {
        jitter: 1,
        jitterProbability: 1,
        grayscale: 0,
      });
      const [r, g, b] = apply(jittered, [100, 100, 100]);
      expect(Math.abs(r! - g!) + Math.abs(g! - b!)).toBeLessThan(0.1);
    }
    const gray = drawColors(stream(1), [0, 0, 0], {
      jitter: 0,
      jitterProbability: 1,
      grayscale: 1,
    });
    for (const value of apply(gray, [200, 100, 50]))
      expect(value).toBeCloseTo(0.299 * 200 + 0.587 * 100 + 0.114 * 50, 6);
    expect(
      drawColors(stream(1), [0, 0, 0], { jitter: 0, jitterProbability: 1, grayscale: 0 }),
    ).toEqual(identityColors);
  });
});
