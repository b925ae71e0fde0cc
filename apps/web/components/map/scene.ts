import type { Camera, Size, Spot } from "@/lib/camera";
import type { Tiles } from "./tiles";
import type { CanvasTone, Tones } from "./tones";

/** What is on the map, whatever part of it is seen. */
export interface Scene {
  /** Two numbers for each picture. */
  readonly places: Float32Array;
  /** Pictures in the order in which they are drawn: those of one colour together. */
  readonly order: Uint32Array;
  /** The colour of each picture's frame or dot; none leaves pictures without a frame. */
  readonly toneOf: (i: number) => CanvasTone | undefined;
  /** 1 for each that is chosen; the others are then pale. */
  readonly chosen: Uint8Array | undefined;
  readonly titles: Float32Array | undefined;
  /** The mean picture and the mean title. */
  readonly means: readonly [Spot, Spot] | undefined;
  readonly gapLabel: string;
  readonly pins: readonly { readonly text: string; readonly at: Spot }[];
  readonly dots: boolean;
}

export interface Frame {
  readonly camera: Camera;
  readonly whole: Camera;
  /** Of the canvas, in CSS pixels. */
  readonly size: Size;
  /** Device pixels in one of those. */
  readonly ratio: number;
  readonly tones: Tones;
  readonly tiles: Tiles | undefined;
  readonly lasso: readonly Spot[];
}
