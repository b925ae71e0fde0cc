"use client";

import type { Ref } from "react";
import type { Aspect, Card } from "@/lib/contract";
import { failureText } from "@/lib/words/failure-text";
import { fill } from "@/lib/words/words";
import { Notice } from "../notice";
import { useWords } from "../words";
import { MoreResults } from "./more-results";
import { ResultGrid } from "./result-grid";
import type { useSample } from "./use-sample";
import type { useSearch } from "./use-search";

interface AnswerProps {
  readonly ref: Ref<HTMLUListElement>;
  readonly search: ReturnType<typeof useSearch>;
  readonly sample: ReturnType<typeof useSample>;
  readonly aspect: Aspect;
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
      <Notice title={words.search.failed} tone="danger">
        <p>{failureText(failure, words)}</p>
        <button type="button" onClick={search.retry} className="quiet-button">
          {words.search.retry}
        </button>
      </Notice>
    );
  }
  const cards = answer ? answer.hits : sample.cards;
  if (cards.length === 0 && !answer) {
    return (
      <Notice title={words.search.emptyIndex}>
        <p>{words.search.emptyIndexHelp}</p>
      </Notice>
    );
  }
  if (cards.length === 0) {
    const nothing = fill(words.search.nothing, { query: answer?.query ?? "" });
    return (
      <Notice title={onClearFilters ? words.search.nothingFiltered : nothing}>
        {onClearFilters ? (
          <button type="button" onClick={onClearFilters} className="quiet-button">
            {words.search.clearFilters}
          </button>
        ) : (
          <p>{words.search.nothingHelp}</p>
        )}
      </Notice>
    );
  }
  const { ref, aspect, onOpen, onLeaveUp } = props;
  const label = answer
    ? fill(words.search.resultsFor, { query: answer.query })
    : words.search.sample;
  return (
    <>
      <ResultGrid ref={ref} {...{ cards, aspect, label, onOpen, onLeaveUp }} />
      <MoreResults
        state={answer ? search.more : sample.more}
        ended={answer ? answer.cursor === undefined : sample.ended}
        onMore={answer ? search.loadMore : sample.loadMore}
      />
    </>
  );
}
