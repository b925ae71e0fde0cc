"use client";

import type { ReactNode } from "react";
import type { SearchReply } from "@/lib/contract";
import { counted, fill } from "@/lib/words/words";
import { useWords } from "../words";

interface StatusLineProps {
  readonly answer: SearchReply | undefined;
  /** Items in the index. */
  readonly count: number;
  readonly failed: boolean;
  readonly children?: ReactNode;
}

/** One line of a fixed height above the grid: how many, of how many, how fast. */
export function StatusLine({ answer, count, failed, children }: StatusLineProps) {
  const { words, language } = useWords();
  return (
    <div className="mb-4 flex h-5 items-baseline justify-between gap-6">
      {children}
      <p role="status" aria-live="polite" className="truncate">
        {answer && !failed && (
          <>
            {!answer.goodMatch && answer.hits.length > 0 && (
              <>
                <span className="font-medium text-warm">{words.search.noGoodMatch}</span>
                <span className="max-lg:sr-only">. {words.search.noGoodMatchHelp}</span>
                <span aria-hidden="true"> · </span>
              </>
            )}
            {results(answer)}
            {answer.query !== "" && (
              <span className="text-muted"> {fill(words.search.for, { query: answer.query })}</span>
            )}
          </>
        )}
      </p>
      <p className={`shrink-0 text-muted tabular-nums ${answer ? "max-sm:hidden" : ""}`}>
        {counted(words.search.pictures, count, language)}
        {answer && !failed && <span> · {milliseconds(answer.timings)} ms</span>}
      </p>
    </div>
  );

  /** Folded, the number is known only when the last page has come. */
  function results({ hits, total, cursor }: SearchReply): string {
    const text = counted(words.search.results, total ?? hits.length, language);
    return total === undefined && cursor !== undefined ? text.replace(/(\d)(?!.*\d)/, "$1+") : text;
  }
}

function milliseconds(timings: SearchReply["timings"]): string {
  const sum = Object.values(timings).reduce((total, time) => total + time, 0);
  return sum < 10 ? sum.toFixed(1) : sum.toFixed(0);
}
