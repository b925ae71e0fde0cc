import { availableParallelism } from "node:os";
import { decodeCanvas } from "@cliptune/clip";

/** A decoded picture, ready to be cropped by the compiled program. */
export interface TrainingCanvas {
  /** `[C, C, 3]` */
  readonly pixels: Uint8Array;
  /** Width / height of the original. */
  readonly aspect: number;
  /** Mean R, G, B, 0 to 255. */
  readonly mean: readonly [number, number, number];
}

export interface CanvasCache {
  readonly size: number;
  /** @throws UserError naming a picture that cannot be decoded */
  load(file: string): Promise<TrainingCanvas>;
}

/** Side of the canvases for pictures of side S: room to crop without enlarging much, a multiple of 8. */
export const canvasSize = (imageSize: number): number => Math.round((imageSize * 1.5) / 8) * 8;

/**
 * Decodes each picture once and keeps it while it fits under the cap; what does not fit is decoded
 * again each time. A few at a time, so that a large batch does not hold many whole pictures.
 */
export function createCanvasCache(size: number, megabytes: number): CanvasCache {
  const kept = new Map<string, TrainingCanvas>();
  const under = Math.floor((megabytes * 1e6) / (size * size * 3));
  const limit = limiter(2 * availableParallelism());
  const decode = async (file: string): Promise<TrainingCanvas> => {
    const { pixels, aspect } = await decodeCanvas(file, size);
    const canvas = { pixels, aspect, mean: meanColor(pixels) };
    if (kept.size < under) kept.set(file, canvas);
    return canvas;
  };
  return {
    size,
    load: async (file) => kept.get(file) ?? limit(() => decode(file)),
  };
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
