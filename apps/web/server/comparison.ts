import type { CompareReply, PlacedCard, PlacedHit, Searcher, StrengthsFacts } from "@/lib/contract";
import { toCards } from "./cards";
import { Failure } from "./failure";
import { withSearcher } from "./searcher";

/** What the base and the adapter at a strength find. */
export function answerCompare(query: string, strength: number, k: number): Promise<CompareReply> {
  return withSearcher(async ({ searcher }) => {
    const { strengths } = await searcher.strengths();
    if (!strengths.includes(strength)) {
      throw new Failure(
        400,
        `Parameter strength is ${strength}; it must be one of ${strengths.join(", ")}.`,
      );
    }
    const { base, tuned, timings } = await searcher.compare(query, { strength, k });
    const cards = (hits: readonly PlacedHit[]) =>
      Promise.all(hits.map((hit) => toPlacedCard(searcher, hit)));
    return { query, strength, base: await cards(base), tuned: await cards(tuned), timings };
  });
}

export function describeStrengths(): Promise<StrengthsFacts> {
  return withSearcher(({ searcher }) => searcher.strengths());
}

async function toPlacedCard(
  searcher: Searcher,
  { id, score, otherRank }: PlacedHit,
): Promise<PlacedCard> {
  const item = await searcher.item(id);
  if (!item) throw new Error(`The strengths hold ${id}, which the index does not.`);
  const [card] = toCards([item], searcher.version);
  return { ...card!, score, otherRank };
}
