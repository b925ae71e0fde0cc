"use client";

import { Icon } from "../icon";
import { useWords } from "../words";
import { usePictureDrop } from "./use-picture-drop";
import type { usePictureTerm } from "./use-picture-term";

/** Takes pictures that are dropped on the page or pasted, and says what became of them. */
export function DropTarget({ sending }: { readonly sending: ReturnType<typeof usePictureTerm> }) {
  const { words } = useWords();
  const over = usePictureDrop(sending.send);
  return (
    <>
      {over && (
        <div className="pointer-events-none fixed inset-3 z-20 grid place-items-center rounded-2xl border-2 border-accent border-dashed bg-canvas/85 backdrop-blur-sm">
          <p className="flex items-center gap-3 font-medium text-lg">
            <Icon name="picture" className="size-6" />
            {words.terms.drop}
          </p>
        </div>
      )}
      {(sending.busy || sending.failure !== undefined) && (
        <div
          role={sending.failure === undefined ? "status" : "alert"}
          className="fixed inset-x-0 bottom-5 z-20 mx-auto flex w-fit max-w-[calc(100vw-2rem)] items-center gap-3 rounded-xl border border-line bg-surface px-4 py-3 shadow-xl"
        >
          <p>{sending.failure ?? `${words.terms.reading} …`}</p>
          {sending.failure !== undefined && (
            <button
              type="button"
              aria-label={words.card.close}
              onClick={sending.dismiss}
              className="icon-button"
            >
              <Icon name="cross" className="size-3.5" />
            </button>
          )}
        </div>
      )}
    </>
  );
}
