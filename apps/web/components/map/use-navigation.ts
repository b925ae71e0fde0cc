"use client";

import { type RefObject, useEffect, useRef } from "react";
import { type Camera, panned, type Size, type Spot, zoomed } from "@/lib/camera";

interface NavigationParts {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly camera: RefObject<Camera>;
  readonly whole: RefObject<Camera>;
  readonly size: RefObject<Size>;
  /** Dragging draws a lasso; it does with Shift in any case. */
  readonly lasso: boolean;
  readonly onCamera: (camera: Camera) => void;
  /** The lasso as it grows. */
  readonly onLasso: (path: readonly Spot[]) => void;
  readonly onLassoed: (path: readonly Spot[]) => void;
  readonly onHover: (at: Spot | undefined) => void;
  readonly onClick: (at: Spot) => void;
  readonly onEscape: () => void;
}

const moves: Readonly<Record<string, Spot>> = {
  ArrowLeft: [60, 0],
  ArrowRight: [-60, 0],
  ArrowUp: [0, 60],
  ArrowDown: [0, -60],
};
const factors: Readonly<Record<string, number>> = { "+": 1.3, "=": 1.3, "-": 1 / 1.3 };
/** A press that moved less is a click. */
const stillness = 4;

/** Mouse, touch (one finger moves, two zoom), wheel and keys. */
export function useNavigation(parts: NavigationParts): void {
  const latest = useRef(parts);
  latest.current = parts;
  const { canvas } = parts;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const fingers = new Map<number, Spot>();
    let path: Spot[] | undefined;
    let travelled = 0;
    const zoom = (factor: number, at: Spot) => {
      const { camera, whole, size, onCamera } = latest.current;
      const view = { factor, at, size: size.current, whole: whole.current };
      onCamera(zoomed(camera.current, view));
    };
    const pan = (dx: number, dy: number) =>
      latest.current.onCamera(panned(latest.current.camera.current, dx, dy));
    const spotOf = ({ clientX, clientY }: MouseEvent): Spot => {
      const box = element.getBoundingClientRect();
      return [clientX - box.left, clientY - box.top];
    };

    const onDown = (event: PointerEvent) => {
      if (event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, spotOf(event));
      travelled = 0;
      const drawing = (latest.current.lasso || event.shiftKey) && fingers.size === 1;
      path = drawing ? [spotOf(event)] : undefined;
      latest.current.onHover(undefined);
    };
    const onMove = (event: PointerEvent) => {
      const now = spotOf(event);
      const before = fingers.get(event.pointerId);
      if (!before) return latest.current.onHover(event.pointerType === "mouse" ? now : undefined);
      const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
      travelled += Math.hypot(dx, dy);
      fingers.set(event.pointerId, now);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const distance = (spot: Spot) => Math.hypot(spot[0] - other[0], spot[1] - other[1]);
        pan(dx / 2, dy / 2);
        zoom(distance(now) / Math.max(1, distance(before)), [
          (now[0] + other[0]) / 2,
          (now[1] + other[1]) / 2,
        ]);
      } else if (path) {
        path.push(now);
        latest.current.onLasso([...path]);
      } else pan(dx, dy);
    };
    const onUp = (event: PointerEvent) => {
      if (!fingers.delete(event.pointerId)) return;
      const still = travelled < stillness && event.type === "pointerup";
      if (still) latest.current.onClick(spotOf(event));
      else if (path && event.type === "pointerup") latest.current.onLassoed(path);
      path = undefined;
      latest.current.onLasso([]);
    };
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      zoom(Math.exp(-0.0016 * lines * event.deltaY), spotOf(event));
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { width, height } = latest.current.size.current;
      const middle: Spot = [width / 2, height / 2];
      const move = moves[event.key];
      const factor = factors[event.key];
      if (move) pan(...move);
      else if (factor !== undefined) zoom(factor, middle);
      else if (event.key === "0") latest.current.onCamera(latest.current.whole.current);
      else if (event.key === "Escape") latest.current.onEscape();
      else return;
      event.preventDefault();
    };
    const onLeave = () => latest.current.onHover(undefined);

    const listeners = {
      ...{ pointerdown: onDown, pointermove: onMove, pointerup: onUp, pointercancel: onUp },
      ...{ pointerleave: onLeave, wheel: onWheel, keydown: onKey },
    };
    for (const [name, listener] of Object.entries(listeners)) {
      element.addEventListener(name, listener as EventListener, { passive: false });
    }
    return () => {
      for (const [name, listener] of Object.entries(listeners)) {
        element.removeEventListener(name, listener as EventListener);
      }
    };
  }, [canvas]);
}
