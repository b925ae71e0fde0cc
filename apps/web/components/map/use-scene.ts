"use client";

import { useMemo } from "react";
import type { Spot } from "@/lib/camera";
import type { MapView, PlaceReply, ReadyMap } from "@/lib/map";
import type { Colouring } from "@/lib/map-colours";
import type { Scene } from "./scene";

interface SceneParts {
  readonly map: ReadyMap;
  readonly view: MapView;
  readonly colouring: Colouring | undefined;
  readonly chosen: ReadonlySet<number>;
  readonly pins: readonly PlaceReply[];
  readonly dots: boolean;
  /** What stands at the line between the two means. */
  readonly gapLabel: string;
}

export function useScene(parts: SceneParts): Scene {
  const { map, view, colouring, chosen, pins, dots, gapLabel } = parts;
  const places = useMemo(() => Float32Array.from(map[view]), [map, view]);
  const titles = useMemo(() => Float32Array.from(map.titlePlane), [map]);
  const order = useMemo(() => drawingOrder(map.ids.length, colouring), [map, colouring]);
  const mask = useMemo(() => {
    if (chosen.size === 0) return undefined;
    return Uint8Array.from({ length: map.ids.length }, (_, i) => (chosen.has(i) ? 1 : 0));
  }, [chosen, map]);
  return useMemo(() => {
    const both = view === "plane" && titles.length > 0;
    return {
      ...{ places, order, dots, gapLabel },
      toneOf: (i) => colouring?.groups[colouring.groupOf[i]!]?.tone,
      chosen: mask,
      titles: both ? titles : undefined,
      means: both ? ([meanOf(places), meanOf(titles)] as const) : undefined,
      pins: pins.map((pin) => ({ text: pin.query, at: pin[view] })),
    };
  }, [places, order, dots, gapLabel, colouring, mask, titles, view, pins]);
}

/** Those of one colour together, the rest first, so that what has a colour lies on top. */
function drawingOrder(count: number, colouring: Colouring | undefined): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const groups = colouring?.groupOf;
  return groups ? order.sort((a, b) => groups[b]! - groups[a]! || a - b) : order;
}

export function meanOf(places: ArrayLike<number>): Spot {
  let [x, y] = [0, 0];
  for (let i = 0; i < places.length; i += 2) {
    x += places[i]!;
    y += places[i + 1]!;
  }
  const count = Math.max(1, places.length / 2);
  return [x / count, y / count];
}
