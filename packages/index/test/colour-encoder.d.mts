import type { Encoder, Preprocessing } from "@cliptune/clip";

export const preprocessing: Preprocessing;
export const colourEncoder: Encoder;
