import { colorDistance, distance, type Fingerprint } from "./fingerprint.js";
import { createGroups } from "./groups.js";

/** Bits that may differ between near duplicates. */
const mostBits = 4;
/** Mean difference of coarse colours that recompressing and toning stay under. */
const mostColor = 12;

/** One more than the bits that may differ: some band of the hash must then be equal. */
const bands = mostBits + 1;
const bandWidth = 13; // 5 x 13 bits cover the 63 that are used

function band({ high, low }: Fingerprint, index: number): number {
  const start = index * bandWidth;
  const mask = (1 << bandWidth) - 1;
  if (start >= 32) return (low >>> (start - 32)) & mask;
  const rest = start + bandWidth > 32 ? low << (32 - start) : 0;
  return ((high >>> start) | rest) & mask;
}

/**
 * Groups pictures that look the same: equal up to size, compression and a little tone. Chains count: a picture is in a
 * group when it looks like any of its members.
 *
 * @returns for every picture the first one of its group, itself when it is alone
 */
export function nearDuplicates(fingerprints: readonly Fingerprint[]): Int32Array {
  const groups = createGroups(fingerprints.length);
  for (let index = 0; index < bands; index++) {
    const buckets = new Map<number, number[]>();
    for (const [i, print] of fingerprints.entries()) {
      const key = band(print, index);
      const bucket = buckets.get(key);
      if (!bucket) buckets.set(key, [i]);
      else {
        for (const j of bucket) if (same(print, fingerprints[j]!)) groups.join(i, j);
        bucket.push(i);
      }
    }
  }
  return groups.firsts();
}

const same = (a: Fingerprint, b: Fingerprint): boolean =>
  distance(a, b) <= mostBits && colorDistance(a, b) <= mostColor;
