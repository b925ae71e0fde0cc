"use client";

import { type KeyboardEvent, type MouseEvent, useEffect, useRef } from "react";
import type { Aspect, Card } from "@/lib/contract";
import { useWords } from "../words";
import { ConfidenceBar } from "./confidence-bar";
import { Duplicates } from "./duplicates";
import { FieldList } from "./field-list";
import { Icon } from "./icon";
import { Picture } from "./picture";
import { SimilarGrid } from "./similar-grid";

interface DetailDialogProps {
  /** Open while there is one. */
  readonly card: Card | undefined;
  /** What the left and right arrows step through. */
  readonly cards: readonly Card[];
  readonly aspect: Aspect;
  readonly onShow: (card: Card) => void;
  readonly onClose: () => void;
  /** Searches by the picture itself. */
  readonly onSearch: (card: Card) => void;
}

export function DetailDialog(props: DetailDialogProps) {
  const { card, cards, onShow, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = card?.id;

  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (id === undefined) return element.close();
    if (!element.open) element.showModal();
    element.scrollTo({ top: 0 });
  }, [id]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = step && cards[cards.findIndex((other) => other.id === id) + step];
    if (next && cards.some((other) => other.id === id)) onShow(next);
  };
  const onClick = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose(); // the backdrop is the dialog itself
  };

  return (
    <dialog
      ref={dialog}
      onClose={onClose}
      onClick={onClick}
      onKeyDown={onKeyDown}
      aria-labelledby="detail-title"
      className="m-auto max-h-[92dvh] w-[min(64rem,calc(100vw-1.5rem))] max-w-none overflow-y-auto overscroll-contain rounded-2xl border border-line bg-surface text-ink shadow-2xl"
    >
      {card && <Detail {...props} card={card} />}
    </dialog>
  );
}

type DetailProps = Omit<DetailDialogProps, "card" | "cards"> & { readonly card: Card };

function Detail({ card, aspect, onShow, onClose, onSearch }: DetailProps) {
  const { words } = useWords();
  return (
    <div className="p-5 sm:p-7">
      <div className="grid gap-6 sm:grid-cols-[minmax(0,5fr)_minmax(0,6fr)] sm:gap-8">
        <div className="rounded-xl ring-1 ring-line">
          <Picture src={card.thumbnail} alt={card.title} aspect={aspect} eager />
        </div>
        <div className="min-w-0">
          <div className="flex items-start justify-between gap-4">
            <h2
              id="detail-title"
              className="min-w-0 break-words font-semibold text-xl leading-snug"
            >
              {card.title}
            </h2>
            <button
              type="button"
              aria-label={words.card.close}
              onClick={onClose}
              className="icon-button -mt-1 -mr-2"
            >
              <Icon name="cross" />
            </button>
          </div>
          <div className="mt-3 h-5 max-w-56">
            {card.confidence !== undefined && <ConfidenceBar confidence={card.confidence} />}
          </div>
          <FieldList card={card} />
          <button type="button" onClick={() => onSearch(card)} className="quiet-button mt-4">
            <Icon name="search" />
            {words.card.searchSimilar}
          </button>
        </div>
      </div>
      <Duplicates card={card} />
      <SimilarGrid key={card.id} id={card.id} aspect={aspect} onOpen={onShow} />
    </div>
  );
}
