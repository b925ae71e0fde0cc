import { createHash } from "node:crypto";

/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * Numbers that are a pure function of a seed and of what they are for, so that the draw for one thing
 * does not depend on how many were drawn for others: `seededRandom(seed, "crop", epoch, index)`.
 * The generator is sfc32, started from the SHA-256 of its identity.
 *
 * @see https://pracrand.sourceforge.net/RNG_engines.txt
 */
export function seededRandom(seed: number, ...identity: readonly (string | number)[]): Random {
  const hash = createHash("sha256")
    .update(JSON.stringify([seed, ...identity]))
    .digest();
  let [a, b, c, counter] = [0, 4, 8, 12].map((at) => hash.readInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ];
  return () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers, two from each pair of uniform ones by Box and Muller's transform. */
export function normal(random: Random): Random {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const second = spare;
      spare = undefined;
      return second;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
