/** What a picture looks like in 64 bits and 48 numbers: enough to find it again resized, recompressed or toned. */
export interface Fingerprint {
  /** Perceptual hash, upper and lower half. */
  readonly high: number;
  readonly low: number;
  /** Mean colours of 4 x 4 parts, `[48]`: the hash is blind to colour. */
  readonly colors: Uint8Array;
}

/** Side of the square that fingerprints are made of. */
export const fingerprintSide = 32;
const kept = 8;

/** `[8, 32]`: the lowest cosines of a DCT-II. */
const cosines = Float64Array.from({ length: kept * fingerprintSide }, (_, i) => {
  const [k, x] = [Math.floor(i / fingerprintSide), i % fingerprintSide];
  return Math.cos((Math.PI * k * (2 * x + 1)) / (2 * fingerprintSide));
});

/**
 * The usual pHash: of the 8 x 8 lowest frequencies of the gray picture, which lie above their median.
 *
 * @param pixels `[32, 32, 3]`, the whole picture squashed to a square
 */
export function fingerprint(pixels: Uint8Array): Fingerprint {
  const side = fingerprintSide;
  const gray = Float64Array.from(
    { length: side * side },
    (_, i) => 0.299 * pixels[3 * i]! + 0.587 * pixels[3 * i + 1]! + 0.114 * pixels[3 * i + 2]!,
  );
  const rows = new Float64Array(side * kept); // [32, 8]
  for (let y = 0; y < side; y++) {
    for (let k = 0; k < kept; k++) {
      let sum = 0;
      for (let x = 0; x < side; x++) sum += gray[y * side + x]! * cosines[k * side + x]!;
      rows[y * kept + k] = sum;
    }
  }
  const frequencies = new Float64Array(kept * kept);
  for (let l = 0; l < kept; l++) {
    for (let k = 0; k < kept; k++) {
      let sum = 0;
      for (let y = 0; y < side; y++) sum += rows[y * kept + k]! * cosines[l * side + y]!;
      frequencies[l * kept + k] = sum;
    }
  }
  return { ...bitsOf(frequencies), colors: meanColors(pixels) };
}

/** Bits under this are rounding: a picture of one colour must hash like its neighbour. */
const silence = 32;

function bitsOf(frequencies: Float64Array): { high: number; low: number } {
  const [, ...rest] = frequencies; // the first is the brightness, not the shape
  const median = [...rest].sort((a, b) => a - b)[rest.length >> 1]!;
  let [high, low] = [0, 0];
  for (const [i, value] of rest.entries()) {
    if (value - median <= silence) continue;
    if (i < 32) high |= 1 << i;
    else low |= 1 << (i - 32);
  }
  return { high: high >>> 0, low: low >>> 0 };
}

function meanColors(pixels: Uint8Array): Uint8Array {
  const cell = fingerprintSide / 4;
  const sums = new Float64Array(48);
  for (let y = 0; y < fingerprintSide; y++) {
    for (let x = 0; x < fingerprintSide; x++) {
      const at = (Math.floor(y / cell) * 4 + Math.floor(x / cell)) * 3;
      for (let c = 0; c < 3; c++) sums[at + c]! += pixels[(y * fingerprintSide + x) * 3 + c]!;
    }
  }
  return Uint8Array.from(sums, (sum) => Math.round(sum / (cell * cell)));
}

/** How many of the 64 bits differ. */
export const distance = (a: Fingerprint, b: Fingerprint): number =>
  ones(a.high ^ b.high) + ones(a.low ^ b.low);

function ones(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Mean difference of the coarse colours, 0 to 255. */
export function colorDistance(a: Fingerprint, b: Fingerprint): number {
  let sum = 0;
  for (let i = 0; i < a.colors.length; i++) sum += Math.abs(a.colors[i]! - b.colors[i]!);
  return sum / a.colors.length;
}
