"use client";

import { type KeyboardEvent, type RefObject, useState } from "react";
import { gridMove } from "@/lib/grid-move";

/** Arrow keys, Home and End over the buttons of a list that is laid out in rows. */
export function useGridKeys(
  list: RefObject<HTMLUListElement | null>,
  count: number,
  onLeaveUp: () => void,
) {
  const [wanted, setActive] = useState(0);
  const active = Math.min(wanted, Math.max(0, count - 1));

  const onKeyDown = (event: KeyboardEvent) => {
    if (!list.current || event.altKey || event.ctrlKey || event.metaKey) return;
    const buttons = [...list.current.querySelectorAll<HTMLElement>(":scope > li > button")];
    const next = gridMove(event.key, { from: active, count, columns: columnsOf(buttons) });
    if (next === undefined) return;
    event.preventDefault();
    if (next < 0) onLeaveUp();
    else buttons[next]?.focus();
  };

  return { active, setActive, onKeyDown };
}

function columnsOf(buttons: readonly HTMLElement[]): number {
  const top = buttons[0]?.getBoundingClientRect().top;
  const second = buttons.findIndex((button) => button.getBoundingClientRect().top !== top);
  return second < 0 ? buttons.length : second;
}
