/** A picture in memory that is drawn pixel by pixel: thousands of small things take no call of the canvas each. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, four bytes each as a canvas has them. */
  readonly pixels: Uint32Array;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Whole pixels; what lies outside is left out. */
export function fillBox(raster: Raster, { x, y, width, height }: Box, colour: number): void {
  const left = Math.max(0, x);
  const right = Math.min(raster.width, x + width);
  const bottom = Math.min(raster.height, y + height);
  if (left >= right) return;
  for (let row = Math.max(0, y); row < bottom; row++) {
    const start = row * raster.width;
    for (let at = start + left; at < start + right; at++) raster.pixels[at] = colour;
  }
}

/** Four lines of `thick` pixels within the box. */
export function strokeBox(
  raster: Raster,
  box: Box,
  { colour, thick }: { colour: number; thick: number },
) {
  const { x, y, width, height } = box;
  fillBox(raster, { x, y, width, height: thick }, colour);
  fillBox(raster, { x, y: y + height - thick, width, height: thick }, colour);
  fillBox(raster, { x, y, width: thick, height }, colour);
  fillBox(raster, { x: x + width - thick, y, width: thick, height }, colour);
}

/** Copies a square of `size` pixels. */
export function copySquare(
  raster: Raster,
  from: { readonly source: Raster; readonly x: number; readonly y: number },
  { x, y, size }: { readonly x: number; readonly y: number; readonly size: number },
): void {
  const { source } = from;
  const first = Math.max(0, -x);
  const end = Math.min(size, raster.width - x);
  const last = Math.min(size, raster.height - y);
  for (let row = Math.max(0, -y); row < last; row++) {
    const target = (y + row) * raster.width + x;
    const start = (from.y + row) * source.width + from.x;
    for (let i = first; i < end; i++) raster.pixels[target + i] = source.pixels[start + i]!;
  }
}

/** Each pixel mixed with one colour, of which `share` is taken. */
export function mixedWith(source: Raster, colour: number, share: number): Raster {
  const pixels = new Uint32Array(source.pixels.length);
  const into = new Uint8Array(pixels.buffer);
  const bytes = new Uint8Array(
    source.pixels.buffer,
    source.pixels.byteOffset,
    source.pixels.byteLength,
  );
  const other = new Uint8Array(Uint32Array.of(colour).buffer);
  for (let i = 0; i < into.length; i++) {
    into[i] = bytes[i]! + (other[i % 4]! - bytes[i]!) * share;
  }
  return { ...source, pixels };
}
