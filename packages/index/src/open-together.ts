/** What can be let go of. */
export interface Closable {
  close(): unknown;
}

/**
 * Opens several things of which each may fail: then those that `keep` was called with are closed, the
 * last one first.
 */
export async function openTogether<T>(
  open: (keep: <P extends Closable>(part: P) => P) => Promise<T>,
): Promise<T> {
  const kept: Closable[] = [];
  try {
    return await open((part) => {
      kept.push(part);
      return part;
    });
  } catch (error) {
    for (const part of kept.reverse()) await part.close();
    throw error;
  }
}
