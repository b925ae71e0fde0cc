"use client";

import { type RefObject, useEffect, useState } from "react";
import type { MapTone } from "@/lib/map-colours";

/** Everything that the canvas is drawn in. */
export type CanvasTone = MapTone | "ink" | "surface" | "line";

/** A colour of the page as a canvas takes it, and as the four bytes of a pixel, pale too. */
export interface Tone {
  readonly css: string;
  readonly pixel: number;
  readonly pale: number;
}

export type Tones = Readonly<Record<CanvasTone, Tone>>;

/** How much of the background is in what is not chosen. */
export const paleness = 0.82;

/** Written out, so that the style sheet has them. */
export const toneClass: Readonly<Record<CanvasTone, string>> = {
  accent: "text-accent",
  warm: "text-warm",
  green: "text-green",
  rose: "text-rose",
  violet: "text-violet",
  teal: "text-teal",
  "ramp-1": "text-ramp-1",
  "ramp-2": "text-ramp-2",
  "ramp-3": "text-ramp-3",
  "ramp-4": "text-ramp-4",
  "ramp-5": "text-ramp-5",
  muted: "text-muted",
  ink: "text-ink",
  surface: "text-surface",
  line: "text-line",
};

/** The colours of the page, read from an element's children, one a tone. */
export function useTones(palette: RefObject<HTMLElement | null>): Tones | undefined {
  const [tones, setTones] = useState<Tones>();
  useEffect(() => {
    const read = () => palette.current && setTones(readTones(palette.current));
    read();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", read);
    return () => scheme.removeEventListener("change", read);
  }, [palette]);
  return tones;
}

function readTones(palette: HTMLElement): Tones | undefined {
  const names = Object.keys(toneClass);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return undefined;
  const paint = (css: string) => {
    context.fillStyle = css;
    context.fillRect(0, 0, 1, 1);
  };
  const read = () => new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0]!;
  const colours = [...palette.children].map((child) => getComputedStyle(child).color);
  const surface = colours[names.indexOf("surface")]!;
  const tones = colours.map((css, i) => {
    paint(css);
    const pixel = read();
    context.globalAlpha = paleness;
    paint(surface);
    context.globalAlpha = 1;
    return [names[i], { css, pixel, pale: read() }];
  });
  return Object.fromEntries(tones) as Tones;
}
