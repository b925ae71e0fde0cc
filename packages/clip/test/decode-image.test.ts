import { decodeImage, defaultPreprocessing, preprocessImage } from "@cliptune/clip";
import sharp from "sharp";
import { expect, test } from "vitest";

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

test("what is large, or says how its colours are meant, is not kept", async () => {
  const create = { width: 2000, height: 1500, channels: 3, background: "teal" } as const;
  expect(await decodeImage(await sharp({ create }).jpeg().toBuffer())).toBeUndefined();
  const wide = await drawn(3).withIccProfile("p3").png().toBuffer();
  expect(await decodeImage(wide)).toBeUndefined();
  await expect(decodeImage(new Uint8Array(10).fill(1))).rejects.toThrow("not a picture");
});
