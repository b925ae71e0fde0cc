import { UserError } from "@cliptune/engine";
import * as tf from "@tensorflow/tfjs-core";

export type Filter = "bicubic" | "bilinear" | "lanczos";

type Triple = readonly [number, number, number];

/** What happens to a picture before the image tower, as `preprocessor_config.json` says it. */
export interface Preprocessing {
  /** The shorter side becomes `shortestEdge`, or both sides what is given, in pixels. */
  readonly resize:
    | { readonly shortestEdge: number }
    | { readonly height: number; readonly width: number };
  /** Side of the central square that is kept, in pixels: the model's image size. */
  readonly crop: number;
  readonly filter: Filter;
  /** Multiplies bytes before normalisation, 1/255 as a rule. */
  readonly rescale: number;
  readonly mean: Triple;
  readonly std: Triple;
}

/** Pillow's numbers. */
const filters: Readonly<Record<number, Filter>> = { 1: "lanczos", 2: "bilinear", 3: "bicubic" };

/** OpenAI's preprocessing at another size. */
export const defaultPreprocessing = (size: number): Preprocessing => ({
  resize: { shortestEdge: size },
  crop: size,
  filter: "bicubic",
  rescale: 1 / 255,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
});

type Json = Readonly<Record<string, unknown>>;

const isSize = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value > 0;

function readResize(where: string, value: unknown): Preprocessing["resize"] {
  if (isSize(value)) return { shortestEdge: value };
  const { shortest_edge: shortestEdge, height, width } = (value ?? {}) as Json;
  if (isSize(shortestEdge)) return { shortestEdge };
  if (isSize(height) && isSize(width)) return { height, width };
  throw new UserError(
    `${where}: size is ${JSON.stringify(value)}; it must be a number, {"shortest_edge"} or {"height", "width"}.`,
  );
}

function readCrop(where: string, json: Json, resize: Preprocessing["resize"]): number {
  const value = json["do_center_crop"] === false ? resize : json["crop_size"];
  if (isSize(value)) return value;
  const { height, width } = (value ?? resize) as Json;
  if (isSize(height) && height === width) return height;
  throw new UserError(`${where}: crop_size must be one number or a square {"height", "width"}.`);
}

function readTriple(where: string, json: Json, key: string, fallback: Triple): Triple {
  const value = json[key] ?? fallback;
  const good = Array.isArray(value) && value.length === 3 && value.every((v) => Number.isFinite(v));
  if (good && !(key === "image_std" && value.includes(0))) return value as unknown as Triple;
  throw new UserError(`${where}: ${key} is ${JSON.stringify(value)}; it must be three numbers.`);
}

/**
 * Reads a parsed `preprocessor_config.json`, of the old shape (`"size": 224`) or the new one
 * (`"size": {"shortest_edge": 224}`); what it leaves out is as OpenAI's.
 *
 * @param imageSize side of the pictures that the model takes
 * @throws UserError when it is malformed or ends in pictures of another size
 */
export function parsePreprocessing(json: unknown, imageSize: number, where: string): Preprocessing {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new UserError(`${where}: must hold a JSON object.`);
  }
  const fields = json as Json;
  const usual = defaultPreprocessing(imageSize);
  if (fields["do_resize"] === false) {
    throw new UserError(`${where}: do_resize is false; pictures of any size need resizing.`);
  }
  const resize = readResize(where, fields["size"] ?? imageSize);
  const crop = readCrop(where, { crop_size: imageSize, ...fields }, resize);
  const least =
    "shortestEdge" in resize ? resize.shortestEdge : Math.min(resize.height, resize.width);
  if (crop !== imageSize || crop > least) {
    throw new UserError(
      `${where}: pictures are resized to ${least} and cropped to ${crop}; the model takes ${imageSize} pixels.`,
    );
  }
  const filter = filters[(fields["resample"] ?? 3) as number];
  if (!filter) {
    throw new UserError(
      `${where}: resample is ${JSON.stringify(fields["resample"])}; known: 1 (Lanczos), 2 (bilinear), 3 (bicubic).`,
    );
  }
  const factor = (fields["rescale_factor"] ?? usual.rescale) as number;
  const normalise = fields["do_normalize"] !== false;
  return {
    resize,
    crop,
    filter,
    rescale: fields["do_rescale"] === false ? 1 : factor,
    mean: normalise ? readTriple(where, fields, "image_mean", usual.mean) : [0, 0, 0],
    std: normalise ? readTriple(where, fields, "image_std", usual.std) : [1, 1, 1],
  };
}

/** The `preprocessor_config.json` that transformers reads. */
export function preprocessingJson(preprocessing: Preprocessing): Json {
  const { resize, crop, filter, rescale, mean, std } = preprocessing;
  return {
    crop_size: { height: crop, width: crop },
    do_center_crop: true,
    do_convert_rgb: true,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    image_mean: mean,
    image_processor_type: "CLIPImageProcessor",
    image_std: std,
    resample: Number(Object.keys(filters).find((number) => filters[Number(number)] === filter)),
    rescale_factor: rescale,
    size: "shortestEdge" in resize ? { shortest_edge: resize.shortestEdge } : resize,
  };
}

/**
 * Bytes to what the image tower takes: `(x · rescale − mean) / std`, per channel.
 *
 * @param pixels `[B, H, W, 3]` in 0…255, int32 or float32
 */
export function normalizePixels(pixels: tf.Tensor, preprocessing: Preprocessing): tf.Tensor4D {
  const { rescale, mean, std } = preprocessing;
  const factor = tf.tensor1d(std.map((s) => rescale / s));
  const shift = tf.tensor1d(mean.map((m, i) => m / std[i]!));
  return tf.sub(tf.mul(tf.cast(pixels, "float32"), factor), shift) as tf.Tensor4D;
}
