import { randomUUID } from "node:crypto";
import { type FileHandle, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { makeDirectory } from "@cliptune/clip";
import { diskError, isMissing } from "./disk.js";
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

export const keyBytes = 24;
/** Key, aspect, mean R, G, B as float64, CRC-32 of the pixels, 4 bytes of nothing. */
const recordBytes = keyBytes + 4 * 8 + 8;

interface Place {
  readonly segment: Segment;
  readonly slot: number;
  readonly canvas: Omit<TrainingCanvas, "pixels">;
  readonly checksum: number;
}

/** Two files: slot i of NAME.pixels belongs to record i of NAME.index, which is written after it. */
interface Segment {
  readonly path: string;
  file?: Promise<FileHandle>;
}

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
  let written = 0;
  let queue = Promise.resolve();
  const write = async (key: Buffer, canvas: TrainingCanvas): Promise<void> => {
    const name = key.toString("latin1");
    if (full || places.has(name) || places.size >= most) return;
    writer ??= openWriter(folder, own.path);
    const { pixels, index } = await writer;
    const slot = written;
    const checksum = crc32(canvas.pixels);
    await pixels.write(canvas.pixels, 0, bytes, slot * bytes);
    await index.write(packRecord(key, canvas, checksum), 0, recordBytes, slot * recordBytes);
    written++;
    places.set(name, { segment: own, slot, canvas: withoutPixels(canvas), checksum });
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
      await opened?.pixels.close();
      await opened?.index.close();
      for (const segment of [own, ...segments.map((each) => each.segment)]) {
        const file = await segment.file?.catch(() => undefined);
        await file?.close();
      }
    },
  };
}

interface Writer {
  readonly pixels: FileHandle;
  readonly index: FileHandle;
}

async function openWriter(folder: string, path: string): Promise<Writer> {
  await makeDirectory(folder);
  const pixels = await open(`${path}.pixels`, "wx");
  const index = await open(`${path}.index`, "wx").catch(async (error: unknown) => {
    await pixels.close();
    throw error;
  });
  return { pixels, index };
}

interface StoredSegment {
  readonly segment: Segment;
  readonly records: Buffer;
}

/** The segments of a folder, oldest first, without those beyond `most` bytes of pixels, which are removed. */
async function readSegments(folder: string, most: number): Promise<StoredSegment[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const paths = names.flatMap((name) =>
    name.endsWith(".index") ? join(folder, name.slice(0, -".index".length)) : [],
  );
  const known = await Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await stat(`${path}.pixels`).catch(() => ({ size: 0, mtimeMs: 0 }));
      return { path, size, mtimeMs };
    }),
  );
  known.sort((a, b) => a.mtimeMs - b.mtimeMs);
  let total = known.reduce((sum, { size }) => sum + size, 0);
  const found: StoredSegment[] = [];
  for (const { path, size } of known) {
    if (total > most) {
      total -= size;
      await rm(`${path}.index`, { force: true });
      await rm(`${path}.pixels`, { force: true });
      continue;
    }
    const records = await readFile(`${path}.index`).catch(() => Buffer.alloc(0));
    found.push({ segment: { path }, records });
  }
  return found;
}

function addPlaces(places: Map<string, Place>, segment: Segment, records: Buffer): void {
  for (let slot = 0; (slot + 1) * recordBytes <= records.length; slot++) {
    const start = slot * recordBytes;
    const number = (i: number): number => records.readDoubleLE(start + keyBytes + i * 8);
    places.set(records.toString("latin1", start, start + keyBytes), {
      ...{ segment, slot, checksum: records.readUInt32LE(start + keyBytes + 32) },
      canvas: { aspect: number(0), mean: [number(1), number(2), number(3)] },
    });
  }
}

function packRecord(key: Buffer, { aspect, mean }: TrainingCanvas, checksum: number): Buffer {
  const record = Buffer.alloc(recordBytes);
  key.copy(record);
  for (const [i, value] of [aspect, ...mean].entries()) {
    record.writeDoubleLE(value, keyBytes + i * 8);
  }
  record.writeUInt32LE(checksum, keyBytes + 32);
  return record;
}

const withoutPixels = ({ aspect, mean }: TrainingCanvas) => ({ aspect, mean });

/** A slot's pixels from the system's page cache, or undefined when they aren't what was written. */
async function readSlot({ segment, slot, checksum }: Place, bytes: number) {
  segment.file ??= open(`${segment.path}.pixels`);
  const pixels = new Uint8Array(bytes);
  try {
    const { bytesRead } = await (await segment.file).read(pixels, 0, bytes, slot * bytes);
    return bytesRead === bytes && crc32(pixels) === checksum ? pixels : undefined;
  } catch {
    return undefined; // removed by another process; it is decoded again
  }
}

function wording(path: string, error: unknown): string {
  const worded = diskError(path, error);
  return worded instanceof Error ? worded.message : String(worded);
}
