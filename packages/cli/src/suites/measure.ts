import type { Encoder } from "@cliptune/clip";
import { type InnerProducts, type Rows, rank, rowsOf } from "@cliptune/trainer";

/** Shares of the queries whose picture is among the first 1, 5 and 10. */
export interface Recalls {
  readonly r1: number;
  readonly r5: number;
  readonly r10: number;
}

export interface Query {
  readonly text: string;
  /** Rows of the pictures that are right. */
  readonly right: Int32Array;
}

/** Each distinct text once; right are all pictures that are called so. Pictures without a text stay in the gallery. */
export function queriesOf(texts: readonly (string | undefined)[]): Query[] {
  const rows = new Map<string, number[]>();
  for (const [row, text] of texts.entries()) {
    if (text === undefined) continue;
    const same = rows.get(text);
    if (same) same.push(row);
    else rows.set(text, [row]);
  }
  return [...rows].map(([text, right]) => ({ text, right: Int32Array.from(right) }));
}

/** @param pictures `[N, D]` */
export async function recallOf(
  encoder: Encoder,
  queries: readonly Query[],
  { pictures, products }: { pictures: Rows; products: InnerProducts },
): Promise<Recalls> {
  const texts = await encoder.encodeTexts(queries.map(({ text }) => text));
  const { r1, r5, r10 } = await rank(rowsOf(texts, queries.length), pictures, {
    relevant: queries.map(({ right }) => right),
    products,
  });
  return { r1, r5, r10 };
}

/** What guessing reaches: the mean chance that one of the right pictures is among `k` drawn without looking. */
export function chanceAt(k: number, queries: readonly Query[], pictures: number): number {
  const missed = (right: number): number => {
    let share = 1;
    for (let i = 0; i < Math.min(k, pictures); i++)
      share *= Math.max(0, (pictures - right - i) / (pictures - i));
    return share;
  };
  return queries.reduce((sum, { right }) => sum + 1 - missed(right.length), 0) / queries.length;
}
