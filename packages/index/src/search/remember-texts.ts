import type { TextTimings } from "@cliptune/clip";

/** Queries whose vectors are kept: some 2 MB at 512 dimensions. */
const mostTexts = 1000;

/** `[n, D]`, one row a text; adds to the timings. */
export type EncodeTexts = (
  texts: readonly string[],
  timings?: TextTimings,
) => Promise<Float32Array>;

/**
 * `encode` that keeps the vectors of the texts asked for last: the pages, filters and orders of one
 * query are requests of their own, and many people ask the same.
 *
 * @param encode always gives the same row for a text
 */
export function rememberTexts(encode: EncodeTexts, most = mostTexts): EncodeTexts {
  const kept = new Map<string, Float32Array>(); // the longest unused first
  return async (texts, timings) => {
    const asked = new Set(texts);
    const fresh = [...asked].filter((text) => !kept.has(text));
    // Held here as well: what other calls ask for meanwhile may push it out.
    const known = new Map([...asked].flatMap((text) => entry(text, kept.get(text))));
    if (fresh.length > 0) {
      const rows = await encode(fresh, timings);
      const dimension = rows.length / fresh.length;
      for (const [i, text] of fresh.entries()) {
        known.set(text, rows.slice(i * dimension, (i + 1) * dimension));
      }
    }
    for (const [text, vector] of known) {
      kept.delete(text);
      kept.set(text, vector);
    }
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break;
      kept.delete(oldest);
    }
    return joined(texts.map((text) => known.get(text)!));
  };
}

function entry<T>(text: string, vector: T | undefined): [string, T][] {
  return vector === undefined ? [] : [[text, vector]];
}

/** A copy: what is kept can't be changed by who asked. */
function joined(vectors: readonly Float32Array[]): Float32Array {
  const dimension = vectors[0]?.length ?? 0;
  const rows = new Float32Array(vectors.length * dimension);
  for (const [i, vector] of vectors.entries()) rows.set(vector, i * dimension);
  return rows;
}
