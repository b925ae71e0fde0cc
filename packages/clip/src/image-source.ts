import { readFile } from "node:fs/promises";
import { UserError } from "@cliptune/engine";
import sharp, { type Sharp } from "sharp";
import { fileError } from "./files.js";
import type { Size } from "./resample.js";

/** A path, or the bytes of a picture file. */
export type ImageSource = string | Uint8Array;

/** Pillow calls anything larger a decompression bomb. */
const mostPixels = 178_956_970;

const ascii = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

/**
 * The type that the first bytes claim. SVG is not among them on purpose: it is a program that may
 * refer to other files, so drawing it is a choice for whoever made it, not for whoever receives it.
 */
function imageType(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "jpeg";
  const start = ascii(bytes, 0, 4);
  if (start === "\x89PNG") return "png";
  if (start === "GIF8") return "gif";
  if (start === "RIFF" && ascii(bytes, 8, 12) === "WEBP") return "webp";
  if (start === "II*\0" || start === "MM\0*") return "tiff";
  return ascii(bytes, 4, 8) === "ftyp" ? "avif" : undefined;
}

const looksLikeSvg = (bytes: Uint8Array): boolean =>
  /<svg[\s>]/i.test(new TextDecoder("latin1").decode(bytes.subarray(0, 1024)));

const nameOf = (source: ImageSource): string =>
  typeof source === "string" ? source : "The picture";

async function readImage(source: ImageSource): Promise<Uint8Array> {
  const bytes =
    typeof source === "string"
      ? await readFile(source).catch((error: unknown) => {
          throw fileError("read", source, error);
        })
      : source;
  if (bytes.length === 0)
    throw new UserError(`${nameOf(source)} is empty; it must be a picture file.`);
  if (!imageType(bytes)) {
    const seen = looksLikeSvg(bytes) ? "an SVG drawing" : "not a picture of a known type";
    throw new UserError(
      `${nameOf(source)} is ${seen}; it must be JPEG, PNG, WebP, GIF, AVIF or TIFF.`,
    );
  }
  return bytes;
}

/** A picture's pixels, upright, 8-bit RGB, on white. */
export interface DecodedImage {
  readonly name: string;
  /** Of the picture. */
  readonly whole: Size;
  /** Of the pixels: a large JPEG is decoded at a half, a quarter or an eighth of its size. */
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]` */
  readonly data: Uint8Array;
}

/** A picture ready to be resized: upright, 8-bit RGB, on white. */
export interface OpenImage {
  readonly name: string;
  readonly pipeline: Sharp;
  /** Of the picture. */
  readonly whole: Size;
  /** Of what comes out of the pipeline. */
  readonly width: number;
  readonly height: number;
  /** Its file's, as sharp names it. */
  readonly format: string;
  /** Whether the file says how its colours are meant. */
  readonly hasProfile: boolean;
}

/** The most pixels that are kept decoded: some are in memory at a time. */
const mostKept = 2_200_000;

/**
 * A JPEG's decoder can shrink by 8, 4 or 2: it then computes fewer pixels from the same file, blurring as a box does. As
 * long as twice the wanted pixels are left, the resizing that follows hides that.
 *
 * @returns the most it may shrink by; 4 and 8 only where they divide both sides, as sharp places what is left else
 * up to a pixel aside
 */
function shrinkOf(whole: Size, wanted: Size): number {
  const room = Math.min(whole.width / wanted.width, whole.height / wanted.height);
  return [8, 4, 2].find((by) => room >= by && (by === 2 || divides(by, whole))) ?? 1;
}

/** Whether sharp resizes the file well by itself, shrinking while it decodes: by what divides both sides. */
export function resizesWell({ format, whole }: OpenImage, to: Size): boolean {
  const room = Math.min(whole.width / to.width, whole.height / to.height);
  const shrink = [8, 4, 2].find((by) => room >= 2 * by) ?? 1; // what it takes with fastShrinkOnLoad off
  return format !== "jpeg" || divides(shrink, whole);
}

const divides = (by: number, { width, height }: Size): boolean =>
  width % by === 0 && height % by === 0;

/**
 * Decodes a picture that is used more than once. None is given for one that is better decoded each time:
 * large, or with a colour profile, which the model ignores and people do not.
 *
 * @param wanted the least size that its uses need, which is not larger than the picture
 * @throws UserError as `openImage`
 */
export async function decodeImage(
  source: ImageSource,
  wanted: (whole: Size) => Size = (whole) => whole,
): Promise<DecodedImage | undefined> {
  const image = await openImage(source);
  const least = wanted(image.whole);
  const { width, height } = decodedSize(image, least);
  return image.hasProfile || width * height > mostKept ? undefined : decodeOpened(image, least);
}

function decodedSize({ format, whole }: OpenImage, wanted: Size): Size {
  const shrink = format === "jpeg" ? shrinkOf(whole, wanted) : 1;
  return { width: Math.floor(whole.width / shrink), height: Math.floor(whole.height / shrink) };
}

/** @param wanted the least size that is needed */
export async function decodeOpened(image: OpenImage, wanted: Size): Promise<DecodedImage> {
  const { name, pipeline, whole } = image;
  const { width, height } = decodedSize(image, wanted);
  // sharp shrinks while it decodes by as much as the sizes allow.
  const sized = width < whole.width ? pipeline.resize(width, height, { fit: "fill" }) : pipeline;
  const data = await decoding(name, () => sized.raw().toBuffer());
  return { name, whole, width, height, data };
}

/**
 * Opens a picture the way people see it: turned as its EXIF orientation says, transparency on white,
 * the first frame of an animation. Colour profiles are ignored, as in the pictures CLIP was trained on.
 *
 * @throws UserError naming the file, when there is one, and what is wrong with it
 */
export async function openImage(source: ImageSource | DecodedImage): Promise<OpenImage> {
  if (typeof source === "object" && "data" in source) {
    const { name, whole, width, height, data } = source;
    const pipeline = sharp(data, { raw: { width, height, channels: 3 } });
    return { name, pipeline, whole, width, height, format: "raw", hasProfile: false };
  }
  const bytes = await readImage(source);
  const name = nameOf(source);
  const options = { limitInputPixels: mostPixels, failOn: "error", ignoreIcc: true } as const;
  return decoding(name, async () => {
    const pipeline = sharp(bytes, options);
    const { autoOrient, format, hasProfile } = await pipeline.metadata();
    const upright = pipeline.autoOrient().flatten({ background: "#fff" }).toColourspace("srgb");
    const { width, height } = autoOrient;
    return { name, pipeline: upright, whole: { width, height }, width, height, format, hasProfile };
  });
}

/** Runs sharp; its complaints become one sentence that names the picture. */
export async function decoding<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const [line = ""] = (error as Error).message.split("\n");
    // What it keeps for its complaints is shared by the threads: another one may have emptied it.
    const reason = line === "Unknown error" ? "it is damaged" : line.replace(/\.$/, "");
    throw new UserError(`${name} cannot be decoded: ${reason}; replace the file.`);
  }
}
