"use client";

import { useState } from "react";
import { Header } from "@/components/header";
import { useWords } from "@/components/words";
import type { CompareReply, StrengthsFacts } from "@/lib/contract";
import { fill } from "@/lib/words/words";
import { RankedList } from "./ranked-list";
import { StrengthSlider } from "./strength-slider";
import { useComparison } from "./use-comparison";

export interface CompareStart extends StrengthsFacts {
  readonly query: string;
  readonly strength: number;
  readonly answer?: CompareReply;
}

/** The untuned base and the adapter at a chosen strength, side by side for one query. */
export function ComparePage({ start }: { start: CompareStart }) {
  const { words } = useWords();
  const [query, setQuery] = useState(start.query);
  const [strength, setStrength] = useState(start.strength);
  const { answer, failure } = useComparison({ query, strength }, start.answer);
  return (
    <>
      <Header page="compare">
        <input
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          aria-label={words.compare.label}
          placeholder={words.compare.label}
          maxLength={500}
          className="w-full rounded-xl border border-line bg-surface px-4 py-2 text-base"
        />
      </Header>
      <main className="mx-auto max-w-[120rem] px-4 py-6 sm:px-8">
        <h1 className="mb-4 font-semibold text-2xl tracking-tight">{words.compare.title}</h1>
        <StrengthSlider
          strengths={start.strengths}
          recall={start.recall}
          value={strength}
          onChange={setStrength}
        />
        {failure !== undefined && (
          <p role="alert" className="mt-6 text-danger">
            {failure}
          </p>
        )}
        {answer ? (
          <div className="mt-8 grid grid-cols-2 gap-4 sm:gap-8">
            <RankedList title={words.compare.base} hits={answer.base} side="base" />
            <RankedList
              title={fill(words.compare.tuned, { strength: answer.strength })}
              hits={answer.tuned}
              side="tuned"
            />
          </div>
        ) : (
          <p className="mt-8 text-muted">{words.compare.ask}</p>
        )}
      </main>
    </>
  );
}
