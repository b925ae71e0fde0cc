import { mixedWith, type Raster } from "@/lib/raster";

/** Side of a picture in the atlas, in pixels. */
export const largestTile = 32;
/** Sizes at which pictures are drawn pixel by pixel. */
const sizes = [6, 8, 10, 12, 16, 20, 24, largestTile] as const;
/** Copies of the atlas in other sizes that are kept. */
const mostLevels = 4;
const mostLarge = 400;
const mostAsked = 8;

/** A picture within a picture. */
export interface TilePlace {
  readonly source: Raster;
  readonly x: number;
  readonly y: number;
}

export interface Tiles {
  /** The largest of the sizes that is no larger than `pixels`. */
  sizeFor(pixels: number): number;
  /** All pictures at one of the sizes. */
  level(size: number): (i: number) => TilePlace;
  /** The same, mixed with the background. */
  paleLevel(
    size: number,
    mix: { readonly pixel: number; readonly share: number },
  ): (i: number) => TilePlace;
  /** The picture itself, when it has come; asks for it unless too many are on their way. */
  large(i: number): HTMLImageElement | undefined;
  /** Picture `i` at any size above the largest, from the atlas. */
  draw(
    context: CanvasRenderingContext2D,
    i: number,
    at: { x: number; y: number; size: number },
  ): void;
}

/** Pictures to draw: small ones from one picture of all, large ones each by itself, when they are near. */
export function createTiles(
  atlas: HTMLImageElement,
  { columns, path, onLoad }: { columns: number; path: (i: number) => string; onLoad: () => void },
): Tiles {
  const levels = new Map<string, Raster>(); // the longest unused first
  const large = new Map<number, HTMLImageElement | "asked">();
  let asked = 0;
  const kept = (key: string, make: () => Raster): Raster => {
    const level = levels.get(key) ?? make();
    keepLatest(levels, { key, value: level, most: mostLevels });
    return level;
  };
  const plain = (size: number) => kept(`${size}`, () => scaled(atlas, size));
  const within = (source: Raster, size: number) => (i: number) => ({
    ...{ source, x: (i % columns) * size, y: Math.floor(i / columns) * size },
  });
  const ask = async (i: number) => {
    if (asked >= mostAsked) return;
    asked += 1;
    large.set(i, "asked");
    const image = new Image();
    image.src = path(i);
    await image.decode().then(
      () => keepLatest(large, { key: i, value: image, most: mostLarge }),
      () => large.delete(i),
    );
    asked -= 1;
    onLoad();
  };
  return {
    sizeFor: (pixels) => sizes.findLast((size) => size <= pixels) ?? sizes[0],
    level: (size) => within(plain(size), size),
    paleLevel(size, { pixel, share }) {
      const level = kept(`${size} ${pixel}`, () => mixedWith(plain(size), pixel, share));
      return within(level, size);
    },
    large(i) {
      const image = large.get(i);
      if (image === undefined) void ask(i);
      if (image === undefined || image === "asked") return undefined;
      keepLatest(large, { key: i, value: image, most: mostLarge });
      return image;
    },
    draw(context, i, { x, y, size }) {
      const [left, top] = [(i % columns) * largestTile, Math.floor(i / columns) * largestTile];
      context.drawImage(atlas, left, top, largestTile, largestTile, x, y, size, size);
    },
  };
}

function scaled(atlas: HTMLImageElement, size: number): Raster {
  const width = (atlas.naturalWidth / largestTile) * size;
  const height = (atlas.naturalHeight / largestTile) * size;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return { width, height, pixels: new Uint32Array(width * height) };
  context.imageSmoothingQuality = "high";
  context.drawImage(atlas, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, pixels: new Uint32Array(data.buffer) };
}

function keepLatest<K, V>(
  map: Map<K, V>,
  { key, value, most }: { key: K; value: V; most: number },
) {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}
