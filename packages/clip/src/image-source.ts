import { readFile } from "node:fs/promises";
import { UserError } from "@cliptune/engine";
import sharp, { type Sharp } from "sharp";
import { fileError } from "./files.js";

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
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]` */
  readonly data: Uint8Array;
}

/** A picture ready to be resized: upright, 8-bit RGB, on white. */
export interface OpenImage {
  readonly name: string;
  readonly pipeline: Sharp;
  readonly width: number;
  readonly height: number;
  /** Whether the file says how its colours are meant. */
  readonly hasProfile: boolean;
}

/** The most pixels that are kept decoded: some are in memory at a time. */
const mostKept = 2_200_000;

/**
 * Decodes a picture that is used more than once. None is given for one that is better decoded each time:
 * large, or with a colour profile, which the model ignores and people do not.
 *
 * @throws UserError as `openImage`
 */
export async function decodeImage(source: ImageSource): Promise<DecodedImage | undefined> {
  const { name, pipeline, width, height, hasProfile } = await openImage(source);
  if (hasProfile || width * height > mostKept) return undefined;
  const data = await decoding(name, () => pipeline.raw().toBuffer());
  return { name, width, height, data };
}

/**
 * Opens a picture the way people see it: turned as its EXIF orientation says, transparency on white,
 * the first frame of an animation. Colour profiles are ignored, as in the pictures CLIP was trained on.
 *
 * @throws UserError naming the file, when there is one, and what is wrong with it
 */
export async function openImage(source: ImageSource | DecodedImage): Promise<OpenImage> {
  if (typeof source === "object" && "data" in source) {
    const { name, width, height, data } = source;
    const pipeline = sharp(data, { raw: { width, height, channels: 3 } });
    return { name, pipeline, width, height, hasProfile: false };
  }
  const bytes = await readImage(source);
  const name = nameOf(source);
  const options = { limitInputPixels: mostPixels, failOn: "error", ignoreIcc: true } as const;
  return decoding(name, async () => {
    const pipeline = sharp(bytes, options);
    const { autoOrient, hasProfile } = await pipeline.metadata();
    const upright = pipeline.autoOrient().flatten({ background: "#fff" }).toColourspace("srgb");
    const { width, height } = autoOrient;
    return { name, pipeline: upright, width, height, hasProfile };
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
