/** Least, middle, 95th percentile and greatest of numbers. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly p95: number;
  readonly most: number;
}

/** Counts numbers by their values, so that a million of them take no more room than their spread. */
export interface NumberTally {
  add(value: number): void;
  spread(): Spread | undefined;
}

export function numberTally(): NumberTally {
  const counts = new Map<number, number>();
  let n = 0;
  return {
    add(value) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
      n++;
    },
    spread() {
      if (n === 0) return undefined;
      const values = [...counts.keys()].sort((a, b) => a - b);
      const at = (share: number): number => {
        let before = 0;
        return values.find((value) => {
          before += counts.get(value)!;
          return before > share * (n - 1);
        })!;
      };
      return { least: at(0), median: at(0.5), p95: at(0.95), most: at(1) };
    },
  };
}

/** How often each word was seen, the most frequent first. */
export interface WordTally {
  add(word: string): void;
  entries(): [string, number][];
}

export function wordTally(): WordTally {
  const counts = new Map<string, number>();
  return {
    add: (word) => void counts.set(word, (counts.get(word) ?? 0) + 1),
    entries: () => [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)),
  };
}
