"use client";

import type { Ref } from "react";
import type { Card } from "@/lib/contract";
import { failureText } from "@/lib/words/failure-text";
import { fill } from "@/lib/words/words";
import { Notice } from "../notice";
import { useWords } from "../words";
import { MoreResults } from "./more-results";
import { ResultGrid } from "./result-grid";
import type { GridLook } from "./search-state";
import type { useSample } from "./use-sample";
import type { useSearch } from "./use-search";

interface AnswerProps {
  readonly ref: Ref<HTMLUListElement>;
  readonly search: ReturnType<typeof useSearch>;
  readonly sample: ReturnType<typeof useSample>;
  readonly look: GridLook;
  readonly onOpen: (card: Card) => void;
  readonly onLeaveUp: () => void;
  /** Where there are filters. */
  readonly onClearFilters: (() => void) | undefined;
}

/** The pictures that were found, or a sample, or why there is neither. */
export function Answer(props: AnswerProps) {
  const { search, sample, onClearFilters } = props;
  const { words } = useWords();
  const { answer, failure } = search;
  if (failure !== undefined) {
    return (
      <Notice title={words.search.failed} text={failureText(failure, words)} tone="danger">
        <button type="button" onClick={search.retry} className="quiet-button">
          {words.search.retry}
        </button>
      </Notice>
    );
  }
  const cards = answer ? answer.hits : sample.cards;
  if (cards.length === 0 && !answer) {
    return <Notice title={words.search.emptyIndex} text={words.search.emptyIndexHelp} />;
  }
  if (cards.length === 0 && onClearFilters) {
    return (
      <Notice title={words.search.nothingFiltered}>
        <button type="button" onClick={onClearFilters} className="quiet-button">
          {words.search.clearFilters}
        </button>
      </Notice>
    );
  }
  if (cards.length === 0) {
    const nothing = fill(words.search.nothing, { query: answer?.query ?? "" });
    return <Notice title={nothing} text={words.search.nothingHelp} />;
  }
  const { ref, look, onOpen, onLeaveUp } = props;
  const label = answer
    ? fill(words.search.resultsFor, { query: answer.query })
    : words.search.sample;
  return (
    <>
      <ResultGrid ref={ref} {...{ cards, look, label, onOpen, onLeaveUp }} />
      <MoreResults
        state={answer ? search.more : sample.more}
        ended={answer ? answer.cursor === undefined : sample.ended}
        onMore={answer ? search.loadMore : sample.loadMore}
      />
    </>
  );
}
