import type { Card } from "@/lib/contract";
import { fieldLine } from "@/lib/field-line";
import { titleOf } from "@/lib/title-of";
import { counted } from "@/lib/words/words";
import { useWords } from "../words";
import { ConfidenceBar } from "./confidence-bar";
import { Picture } from "./picture";
import type { GridLook } from "./search-state";

interface TileProps {
  readonly card: Card;
  readonly look: GridLook;
  readonly eager?: boolean;
  readonly tabIndex?: number;
  readonly onFocus?: () => void;
  readonly onOpen: (card: Card) => void;
}

export function Tile({ card, look, eager = false, tabIndex, onFocus, onOpen }: TileProps) {
  const { words, language } = useWords();
  const folded = card.duplicates?.length ?? 0;
  const title = titleOf(card);
  const fields = fieldLine(card.fields, { names: look.told, language });
  return (
    <button
      type="button"
      tabIndex={tabIndex}
      onFocus={onFocus}
      onClick={() => onOpen(card)}
      aria-haspopup="dialog"
      className="group flex size-full scroll-mt-28 flex-col rounded-xl text-left outline-none"
    >
      <span className="relative block w-full rounded-xl ring-1 ring-line transition-shadow duration-150 group-hover:shadow-[0_6px_20px_oklch(0_0_0/0.12)] group-focus-visible:ring-3 group-focus-visible:ring-accent">
        <Picture src={card.thumbnail} alt="" aspect={look.aspect} eager={eager} />
        {folded > 0 && (
          <span
            title={counted(words.card.duplicates, folded, language)}
            className="absolute right-2 bottom-2 rounded-full bg-black/70 px-2 py-0.5 font-medium text-white text-xs tabular-nums"
          >
            <span aria-hidden="true">+{folded}</span>
            <span className="sr-only">{counted(words.card.duplicates, folded, language)}</span>
          </span>
        )}
      </span>
      <span
        dir="auto"
        title={title}
        className="mt-2.5 line-clamp-2 w-full break-words font-medium leading-snug"
      >
        {title}
      </span>
      {fields !== "" && (
        <span className="mt-0.5 block w-full truncate text-muted text-xs">{fields}</span>
      )}
      <span className="mt-auto block h-5 w-full pt-1">
        {card.confidence !== undefined && <ConfidenceBar confidence={card.confidence} />}
      </span>
    </button>
  );
}
