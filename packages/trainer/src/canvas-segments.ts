import { type FileHandle, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { makeDirectory } from "@cliptune/clip";
import { isMissing } from "./disk.js";
import type { TrainingCanvas } from "./training-canvas.js";

export const keyBytes = 24;
/** Key, aspect, mean R, G, B as float64, CRC-32 of the pixels, 4 bytes of nothing. */
const recordBytes = keyBytes + 4 * 8 + 8;

export interface Place {
  readonly segment: Segment;
  readonly slot: number;
  readonly canvas: Omit<TrainingCanvas, "pixels">;
  readonly checksum: number;
}

/** Two files: slot i of NAME.pixels belongs to record i of NAME.index, which is written after it. */
export interface Segment {
  readonly path: string;
  file?: Promise<FileHandle>;
}

/** Of a segment that this process fills. */
export interface Writer {
  /** The place at which it is found from now on. */
  append(key: Buffer, canvas: TrainingCanvas): Promise<Place>;
  close(): Promise<void>;
}

export async function openWriter(folder: string, segment: Segment): Promise<Writer> {
  await makeDirectory(folder);
  const pixels = await open(`${segment.path}.pixels`, "wx");
  const index = await open(`${segment.path}.index`, "wx").catch(async (error: unknown) => {
    await pixels.close();
    throw error;
  });
  let slot = 0;
  return {
    async append(key, canvas) {
      const checksum = crc32(canvas.pixels);
      const bytes = canvas.pixels.length;
      await pixels.write(canvas.pixels, 0, bytes, slot * bytes);
      await index.write(packRecord(key, canvas, checksum), 0, recordBytes, slot * recordBytes);
      return { segment, slot: slot++, canvas: withoutPixels(canvas), checksum };
    },
    async close() {
      await pixels.close();
      await index.close();
    },
  };
}

export interface StoredSegment {
  readonly segment: Segment;
  readonly records: Buffer;
}

/** The segments of a folder, oldest first, without those beyond `most` bytes of pixels, which are removed. */
export async function readSegments(folder: string, most: number): Promise<StoredSegment[]> {
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

export function addPlaces(places: Map<string, Place>, segment: Segment, records: Buffer): void {
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
export async function readSlot({ segment, slot, checksum }: Place, bytes: number) {
  segment.file ??= open(`${segment.path}.pixels`);
  const pixels = new Uint8Array(bytes);
  try {
    const { bytesRead } = await (await segment.file).read(pixels, 0, bytes, slot * bytes);
    return bytesRead === bytes && crc32(pixels) === checksum ? pixels : undefined;
  } catch {
    return undefined; // removed by another process; it is decoded again
  }
}
