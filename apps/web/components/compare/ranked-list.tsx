import { useId } from "react";
import { Picture } from "@/components/search/picture";
import { useWords } from "@/components/words";
import type { Aspect, PlacedCard } from "@/lib/contract";
import { titleOf } from "@/lib/title-of";
import { fill, type Words } from "@/lib/words/words";

interface RankedListProps {
  readonly title: string;
  readonly hits: readonly PlacedCard[];
  readonly side: "base" | "tuned";
  readonly aspect: Aspect;
}

const square = "grid-cols-[repeat(auto-fill,minmax(min(100%,7.5rem),1fr))]";
const wide = "grid-cols-[repeat(auto-fill,minmax(min(100%,10rem),1fr))]";
const columns: Readonly<Record<Aspect, string>> = {
  ...{ portrait: square, square, landscape: wide, wide },
};

/** Hits by place, each with where it stands in the other list. */
export function RankedList({ title, hits, side, aspect }: RankedListProps) {
  const { words } = useWords();
  const heading = useId();
  return (
    <section aria-labelledby={heading} className="min-w-0">
      <h2 id={heading} className="mb-3 font-semibold text-base max-sm:min-h-[2lh]">
        {title}
      </h2>
      <ol className={`grid gap-x-3 gap-y-5 ${columns[aspect]}`}>
        {hits.map((hit, i) => (
          <li key={hit.id}>
            <a href={`/?like=${encodeURIComponent(hit.id)}`} className="group block rounded-lg">
              <span className="block rounded-lg ring-1 ring-line transition-shadow group-hover:shadow-[0_6px_20px_oklch(0_0_0/0.12)]">
                <Picture src={hit.thumbnail} alt="" aspect={aspect} eager />
              </span>
              <span className="mt-1.5 flex items-baseline gap-1.5">
                <span className="text-muted text-xs tabular-nums">{i + 1}</span>
                <span dir="auto" className="min-w-0 truncate font-medium" title={titleOf(hit)}>
                  {titleOf(hit)}
                </span>
              </span>
              <Move place={i + 1} other={hit.otherRank} {...{ side, words }} />
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}

interface MoveProps {
  readonly place: number;
  readonly other: number;
  readonly side: "base" | "tuned";
  readonly words: Words;
}

function Move({ place, other, side, words: { compare } }: MoveProps) {
  if (place === other) return <span className="block text-muted text-xs">= {compare.same}</span>;
  const better = side === "tuned" ? place < other : other < place;
  const text =
    side === "tuned"
      ? better
        ? compare.up
        : compare.down
      : better
        ? compare.risen
        : compare.fallen;
  return (
    <span
      className={`block truncate text-xs tabular-nums ${better ? "text-accent" : "text-muted"}`}
    >
      {better ? "▲" : "▼"} {fill(text, { place: other })}
    </span>
  );
}
