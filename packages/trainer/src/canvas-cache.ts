import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { decodeCanvas } from "@cliptune/clip";
import { keyBytes } from "./canvas-segments.js";
import type { CanvasStore } from "./canvas-store.js";
import type { TrainingCanvas } from "./training-canvas.js";

export interface CanvasCache {
  readonly size: number;
  /** @throws UserError naming a picture that cannot be decoded */
  load(file: string): Promise<TrainingCanvas>;
}

/** Side of the canvases for pictures of side S: room to crop without enlarging much, a multiple of 8. */
export const canvasSize = (imageSize: number): number => Math.round((imageSize * 1.5) / 8) * 8;

export interface CanvasCacheOptions {
  /** Side of the canvases. */
  readonly size: number;
  /** Memory for them. */
  readonly megabytes: number;
  /** Where they are kept on disk, if they are. */
  readonly store?: CanvasStore | undefined;
}

/**
 * Decodes each picture once: it is kept in memory while it fits under the cap, and on disk for this
 * run's later epochs and for other runs. A picture's bytes are read once a run, to find it on disk by
 * them. A few are decoded at a time, so that a large batch does not hold many whole pictures.
 */
export function createCanvasCache({ size, megabytes, store }: CanvasCacheOptions): CanvasCache {
  const kept = new Map<string, TrainingCanvas>();
  const keys = new Map<string, Buffer>();
  const under = Math.floor((megabytes * 1e6) / (size * size * 3));
  const limit = limiter(2 * availableParallelism());
  const decode = async (file: string): Promise<TrainingCanvas> => {
    const { pixels, aspect } = await decodeCanvas(file, size);
    return { pixels, aspect, mean: meanColor(pixels) };
  };
  const throughStore = async (file: string, on: CanvasStore): Promise<TrainingCanvas> => {
    const key = keys.get(file) ?? (await digest(file));
    if (!key) return decode(file); // which says what is wrong with the file
    keys.set(file, key);
    const found = await on.get(key);
    if (found) return found;
    const canvas = await decode(file);
    on.put(key, canvas);
    return canvas;
  };
  const fetch = async (file: string): Promise<TrainingCanvas> => {
    const canvas = store ? await throughStore(file, store) : await decode(file);
    if (kept.size < under) kept.set(file, canvas);
    return canvas;
  };
  return {
    size,
    load: async (file) => kept.get(file) ?? limit(() => fetch(file)),
  };
}

async function digest(file: string): Promise<Buffer | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes && createHash("sha256").update(bytes).digest().subarray(0, keyBytes);
}

function meanColor(pixels: Uint8Array): [number, number, number] {
  let [r, g, b] = [0, 0, 0];
  for (let i = 0; i < pixels.length; i += 3) {
    r += pixels[i]!;
    g += pixels[i + 1]!;
    b += pixels[i + 2]!;
  }
  const count = pixels.length / 3;
  return [r / count, g / count, b / count];
}

/** Runs at most `most` of the tasks given to it at once, the others in order. */
export function limiter(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
