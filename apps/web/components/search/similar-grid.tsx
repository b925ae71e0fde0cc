"use client";

import { useEffect, useRef, useState } from "react";
import type { Aspect, Card, SimilarReply } from "@/lib/contract";
import { fetchJson } from "@/lib/fetch-json";
import { failureText } from "@/lib/words/failure-text";
import { useWords } from "../words";
import { shapes } from "./picture";
import type { GridLook } from "./search-state";
import { Tile } from "./tile";
import { useGridKeys } from "./use-grid-keys";

interface SimilarGridProps {
  readonly id: string;
  readonly look: GridLook;
  readonly onOpen: (card: Card) => void;
}

const count = 10;
const blanks = Array.from({ length: count }, (_, position) => `blank-${position}`);
type State = { readonly hits?: readonly Card[]; readonly failure?: unknown };

export function SimilarGrid({ id, look, onOpen }: SimilarGridProps) {
  const { words } = useWords();
  const [{ hits, failure }, setState] = useState<State>({});
  const list = useRef<HTMLUListElement>(null);
  const { active, setActive, onKeyDown } = useGridKeys(list, hits?.length ?? 0, () => undefined);

  useEffect(() => {
    const abort = new AbortController();
    const path = `/api/similar?id=${encodeURIComponent(id)}&k=${count}`;
    fetchJson<SimilarReply>(path, abort.signal).then(setState, (failure: unknown) => {
      if (!abort.signal.aborted) setState({ failure });
    });
    return () => abort.abort();
  }, [id]);

  return (
    <section className="mt-8">
      <h3 className="mb-4 font-medium">{words.card.similar}</h3>
      {failure !== undefined && (
        <p role="alert" className="text-danger">
          {failureText(failure, words)}
        </p>
      )}
      <ul
        ref={list}
        className="grid grid-cols-2 gap-x-4 gap-y-5 sm:grid-cols-5"
        onKeyDown={(event) => [onKeyDown(event), event.stopPropagation()]}
      >
        {hits?.map((card, position) => (
          <li key={card.id}>
            <Tile
              card={card}
              look={look}
              tabIndex={position === active ? 0 : -1}
              onFocus={() => setActive(position)}
              onOpen={onOpen}
            />
          </li>
        ))}
        {!hits &&
          failure === undefined &&
          blanks.map((key) => <Blank key={key} aspect={look.aspect} />)}
      </ul>
    </section>
  );
}

/** As high as a tile, so that nothing moves when the answer comes. */
function Blank({ aspect }: { readonly aspect: Aspect }) {
  return (
    <li aria-hidden="true">
      <span className={`block rounded-xl bg-sunken ${shapes[aspect]}`} />
      <span className="mt-2.5 block h-10" />
    </li>
  );
}
