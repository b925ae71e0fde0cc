"use client";

import { useState } from "react";
import { Examples } from "@/components/examples";
import { Header } from "@/components/header";
import { SearchField } from "@/components/search-field";
import { useWords } from "@/components/words";
import type { Aspect, CompareReply, StrengthsFacts } from "@/lib/contract";
import { failureText } from "@/lib/words/failure-text";
import { fill } from "@/lib/words/words";
import { RankedList } from "./ranked-list";
import { StrengthSlider } from "./strength-slider";
import { useComparison } from "./use-comparison";

export interface CompareStart extends StrengthsFacts {
  readonly query: string;
  readonly strength: number;
  readonly answer?: CompareReply;
  readonly aspect: Aspect;
  /** What can be asked, for instance. */
  readonly examples: readonly string[];
}

/** The untuned base and the adapter at a chosen strength, side by side for one query. */
export function ComparePage({ start }: { start: CompareStart }) {
  const { words } = useWords();
  const { aspect } = start;
  const [query, setQuery] = useState(start.query);
  const [strength, setStrength] = useState(start.strength);
  const { answer, failure, pending, retry } = useComparison({ query, strength }, start.answer);
  return (
    <>
      <Header page="compare">
        <SearchField
          value={query}
          onChange={setQuery}
          pending={pending}
          label={words.compare.label}
          placeholder={words.compare.label}
          maxLength={500}
        />
      </Header>
      <main
        aria-busy={pending}
        className="mx-auto max-w-[140rem] px-4 py-6 sm:px-8 lg:grid lg:grid-cols-[19rem_minmax(0,1fr)] lg:gap-10 xl:grid-cols-[24rem_minmax(0,1fr)]"
      >
        {/* Beside the answer where there is room, so that both are seen while the slider moves. */}
        <div className="self-start lg:sticky lg:top-24">
          <h1 className="mb-4 font-semibold text-2xl tracking-tight">{words.compare.title}</h1>
          <StrengthSlider
            strengths={start.strengths}
            recall={start.recall}
            value={strength}
            onChange={setStrength}
          />
        </div>
        <div className="max-lg:mt-8">
          {failure !== undefined && (
            <p role="alert" className="mb-6 flex flex-wrap items-center gap-3 text-danger">
              {failureText(failure, words)}
              <button type="button" onClick={retry} className="quiet-button">
                {words.search.retry}
              </button>
            </p>
          )}
          {answer ? (
            <div className="grid grid-cols-2 gap-4 sm:gap-8">
              <RankedList
                title={words.compare.base}
                hits={answer.base}
                side="base"
                {...{ aspect }}
              />
              <RankedList
                title={fill(words.compare.tuned, { strength: answer.strength })}
                hits={answer.tuned}
                side="tuned"
                {...{ aspect }}
              />
            </div>
          ) : (
            <div className="grid gap-2">
              <p>{words.compare.ask}</p>
              <Examples titles={start.examples} onChoose={setQuery} />
            </div>
          )}
        </div>
      </main>
    </>
  );
}
