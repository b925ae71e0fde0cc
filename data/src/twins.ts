/** A picture's family and its thumbnail: any fixed number of values. */
export interface Thumbnail {
  readonly family: string;
  readonly pixels: Float32Array;
}

/**
 * Joins families that hold nearly the same picture: normalised cross-correlation of two thumbnails of one
 * style above `least`. Give one list a style.
 *
 * @returns family → the family that stands for all it is joined with, for those that are not it themselves
 */
export function joinTwins(
  styles: readonly (readonly Thumbnail[])[],
  least: number,
): Map<string, string> {
  const parent = new Map<string, string>();
  const root = (family: string): string => {
    const up = parent.get(family);
    return up === undefined ? family : root(up);
  };
  for (const thumbnails of styles) {
    const units = thumbnails.map(({ pixels }) => standardise(pixels));
    for (let i = 0; i < units.length; i++) {
      for (let j = 0; j < i; j++) {
        const a = root((thumbnails[i] as Thumbnail).family);
        const b = root((thumbnails[j] as Thumbnail).family);
        if (a === b || dot(units[i] as Float32Array, units[j] as Float32Array) <= least) continue;
        // The smaller name stands for both, so the order of the pictures plays no part.
        const [first, second] = [a, b].sort() as [string, string];
        parent.set(second, first);
      }
    }
  }
  return new Map([...parent.keys()].sort().map((family) => [family, root(family)]));
}

/** Mean 0, length 1; the dot product of two such is their correlation. */
function standardise(pixels: Float32Array): Float32Array {
  const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
  const centred = pixels.map((value) => value - mean);
  const length = Math.sqrt(dot(centred, centred)) || 1;
  return centred.map((value) => value / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
