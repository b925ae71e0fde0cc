/** Arrays that serve one batch after another. */
export interface ArrayPool {
  /** One of `length`, holding what it held before, or a new one. */
  take(length: number): Uint8Array;
  /** To be taken again; nothing else may read it any more. */
  give(array: Uint8Array): void;
}

/**
 * A batch of a thousand pictures is 28 MB. Made anew at every step, as much has to be cleared by the system and let the
 * garbage collector look through the whole heap each time, which took half of a step on a GPU.
 */
export function createArrayPool(): ArrayPool {
  const free: Uint8Array[] = [];
  return {
    take: (length) => {
      const at = free.findIndex((array) => array.length === length);
      return at < 0 ? new Uint8Array(length) : free.splice(at, 1)[0]!;
    },
    give: (array) => {
      free.push(array);
    },
  };
}
