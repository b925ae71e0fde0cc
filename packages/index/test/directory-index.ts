import { join } from "node:path";
import type { Encoder } from "@cliptune/clip";
import { defaultPreprocessing } from "@cliptune/clip";
import {
  createIndexWriter,
  openIndex,
  type SearchIndex,
  type StoreName,
  updateIndex,
  type VectorIndex,
} from "@cliptune/index";
import sharp from "sharp";
import { temporaryDir } from "./seeded.js";

/** Pixels of a picture's side: 192 bytes, enough for 48 float32 numbers. */
const side = 8;

/**
 * An index directory as a `VectorIndex`: the first rows are written by a writer, later changes are
 * updates, and each search opens what is on the disk. Rows travel through updates as pictures whose
 * pixels are their bytes.
 */
export async function createDirectoryIndex(
  store: StoreName,
  dimension: number,
): Promise<VectorIndex> {
  const dir = join(await temporaryDir(), "index");
  const held = new Map<number, Float32Array>();
  let rows = 0;
  let open: SearchIndex | undefined;
  const reader = async () => {
    open ??= await openIndex(dir, { exactBelow: 0, exactShare: 2 });
    return open;
  };
  const update = async () => {
    await open?.close();
    open = undefined;
    const items = await Promise.all([...held].map(([label, row]) => itemOf(label, row)));
    const preprocessing = defaultPreprocessing(side);
    await updateIndex({ dir, items, encoder: pixelEncoder(dimension), preprocessing });
  };
  return {
    dimension,
    get count() {
      return held.size;
    },
    get rows() {
      return rows;
    },
    async add(vectors) {
      const added = new Map<number, Float32Array>();
      for (let at = 0; at < vectors.length; at += dimension) {
        added.set(rows + added.size, vectors.slice(at, at + dimension));
      }
      if (rows === 0) {
        if (vectors.length % dimension !== 0) added.set(0, vectors);
        const writer = await createIndexWriter({ dir, dimension, store, fingerprint: "pixels" });
        try {
          for (const [label, row] of added) {
            const { image, ...item } = await itemOf(label, row);
            await writer.add(item, row);
          }
          await writer.commit();
        } catch (error) {
          await writer.abort();
          throw error;
        }
      }
      for (const [label, row] of added) held.set(label, row);
      if (rows > 0) await update();
      rows += added.size;
    },
    async remove(labels) {
      for (const label of labels) held.delete(label);
      await update();
    },
    async search(query, k, { within } = {}) {
      if (rows === 0) return [];
      const index = await reader();
      const filter = within && [{ field: "label", in: [...within] }];
      const found = filter
        ? (await index.query({ vector: query }, { k, filter })).hits
        : await index.search(query, k);
      return found.map(({ id, score }) => ({ label: Number(id), score }));
    },
    async vectors(labels) {
      const found = new Float32Array(labels.length * dimension);
      if (labels.length === 0) return found;
      const index = await reader();
      for (let i = 0; i < labels.length; i++) {
        found.set((await index.vector(String(labels[i])))!, i * dimension);
      }
      return found;
    },
    close: async () => open?.close(),
  };
}

async function itemOf(label: number, row: Float32Array) {
  const pixels = Buffer.alloc(side * side * 3);
  Buffer.from(row.buffer, row.byteOffset, Math.min(row.byteLength, pixels.length)).copy(pixels);
  const raw = { width: side, height: side, channels: 3 } as const;
  const image = await sharp(pixels, { raw }).png({ compressionLevel: 0 }).toBuffer();
  return { id: String(label), title: "", fields: { label }, image };
}

function pixelEncoder(dimension: number): Encoder {
  return {
    dimension,
    fingerprint: "pixels",
    ...{ strength: 1, logitScale: 1, imageSize: side },
    setStrength() {},
    setAdapter: async () => undefined,
    async encodeImages(pixels: Uint8Array, count: number) {
      const size = pixels.length / count;
      const vectors = new Float32Array(count * dimension);
      const bytes = new Uint8Array(vectors.buffer);
      for (let i = 0; i < count; i++) {
        const start = i * size;
        bytes.set(pixels.subarray(start, start + dimension * 4), i * dimension * 4);
      }
      return vectors;
    },
    encodeTexts: async (texts: readonly string[]) => new Float32Array(texts.length * dimension),
    dispose: async () => undefined,
  };
}
