"use client";

import { useCallback, useMemo, useRef, useState } from "react";
import type { Card } from "@/lib/contract";
import { exampleTitles } from "@/lib/example-titles";
import { Header } from "../header";
import { Notice } from "../notice";
import { DetailDialog } from "./detail-dialog";
import { Examples } from "./examples";
import { ResultGrid } from "./result-grid";
import { SearchBox } from "./search-box";
import type { SearchStart } from "./search-state";
import { StatusLine } from "./status-line";
import { useQuery } from "./use-query";
import { useSearch } from "./use-search";

export function SearchPage({ start }: { start: SearchStart }) {
  const [query, setQuery] = useQuery(start.query);
  const { answer, pending, failure, retry } = useSearch(query, start.answer);
  const [shown, setShown] = useState<Card>();
  const box = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLUListElement>(null);
  const examples = useMemo(() => exampleTitles(start.sample), [start.sample]);
  const close = useCallback(() => setShown(undefined), []);
  const cards = answer ? answer.hits : start.sample;
  const toGrid = () => grid.current?.querySelector<HTMLElement>("button[tabindex='0']")?.focus();

  return (
    <>
      <Header page="search">
        <SearchBox ref={box} value={query} pending={pending} onChange={setQuery} onLeave={toGrid} />
      </Header>
      <main className="px-4 pt-4 pb-16 sm:px-8" aria-busy={pending}>
        <StatusLine answer={answer} count={start.count} failed={failure !== undefined}>
          {!answer && <Examples titles={examples} onChoose={setQuery} />}
        </StatusLine>
        {failure !== undefined ? (
          <Notice title="The search failed" tone="danger">
            <p>{failure}</p>
            <button
              type="button"
              onClick={retry}
              className="rounded-lg border border-line bg-surface px-4 py-2 text-ink hover:bg-sunken"
            >
              Try again
            </button>
          </Notice>
        ) : cards.length === 0 ? (
          <Notice
            title={answer ? `Nothing in this index for “${answer.query}”` : "This index is empty"}
          >
            <p>{answer ? "Try other words." : "Add pictures with `cliptune index build`."}</p>
          </Notice>
        ) : (
          <ResultGrid
            ref={grid}
            cards={cards}
            aspect={start.aspect}
            label={answer ? `Results for ${answer.query}` : "A sample of the index"}
            onOpen={setShown}
            onLeaveUp={() => box.current?.focus()}
          />
        )}
      </main>
      <DetailDialog
        card={shown}
        cards={cards}
        aspect={start.aspect}
        onShow={setShown}
        onClose={close}
      />
    </>
  );
}
