import { useId } from "react";
import { useWords } from "@/components/words";
import type { PlacedCard } from "@/lib/contract";
import { fill, type Words } from "@/lib/words/words";

interface RankedListProps {
  readonly title: string;
  readonly hits: readonly PlacedCard[];
  readonly side: "base" | "tuned";
}

/** Hits by place, each with where it stands in the other list. */
export function RankedList({ title, hits, side }: RankedListProps) {
  const { words } = useWords();
  const heading = useId();
  return (
    <section aria-labelledby={heading} className="min-w-0">
      <h2 id={heading} className="mb-3 min-h-[2lh] font-semibold text-base sm:min-h-0">
        {title}
      </h2>
      <ol className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,20rem),1fr))] gap-3">
        {hits.map((hit, i) => (
          <li
            key={hit.id}
            className="flex min-w-0 items-center gap-3 rounded-xl border border-line bg-surface p-2 max-sm:flex-col max-sm:items-start"
          >
            <span className="w-6 shrink-0 text-right text-muted tabular-nums max-sm:text-left">
              {i + 1}
            </span>
            {/* biome-ignore lint/performance/noImgElement: thumbnails are already small WebP files */}
            <img
              src={hit.thumbnail}
              alt=""
              width="56"
              height="56"
              className="size-14 shrink-0 rounded-lg bg-white object-contain p-1 ring-1 ring-line"
            />
            <span className="min-w-0 max-sm:w-full">
              <span className="block truncate font-medium" title={hit.title}>
                {hit.title}
              </span>
              <Move place={i + 1} other={hit.otherRank} {...{ side, words }} />
            </span>
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
  if (place === other) return <span className="text-muted text-xs">= {compare.same}</span>;
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
    <span className={`text-xs tabular-nums ${better ? "text-accent" : "text-muted"}`}>
      {better ? "▲" : "▼"} {fill(text, { place: other })}
    </span>
  );
}
