import { z } from "zod";

/** Of a whole, or a probability. */
export const share = z.number().min(0).max(1);

/** Two numbers between which one is drawn. */
export const range = (low: number, high: number) =>
  z
    .tuple([z.number().min(low).max(high), z.number().min(low).max(high)])
    .refine(([a, b]) => a <= b, { error: "the first number must not exceed the second" });
