import {
  type DecodedImage,
  decodeOpened,
  decoding,
  type ImageSource,
  type OpenImage,
  openImage,
  resizesWell,
} from "./image-source.js";
import type { Filter, Preprocessing } from "./preprocessing.js";
import { resample, type Size, type Window } from "./resample.js";

const sharpKernel = { bicubic: "cubic", bilinear: "linear", lanczos: "lanczos3" } as const;

/**
 * The wanted part of the picture resized to `to`. Decoders that shrink on load blur differently from
 * Pillow (0.9/255 away instead of 0.14), so that is off.
 */
async function resized(
  image: OpenImage,
  to: Size,
  window: Window,
  filter: Filter,
): Promise<Uint8Array> {
  const { name, pipeline, width, height } = image;
  const enlarges = to.width > width || to.height > height;
  return decoding(name, async () => {
    if (enlarges) {
      const source = await pipeline.raw().toBuffer();
      return resample(source, { from: { width, height }, to }, window, filter);
    }
    const buffer = await pipeline
      .resize(to.width, to.height, {
        fit: "fill",
        kernel: sharpKernel[filter],
        fastShrinkOnLoad: false,
      })
      .extract(window)
      .raw()
      .toBuffer();
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
  });
}

/** A picture that sharp can resize well to the size that it is wanted in. */
async function openFor(
  source: ImageSource | DecodedImage,
  sizeOf: (whole: Size) => Size,
): Promise<{ image: OpenImage; to: Size }> {
  const image = await openImage(source);
  const to = sizeOf(image.whole);
  if (resizesWell(image, to)) return { image, to };
  const twice = { width: 2 * to.width, height: 2 * to.height };
  return { image: await openImage(await decodeOpened(image, twice)), to };
}

/** Both sides after resizing; the longer one is cut down to whole pixels, as transformers does. */
export function targetSize({ width, height }: Size, resize: Preprocessing["resize"]): Size {
  if (!("shortestEdge" in resize)) return resize;
  const edge = resize.shortestEdge;
  return width <= height
    ? { width: edge, height: Math.trunc((edge * height) / width) }
    : { width: Math.trunc((edge * width) / height), height: edge };
}

/**
 * A picture file as the image tower's bytes: upright, on white, resized, centre-cropped, RGB.
 *
 * @returns `[S, S, 3]`, S the model's image size; `normalizePixels` does the rest on the engine
 * @throws UserError for a file that is missing, empty, not a picture, corrupt or too large
 */
export async function preprocessImage(
  source: ImageSource | DecodedImage,
  preprocessing: Preprocessing,
): Promise<Uint8Array> {
  const { crop, filter, resize } = preprocessing;
  const { image, to } = await openFor(source, (whole) => targetSize(whole, resize));
  const left = Math.floor((to.width - crop) / 2);
  const top = Math.floor((to.height - crop) / 2);
  return resized(image, to, { left, top, width: crop, height: crop }, filter);
}

/** A whole picture in a square, and the shape it had. */
export interface Canvas {
  /** `[size, size, 3]` */
  readonly pixels: Uint8Array;
  /** Width / height of the original. */
  readonly aspect: number;
}

/**
 * The whole picture squashed to a square, upright and on white: a fixed-size source for random crops.
 *
 * @throws UserError as `preprocessImage`
 */
export async function decodeCanvas(source: ImageSource, size: number): Promise<Canvas> {
  const square = { width: size, height: size };
  const { image } = await openFor(source, () => square);
  const pixels = await resized(image, square, { left: 0, top: 0, ...square }, "bicubic");
  return { pixels, aspect: image.whole.width / image.whole.height };
}
