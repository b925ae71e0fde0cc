import type { OpenOptions } from "../open-index.js";
import type { SearchIndex } from "../search-index.js";
import type { Asked, PlainOpenOptions } from "./reading-calls.js";
import { readingThread } from "./shared-thread.js";

const numbers = new WeakMap<SearchIndex, number>();

/**
 * Opens an index for reading, on a thread of its own: no search, however large, holds up this one. Every file is
 * checked against the manifest first: sizes and SHA-256 now, each thumbnail's CRC when it is read.
 *
 * @throws UserError when a file is missing, damaged, foreign or newer, or when another model made it
 */
export async function openIndex(dir: string, options: OpenOptions = {}): Promise<SearchIndex> {
  const thread = readingThread.hold();
  try {
    const { before, ...plain } = options;
    const earlier = before && numbers.get(before);
    const given: PlainOpenOptions = { ...plain, ...(earlier !== undefined && { before: earlier }) };
    const { number, manifest } = await thread.call("open", dir, given);
    let open = true;
    const ask =
      <N extends Asked>(name: N) =>
      async (...args: Parameters<SearchIndex[N]>): Promise<Awaited<ReturnType<SearchIndex[N]>>> => {
        if (!open) throw new Error("This index was closed; open it again with openIndex.");
        const answer = await thread.call("ask", number, name, ...args);
        return answer as Awaited<ReturnType<SearchIndex[N]>>;
      };
    const index: SearchIndex = {
      manifest,
      ...{ nearest: ask("nearest"), read: ask("read"), search: ask("search") },
      ...{ query: ask("query"), prepareConfidence: ask("prepareConfidence") },
      ...{ fields: ask("fields"), item: ask("item"), items: ask("items") },
      ...{ labels: ask("labels"), itemsAt: ask("itemsAt"), vectors: ask("vectors") },
      ...{ vector: ask("vector"), thumbnail: ask("thumbnail") },
      async close() {
        if (!open) return;
        open = false;
        await thread.call("close", number);
        thread.release();
      },
    };
    numbers.set(index, number);
    return index;
  } catch (error) {
    thread.release();
    throw error;
  }
}
