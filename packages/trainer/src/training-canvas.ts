/** A decoded picture, ready to be cropped by the compiled program. */
export interface TrainingCanvas {
  /** `[C, C, 3]` */
  readonly pixels: Uint8Array;
  /** Width / height of the original. */
  readonly aspect: number;
  /** Mean R, G, B, 0 to 255. */
  readonly mean: readonly [number, number, number];
}
