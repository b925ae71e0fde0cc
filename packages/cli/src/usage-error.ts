/** A command line that cannot be understood: exit code 2, and a pointer to the help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** `name` with a hint at the nearest of `known`, when one is near enough to be meant. */
export function didYouMean(name: string, known: readonly string[]): string {
  const scored = known.map((candidate) => ({ candidate, distance: distance(name, candidate) }));
  scored.sort((left, right) => left.distance - right.distance);
  const best = scored[0];
  const near = best !== undefined && best.distance <= Math.max(2, Math.floor(name.length / 3));
  return near ? `; did you mean ${best.candidate}?` : `; known: ${known.join(", ")}`;
}

/** Levenshtein's distance: the insertions, deletions and changes that make `a` into `b`. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
