/** At most `most` of the values, in their order, as far apart as can be. */
export function evenly<T>(values: ArrayLike<T>, most: number): T[] {
  const count = Math.min(values.length, most);
  return Array.from({ length: count }, (_, i) => values[Math.floor((i * values.length) / count)]!);
}
