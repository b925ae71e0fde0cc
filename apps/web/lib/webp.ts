import type { Aspect } from "./contract";

/**
 * Reads width and height in pixels from the head of a WebP file; undefined where it is none.
 *
 * @see RFC 9649, sections 2.5 to 2.7: the VP8, VP8L and VP8X chunks
 */
export function webpSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  if (bytes.length < 30 || ascii(bytes, 0) !== "RIFF" || ascii(bytes, 8) !== "WEBP")
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (ascii(bytes, 12)) {
    case "VP8 ":
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    case "VP8L": {
      const bits = view.getUint32(21, true); // 14 bits of width - 1, then 14 of height - 1
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X": // 24 bits each
      return {
        width: (view.getUint32(24, true) & 0xffffff) + 1,
        height: (view.getUint32(26, true) >>> 8) + 1,
      };
    default:
      return undefined;
  }
}

function ascii(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

const shapes: readonly (readonly [Aspect, number])[] = [
  ["portrait", 3 / 4],
  ["square", 1],
  ["landscape", 4 / 3],
  ["wide", 16 / 9],
];

/** @param ratio width / height */
export function nearestAspect(ratio: number): Aspect {
  const distance = (other: number) => Math.abs(Math.log(ratio / other));
  return shapes.reduce((best, shape) => (distance(shape[1]) < distance(best[1]) ? shape : best))[0];
}
