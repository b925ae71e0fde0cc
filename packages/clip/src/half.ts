/** IEEE 754 half precision and bfloat16, both ways; all arrays hold the raw 16 bits. */

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

/** Every half has one float: 65,536 of them, made at first use. */
let table: Float32Array | undefined;

function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Exact. */
export function fromHalf(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, half) => halfToFloat(half));
  const result = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) result[i] = table[halves[i]!]!;
  return result;
}

/** Exact. */
export function fromBfloat16(halves: Uint16Array): Float32Array {
  const result = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) result[i] = halves[i]! << 16;
  return new Float32Array(result.buffer);
}

function floatToHalf(value: number): number {
  floats[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to 65,520 or more: infinity
  if (magnitude < 0x38800000) {
    // Below 2^-14 halves are multiples of 2^-24; adding 0.5 makes the float unit do the rounding.
    floats[0] = Math.abs(value) + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}

/** Rounds to the nearest half, ties to even; beyond ±65,504 to infinity. */
export function toHalf(values: Float32Array): Uint16Array {
  const result = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = floatToHalf(values[i]!);
  return result;
}
