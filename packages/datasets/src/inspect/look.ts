import { readFile } from "node:fs/promises";
import { decodeCanvas } from "@cliptune/clip";
import sharp from "sharp";
import type { Pair } from "../pair.js";
import { type Fingerprint, fingerprint, fingerprintSide } from "./fingerprint.js";

/** What can be seen of one picture. */
export interface Seen {
  readonly pair: Pair;
  /** jpeg, png, … */
  readonly format: string;
  /** Upright. */
  readonly width: number;
  readonly height: number;
  readonly fingerprint: Fingerprint;
}

/** A picture that training and indexing cannot read either, and why. */
export interface Unseen {
  readonly pair: Pair;
  readonly reason: string;
}

/** Decodes a picture as training does. */
export async function look(pair: Pair): Promise<Seen | Unseen> {
  try {
    const path = "path" in pair.image ? pair.image.path : undefined;
    const source = path ?? (await (pair.image as { bytes: () => Promise<Uint8Array> }).bytes());
    // From the path, where there is one, since errors name it.
    const { pixels } = await decodeCanvas(source, fingerprintSide);
    const bytes = typeof source === "string" ? await readFile(source) : source;
    const { format, autoOrient } = await sharp(bytes).metadata();
    const { width, height } = autoOrient;
    return { pair, format: format ?? "?", width, height, fingerprint: fingerprint(pixels) };
  } catch (error) {
    return { pair, reason: (error as Error).message };
  }
}

/** Looks at all pictures, some at a time, in their order. */
export async function* lookAll(
  pairs: AsyncIterable<Pair>,
  ahead = 16,
): AsyncGenerator<Seen | Unseen> {
  const waiting: Promise<Seen | Unseen>[] = [];
  for await (const pair of pairs) {
    waiting.push(look(pair));
    if (waiting.length >= ahead) yield await waiting.shift()!;
  }
  for (const each of waiting) yield await each;
}
