import { type OpenOptions, openIndex } from "../open-index.js";
import type { SearchIndex } from "../search-index.js";

/** As between threads: the version before by its number there. */
export type PlainOpenOptions = Omit<OpenOptions, "before"> & { readonly before?: number };

/** What an open index can be asked for from another thread. */
export type Asked = Exclude<keyof SearchIndex, "manifest" | "close">;

const opened = new Map<number, SearchIndex>();
let next = 0;

/** Indexes that this thread holds open, by number. */
export const readingCalls = {
  async open(dir: string, { before, ...options }: PlainOpenOptions) {
    const held = before === undefined ? undefined : opened.get(before);
    const index = await openIndex(dir, { ...options, ...(held && { before: held }) });
    const number = next++;
    opened.set(number, index);
    return { number, manifest: index.manifest };
  },
  // The arguments and the answer are the function's own: `openIndex` of this folder says so to its callers.
  ask(number: number, name: Asked, ...args: unknown[]): unknown {
    return (opened.get(number)![name] as (...args: unknown[]) => unknown)(...args);
  },
  async close(number: number) {
    const index = opened.get(number);
    opened.delete(number);
    await index?.close();
  },
};
