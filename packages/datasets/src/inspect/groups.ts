/** Things that belong together, directly or through others (union–find). */
export interface Groups {
  join(a: number, b: number): void;
  /** `[n]`: the lowest number in the group of each. */
  firsts(): Int32Array;
}

export function createGroups(n: number): Groups {
  const parents = Int32Array.from({ length: n }, (_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]!]!;
      at = parents[at]!;
    }
    return at;
  };
  return {
    join(a, b) {
      const [x, y] = [root(a), root(b)];
      if (x < y) parents[y] = x;
      else parents[x] = y;
    },
    firsts: () => Int32Array.from({ length: n }, (_, i) => root(i)),
  };
}
