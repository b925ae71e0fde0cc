"use client";

import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import type { Card } from "@/lib/contract";
import { titleOf } from "@/lib/title-of";
import { Icon } from "../icon";
import { useWords } from "../words";
import { ConfidenceBar } from "./confidence-bar";
import { Duplicates } from "./duplicates";
import { FieldList } from "./field-list";
import { Picture } from "./picture";
import type { GridLook } from "./search-state";
import { SimilarGrid } from "./similar-grid";

interface DetailDialogProps {
  /** Open while there is one. */
  readonly card: Card | undefined;
  /** What the left and right arrows step through. */
  readonly cards: readonly Card[];
  readonly look: GridLook;
  readonly onShow: (card: Card) => void;
  readonly onClose: () => void;
  /** Once it is closed: the picture that was shown last. */
  readonly onLeft: (card: Card) => void;
  /** Searches by the picture itself. */
  readonly onSearch: (id: string) => void;
}

export function DetailDialog(props: DetailDialogProps) {
  const { card, cards, onShow, onClose, onLeft, onSearch } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  // From one picture to what is like it, and on: the way back.
  const [trail, setTrail] = useState<readonly Card[]>([]);
  const last = useRef<Card>(undefined);
  last.current = card ?? last.current;
  const id = card?.id;
  const place = cards.findIndex((other) => other.id === id);
  const beside = (step: number) => (place < 0 ? undefined : cards[place + step]);

  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (id === undefined) {
      setTrail([]);
      return element.close();
    }
    if (!element.open) element.showModal();
    element.scrollTo({ top: 0 });
  }, [id]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (trail.length > 0) return;
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = step === 0 ? undefined : beside(step);
    if (next) onShow(next);
  };
  const goOn = (next: Card) => {
    if (card) setTrail([...trail, card]);
    onShow(next);
  };
  const goBack = () => {
    const before = trail.at(-1);
    if (before) onShow(before);
    setTrail(trail.slice(0, -1));
  };
  const onClosed = () => {
    onClose();
    if (last.current) onLeft(last.current);
    last.current = undefined;
  };
  const search = (wanted: string) => {
    last.current = undefined; // the results that it is one of go
    onSearch(wanted);
  };
  const onClick = (event: MouseEvent) => {
    if (event.target === dialog.current) onClose(); // the backdrop is the dialog itself
  };

  return (
    <dialog
      ref={dialog}
      onClose={onClosed}
      onClick={onClick}
      onKeyDown={onKeyDown}
      aria-labelledby="detail-title"
      className="m-auto max-h-[92dvh] w-[min(64rem,calc(100vw-1.5rem))] max-w-none overflow-y-auto overscroll-contain rounded-2xl border border-line bg-surface text-ink shadow-2xl"
    >
      {card && (
        <>
          <Bar
            previous={beside(-1)}
            next={beside(1)}
            onBack={trail.length > 0 ? goBack : undefined}
            {...{ onShow, onClose }}
          />
          <Detail {...props} card={card} onShow={goOn} onSearch={search} />
        </>
      )}
    </dialog>
  );
}

interface BarProps extends Pick<DetailDialogProps, "onShow" | "onClose"> {
  readonly previous: Card | undefined;
  readonly next: Card | undefined;
  /** Where it was come to from another picture, instead of from the results. */
  readonly onBack: (() => void) | undefined;
}

/** Stays in sight while the dialog scrolls. */
function Bar({ previous, next, onBack, onShow, onClose }: BarProps) {
  const { words } = useWords();
  const step = (name: "left" | "right", label: string, card: Card | undefined) => (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={!card}
      onClick={() => card && onShow(card)}
      className="icon-button disabled:pointer-events-none disabled:opacity-35"
    >
      <Icon name={name} />
    </button>
  );
  return (
    <div className="sticky top-0 z-10 flex items-center gap-1 bg-surface/90 px-3 pt-3 pb-2 backdrop-blur-sm sm:px-5">
      {onBack ? (
        <button type="button" onClick={onBack} className="quiet-button">
          <Icon name="left" className="size-3.5" />
          {words.card.back}
        </button>
      ) : (
        <>
          {step("left", words.card.previous, previous)}
          {step("right", words.card.next, next)}
        </>
      )}
      <button
        type="button"
        aria-label={words.card.close}
        onClick={onClose}
        className="icon-button ml-auto"
      >
        <Icon name="cross" />
      </button>
    </div>
  );
}

type DetailProps = Omit<DetailDialogProps, "card" | "cards"> & { readonly card: Card };

function Detail({ card, look, onShow, onSearch }: DetailProps) {
  const { words } = useWords();
  const title = titleOf(card);
  return (
    <div className="px-5 pt-1 pb-6 sm:px-7">
      <div className="grid gap-5 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)] sm:gap-8">
        <div className="self-start rounded-xl ring-1 ring-line">
          <Picture src={card.thumbnail} alt={title} aspect={look.aspect} eager />
        </div>
        <div className="min-w-0">
          <h2
            id="detail-title"
            dir="auto"
            className="break-words font-semibold text-xl leading-snug"
          >
            {title}
          </h2>
          <div className="mt-3 h-5 max-w-56">
            {card.confidence !== undefined && <ConfidenceBar confidence={card.confidence} />}
          </div>
          <FieldList card={card} />
          <button type="button" onClick={() => onSearch(card.id)} className="quiet-button mt-4">
            <Icon name="search" />
            {words.card.searchSimilar}
          </button>
        </div>
      </div>
      <Duplicates card={card} onSearch={onSearch} />
      <SimilarGrid key={card.id} id={card.id} look={look} onOpen={onShow} />
    </div>
  );
}
