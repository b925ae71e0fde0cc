import { startThread } from "@cliptune/engine";
import type { Layout, MapVectors } from "./lay-out.js";
import type { LayoutCalls } from "./layout-worker.js";

export interface LayoutOptions {
  readonly signal?: AbortSignal | undefined;
  /** @param share 0 to 1 */
  onProgress?(share: number): void;
}

/** `layOut` on a thread of its own: it takes half a minute of one core for 10,000 pictures. */
export async function layOutInThread(
  vectors: MapVectors,
  { signal, onProgress }: LayoutOptions = {},
): Promise<Layout> {
  signal?.throwIfAborted();
  const script = new URL("./layout-worker.js", import.meta.url);
  const thread = startThread<LayoutCalls>(script, { does: "lays out the map" });
  const stop = () => void thread.end();
  signal?.addEventListener("abort", stop);
  try {
    return await thread.call("layOut", vectors, (share) => onProgress?.(share));
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await thread.end();
  }
}
