import { createHash } from "node:crypto";

/** How many parts the families are dealt into; one is held out. */
export const FOLDS = 5;

/**
 * The fold of a family: md5(family) mod 5. A function of the key alone, so that every style and every
 * source that draws the same thing puts it on the same side of the split.
 */
export function foldOf(family: string): number {
  const digest = createHash("md5").update(family).digest("hex");
  return Number(BigInt(`0x${digest}`) % BigInt(FOLDS));
}
