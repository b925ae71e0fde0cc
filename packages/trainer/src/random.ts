/** Draws in [0, 1). */
export type Stream = () => number;

/** 32-bit hash of a text, FNV-1a with murmur3's last mixing. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  return mix(h);
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Random numbers that depend on nothing but the keys: the same identity (seed, purpose, epoch, sample)
 * always draws the same, in whatever order samples are asked for, so a resumed run repeats them.
 *
 * @see mulberry32, by Tommy Ettinger
 */
export function stream(...keys: readonly (string | number)[]): Stream {
  let state = hashText(keys.join("\u0000"));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** 0 … n − 1 in random order (Fisher–Yates). */
export function permutation(n: number, random: Stream): Int32Array {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const other = order[j]!;
    order[j] = order[i]!;
    order[i] = other;
  }
  return order;
}
