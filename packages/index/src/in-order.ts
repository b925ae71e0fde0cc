/**
 * Runs `work` for several items at a time and yields the results in the items' order. At most
 * `ahead` are begun and not yet taken, so a slow reader holds back the decoding.
 */
export async function* inOrder<In, Out>(
  items: Iterable<In> | AsyncIterable<In>,
  work: (item: In) => Promise<Out>,
  { ahead }: { ahead: number },
): AsyncGenerator<Out> {
  const begun: Promise<Out>[] = [];
  for await (const item of items) {
    const result = work(item);
    result.catch(() => undefined); // it is awaited below; until then a failure is not unhandled
    begun.push(result);
    if (begun.length >= ahead) yield await begun.shift()!;
  }
  while (begun.length > 0) yield await begun.shift()!;
}
