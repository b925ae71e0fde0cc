"use client";

import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import type { Extent } from "@/lib/scale";

interface PlotPointerParts {
  /** Left and right end of the plot, in pixels. */
  readonly ends: Extent;
  /** The x of a pixel. */
  readonly invert: (px: number) => number;
  readonly onHover: (px: number | undefined) => void;
  /** Undefined shows all again. */
  readonly onZoom: (extent: Extent | undefined) => void;
}

/** Less than this is a click that slipped. */
const leastDrag = 8;

/** Hovering reads out, dragging with a mouse or pen zooms in, a double click zooms out; a finger scrolls the page. */
export function usePlotPointer({ ends, invert, onHover, onZoom }: PlotPointerParts) {
  const from = useRef<number>(undefined);
  const [drag, setDrag] = useState<Extent>();
  const placeIn = (event: PointerEvent<SVGSVGElement>) => {
    const px = event.clientX - event.currentTarget.getBoundingClientRect().left;
    return Math.min(ends[1], Math.max(ends[0], px));
  };
  return {
    drag,
    handlers: {
      onPointerDown(event: PointerEvent<SVGSVGElement>) {
        if (event.pointerType === "touch" || event.button !== 0) return;
        from.current = placeIn(event);
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove(event: PointerEvent<SVGSVGElement>) {
        const px = placeIn(event);
        onHover(px);
        if (from.current === undefined) return;
        const { current } = from;
        setDrag([Math.min(current, px), Math.max(current, px)]);
      },
      onPointerUp() {
        if (drag && drag[1] - drag[0] >= leastDrag) onZoom([invert(drag[0]), invert(drag[1])]);
        from.current = undefined;
        setDrag(undefined);
      },
      onPointerCancel() {
        from.current = undefined;
        setDrag(undefined);
      },
      onPointerLeave: () => onHover(undefined),
      onDoubleClick: () => onZoom(undefined),
    },
  };
}

interface PlotKeysParts {
  /** What is shown now. */
  readonly shown: Extent;
  readonly whole: Extent;
  /** The middle of a zoom. */
  readonly at: number | undefined;
  readonly onStep: (direction: 1 | -1) => void;
  readonly onZoom: (extent: Extent | undefined) => void;
}

/** Arrows move the read-out; + and - zoom around it, Escape and 0 show all. */
export function plotKeys({ shown, whole, at, onStep, onZoom }: PlotKeysParts) {
  const act = (key: string): boolean => {
    switch (key) {
      case "ArrowRight":
      case "ArrowLeft":
        onStep(key === "ArrowRight" ? 1 : -1);
        return true;
      case "+":
      case "=":
      case "-":
        onZoom(zoomed({ shown, whole, at }, key === "-" ? 2 : 0.5));
        return true;
      case "0":
      case "Escape":
        onZoom(undefined);
        return true;
      default:
        return false;
    }
  };
  return (event: KeyboardEvent) => {
    if (!event.ctrlKey && !event.metaKey && act(event.key)) event.preventDefault();
  };
}

function zoomed(
  { shown, whole, at }: Pick<PlotKeysParts, "shown" | "whole" | "at">,
  factor: number,
): Extent | undefined {
  const width = (shown[1] - shown[0]) * factor;
  if (width >= whole[1] - whole[0]) return undefined;
  const middle = at ?? (shown[0] + shown[1]) / 2;
  const from = Math.min(Math.max(whole[0], middle - width / 2), whole[1] - width);
  return [from, from + width];
}
