"use client";

import { type FormEvent, useEffect, useState } from "react";
import { type MapQuery, mostPins, writeMapQuery } from "@/lib/map";
import { failureText } from "@/lib/words/failure-text";
import { fill } from "@/lib/words/words";
import { Header } from "../header";
import { Notice } from "../notice";
import { SearchField } from "../search-field";
import { useWords } from "../words";
import { MapExplorer } from "./map-explorer";
import { useMap } from "./use-map";

/** The embedding space in two dimensions. */
export function MapPage({ first }: { readonly first: MapQuery }) {
  const { words } = useWords();
  const { map, share, failure, retry } = useMap();
  const [query, setQuery] = useState(first);
  const [text, setText] = useState("");
  const full = query.pins.length >= mostPins;
  useEffect(() => {
    history.replaceState(history.state, "", writeMapQuery(query) || location.pathname);
  }, [query]);
  const add = (event: FormEvent) => {
    event.preventDefault();
    const pin = text.trim();
    if (pin === "" || full) return;
    setQuery({ ...query, pins: [...query.pins.filter((one) => one !== pin), pin] });
    setText("");
  };
  return (
    <>
      <Header page="map">
        <form onSubmit={add}>
          <SearchField
            value={text}
            onChange={setText}
            label={words.map.ask}
            placeholder={full ? fill(words.map.full, { count: mostPins }) : words.map.ask}
            maxLength={200}
          />
        </form>
      </Header>
      <main className="px-4 pt-3 pb-10 sm:px-8">
        <h1 className="sr-only">{words.map.title}</h1>
        {map ? (
          <MapExplorer map={map} query={query} onQuery={setQuery} />
        ) : failure !== undefined ? (
          <Notice title={words.failures.page} text={failureText(failure, words)} tone="danger">
            <button type="button" onClick={retry} className="quiet-button">
              {words.search.retry}
            </button>
          </Notice>
        ) : (
          <Making share={share} />
        )}
      </main>
    </>
  );
}

/** Nothing until the first answer; a map that is there comes with it. */
function Making({ share }: { readonly share: number | undefined }) {
  const { words } = useWords();
  if (share === undefined) return <div className="h-[calc(100dvh-6rem)]" aria-busy="true" />;
  return (
    <Notice title={words.map.making} text={words.map.makingHelp}>
      <progress
        value={share}
        max={1}
        aria-label={words.map.making}
        className="h-1.5 w-64 appearance-none overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
      />
      <p className="tabular-nums">{fill(words.map.done, { percent: Math.floor(100 * share) })}</p>
    </Notice>
  );
}
