"use client";

import { lazy, Suspense, useCallback, useMemo, useRef, useState } from "react";
import type { Card } from "@/lib/contract";
import { exampleTitles } from "@/lib/example-titles";
import { tellingFields } from "@/lib/field-line";
import { readQuery, type Term } from "@/lib/query";
import { Examples } from "../examples";
import { Header } from "../header";
import { Answer } from "./answer";
import { DropTarget } from "./drop-target";
import { PictureButton } from "./picture-button";
import { RecentMenu } from "./recent-menu";
import { SearchBox } from "./search-box";
import type { SearchStart } from "./search-state";
import { StatusLine } from "./status-line";
import { TermRow } from "./term-row";
import { usePictureTerm } from "./use-picture-term";
import { useQuery } from "./use-query";
import { useRecent } from "./use-recent";
import { useSample } from "./use-sample";
import { useSearch } from "./use-search";

// Not needed to show the first answer, so not in the first script.
const FilterPanel = lazy(() =>
  import("./filter-panel").then((module) => ({ default: module.FilterPanel })),
);
const DetailDialog = lazy(() =>
  import("./detail-dialog").then((module) => ({ default: module.DetailDialog })),
);

export function SearchPage({ start }: { readonly start: SearchStart }) {
  const { query, change } = useQuery(start.query);
  const search = useSearch(query, start);
  const sample = useSample(start.sample, start.count);
  const { answer, failure, pending } = search;
  const { recent, forget } = useRecent({ query, answered: answer !== undefined && !pending });
  const [shown, setShown] = useState<Card>();
  const [opened, setOpened] = useState(false); // ever: the dialog stays to be closed and shown again
  const [filtering, setFiltering] = useState(start.query.filter.length > 0);
  const box = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLUListElement>(null);
  const examples = useMemo(() => exampleTitles(start.sample), [start.sample]);
  const telling = useMemo(() => tellingFields(start.fields, start.count), [start]);
  const look = { aspect: start.aspect, told: telling.map(({ name }) => name) };
  const close = useCallback(() => setShown(undefined), []);
  const terms = useRef(query.terms);
  terms.current = query.terms;
  const addTerm = useCallback(
    (term: Term) => {
      const others = terms.current.filter(({ value }) => value !== term.value);
      change({ terms: [...others, term] });
    },
    [change],
  );
  const picture = usePictureTerm(addTerm);
  const open = (card: Card) => [setShown(card), setOpened(true)];
  const toGrid = () => grid.current?.querySelector<HTMLElement>("button[tabindex='0']")?.focus();
  const cards = answer ? answer.hits : sample.cards;
  const toTile = ({ id }: Card) => {
    const tiles = grid.current?.querySelectorAll<HTMLElement>(":scope > li > button");
    tiles?.[cards.findIndex((card) => card.id === id)]?.focus();
  };
  const searchLike = (id: string) => {
    close();
    change({ text: "", terms: [{ kind: "id", value: id, weight: 1 }] });
    window.scrollTo({ top: 0 });
  };

  return (
    <>
      <Header page="search">
        <SearchBox
          ref={box}
          value={query.text}
          pending={pending || picture.busy}
          onChange={(text) => change({ text }, "typing")}
          onLeave={toGrid}
        >
          <RecentMenu
            recent={recent}
            onChoose={({ address }) => change(readQuery(new URLSearchParams(address)))}
            onForget={forget}
          />
          <PictureButton onFile={picture.send} />
        </SearchBox>
      </Header>
      <main className="px-4 pt-3 pb-16 sm:px-8" aria-busy={pending}>
        <TermRow
          terms={query.terms}
          filters={query.filter.length}
          filtering={filtering}
          onTerms={(next) => change({ terms: next })}
          onFiltering={setFiltering}
        />
        <div id="filters">
          {filtering && (
            <Suspense>
              <FilterPanel fields={telling} query={query} onChange={change} />
            </Suspense>
          )}
        </div>
        <StatusLine answer={answer} count={start.count} failed={failure !== undefined}>
          {!answer && <Examples titles={examples} onChoose={(text) => change({ text })} />}
        </StatusLine>
        <Answer
          ref={grid}
          search={search}
          sample={sample}
          look={look}
          onOpen={open}
          onLeaveUp={() => box.current?.focus()}
          onClearFilters={query.filter.length > 0 ? () => change({ filter: [] }) : undefined}
        />
      </main>
      <DropTarget sending={picture} />
      {opened && (
        <Suspense>
          <DetailDialog
            card={shown}
            cards={cards}
            look={look}
            onShow={setShown}
            onClose={close}
            onLeft={toTile}
            onSearch={searchLike}
          />
        </Suspense>
      )}
    </>
  );
}
