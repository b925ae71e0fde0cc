import { serveThread } from "@cliptune/engine";
import { layOut, type MapVectors } from "./lay-out.js";

const calls = {
  layOut: (vectors: MapVectors, onProgress: (share: number) => void) =>
    layOut(vectors, { onProgress }),
};
export type LayoutCalls = typeof calls;
serveThread(calls);
