import { Worker } from "node:worker_threads";
import type { Layout, MapVectors } from "./lay-out.js";

/** What the thread tells: how far it is, and at last what it was asked for. */
export type LayoutReply = { readonly share: number } | { readonly layout: Layout };

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
  const worker = new Worker(new URL("./layout-worker.js", import.meta.url), {
    workerData: vectors,
  });
  try {
    return await new Promise<Layout>((done, fail) => {
      worker.on("message", (reply: LayoutReply) =>
        "layout" in reply ? done(reply.layout) : onProgress?.(reply.share),
      );
      worker.once("error", fail);
      worker.once("exit", () => fail(new Error("The thread that lays out the map has ended.")));
      signal?.addEventListener("abort", () => fail(signal.reason));
    });
  } finally {
    await worker.terminate();
  }
}
