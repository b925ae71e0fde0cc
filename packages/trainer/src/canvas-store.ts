import { randomUUID } from "node:crypto";
import { join } from "node:path";
import {
  addPlaces,
  openWriter,
  type Place,
  readSegments,
  readSlot,
  type Segment,
  type Writer,
} from "./canvas-segments.js";
import { diskError } from "./disk.js";
import type { TrainingCanvas } from "./training-canvas.js";

/** Decoded pictures on disk, found by what their files hold: shared by runs, and by processes at once. */
export interface CanvasStore {
  /** @param key 24 bytes, a digest of the picture file */
  get(key: Buffer): Promise<TrainingCanvas | undefined>;
  /** Writes later, in order; `close` waits for it. */
  put(key: Buffer, canvas: TrainingCanvas): void;
  close(): Promise<void>;
}

export interface CanvasStoreOptions {
  /** Side of the canvases. */
  readonly size: number;
  /** Nothing is added beyond; what earlier runs left beyond is removed, the oldest first. */
  readonly megabytes: number;
  /** Called once when the disk takes no more; the run goes on without. */
  readonly onFault: (message: string) => void;
}

/** Changes when the same file would be decoded to other pixels. */
const decoding = "v1";

/**
 * Opens the canvases of one size under `dir`. Every process appends to files of its own, so that none
 * waits for another; a torn or damaged record is one that isn't there (its checksum says so).
 */
export async function openCanvasStore(
  dir: string,
  { size, megabytes, onFault }: CanvasStoreOptions,
): Promise<CanvasStore> {
  const folder = join(dir, `canvases-${decoding}-${size}`);
  const bytes = size * size * 3;
  const most = Math.floor((megabytes * 1e6) / bytes);
  const places = new Map<string, Place>();
  let [full, closed] = [false, false];
  const fail = (error: unknown): void => {
    if (!full) onFault(`Decoded pictures are not kept on disk. ${wording(folder, error)}`);
    full = true;
  };
  const segments = await readSegments(folder, most * bytes).catch((error: unknown) => {
    fail(error);
    return [];
  });
  for (const { segment, records } of segments) addPlaces(places, segment, records);
  const unwritten = new Map<string, TrainingCanvas>();
  const own: Segment = { path: join(folder, randomUUID()) };
  let writer: Promise<Writer> | undefined;
  let queue = Promise.resolve();
  const write = async (key: Buffer, canvas: TrainingCanvas): Promise<void> => {
    const name = key.toString("latin1");
    if (full || places.has(name) || places.size >= most) return;
    writer ??= openWriter(folder, own);
    places.set(name, await (await writer).append(key, canvas));
  };
  return {
    async get(key) {
      if (closed) return undefined; // for batches that nobody waits for any more
      const name = key.toString("latin1");
      const waiting = unwritten.get(name);
      if (waiting) return waiting;
      const place = places.get(name);
      const pixels = place && (await readSlot(place, bytes));
      return pixels && { ...place.canvas, pixels };
    },
    put(key, canvas) {
      const name = key.toString("latin1");
      unwritten.set(name, canvas);
      queue = queue
        .then(() => write(key, canvas))
        .catch(fail)
        .then(() => void unwritten.delete(name));
    },
    async close() {
      closed = true;
      await queue;
      full = true;
      const opened = await writer?.catch(() => undefined);
      await opened?.close();
      for (const segment of [own, ...segments.map((each) => each.segment)]) {
        const file = await segment.file?.catch(() => undefined);
        await file?.close();
      }
    },
  };
}

function wording(path: string, error: unknown): string {
  const worded = diskError(path, error);
  return worded instanceof Error ? worded.message : String(worded);
}
