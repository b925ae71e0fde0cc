import sharp from "sharp";
import { inOrder } from "../in-order.js";

/** Small pictures side by side in one WebP picture, row after row. */
export interface Atlas {
  readonly webp: Uint8Array;
  readonly columns: number;
}

/** Side of each small picture, in pixels. */
export const tileSize = 32;

/**
 * One picture instead of thousands: a browser draws its parts without asking for each.
 *
 * @param read the bytes of picture `i`; none leaves its place white
 */
export async function makeAtlas(
  count: number,
  read: (i: number) => Promise<Uint8Array | undefined>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Atlas> {
  const columns = Math.max(1, Math.ceil(Math.sqrt(count)));
  const width = columns * tileSize;
  const height = Math.max(1, Math.ceil(count / columns)) * tileSize;
  const pixels = Buffer.alloc(3 * width * height, 255); // [height, width, 3]
  const drawn = async (i: number) => {
    const picture = await read(i);
    return { i, tile: picture && (await drawTile(picture)) };
  };
  const numbers = Array.from({ length: count }, (_, i) => i);
  for await (const { i, tile } of inOrder(numbers, drawn, { ahead: 16 })) {
    signal?.throwIfAborted();
    if (!tile) continue;
    const left = (i % columns) * tileSize;
    const top = Math.floor(i / columns) * tileSize;
    for (let y = 0; y < tileSize; y++) {
      const line = tile.subarray(3 * y * tileSize, 3 * (y + 1) * tileSize);
      pixels.set(line, 3 * ((top + y) * width + left));
    }
  }
  const raw = { width, height, channels: 3 } as const;
  const webp = await sharp(pixels, { raw, limitInputPixels: false })
    .webp({ quality: 75, effort: 2 })
    .toBuffer();
  return { webp: new Uint8Array(webp), columns };
}

/** `[32, 32, 3]`, the whole picture on white. */
function drawTile(picture: Uint8Array): Promise<Buffer> {
  return sharp(picture)
    .flatten({ background: "#fff" })
    .resize(tileSize, tileSize, { fit: "contain", background: "#fff", fastShrinkOnLoad: true })
    .toColourspace("srgb")
    .raw()
    .toBuffer();
}
