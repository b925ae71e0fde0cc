/** A made batch and how long it took to make. */
export interface Prefetched<T> {
  readonly value: T;
  readonly seconds: number;
}

/**
 * Makes the things of coming steps before they are asked for, `ahead` of them at once, so that a slow
 * one is made up for by quick ones. A fault is thrown when its step is asked for.
 *
 * @returns a function of the next step, to be called for each in order
 */
export function createPrefetch<T>(
  make: (step: number) => Promise<T>,
  { first, end, ahead }: { readonly first: number; readonly end: number; readonly ahead: number },
): (step: number) => Promise<Prefetched<T>> {
  const started: Promise<Prefetched<T>>[] = [];
  let coming = first;
  const fill = (): void => {
    while (started.length < ahead && coming < end) {
      const made = timed(make, coming++);
      made.catch(() => undefined); // thrown where it is awaited
      started.push(made);
    }
  };
  fill();
  return (step) => {
    if (step !== coming - started.length || step >= end) {
      throw new Error(`internal: step ${step} was asked for before its turn`);
    }
    const next = started.shift()!;
    fill();
    return next;
  };
}

async function timed<T>(make: (step: number) => Promise<T>, step: number): Promise<Prefetched<T>> {
  const began = performance.now();
  const value = await make(step);
  return { value, seconds: (performance.now() - began) / 1000 };
}
