import type { MemoryLimit, StoreChoice } from "@cliptune/index";
import { numberFlag } from "./number-flag.js";
import { UsageError } from "./usage-error.js";

const stores = { exact: "flat", hnsw: "hnsw", lancedb: "lancedb" } as const;

/**
 * Which store an index gets, and how much memory.
 *
 * @throws UsageError for a store that isn't one, and for a place that the store can't use
 */
export function storeChoice(args: {
  readonly store?: string | undefined;
  readonly vectors?: string | undefined;
  readonly memory?: string | undefined;
}): StoreChoice & MemoryLimit {
  const { store, vectors } = args;
  const limit = memoryLimit(args);
  if (vectors !== undefined && store !== "lancedb") {
    throw new UsageError("--vectors is for --store lancedb; the others keep them in the index");
  }
  if (store === undefined) return limit;
  if (!isStore(store)) {
    throw new UsageError(`unknown --store ${store}`, { name: store, known: Object.keys(stores) });
  }
  return { ...limit, store: stores[store], ...(vectors === undefined ? {} : { uri: vectors }) };
}

/** `--memory`, in gigabytes, as bytes. */
export function memoryLimit({ memory }: { readonly memory?: string | undefined }): MemoryLimit {
  if (memory === undefined) return {};
  return { memoryLimit: numberFlag(memory, "--memory", { least: 0 }) * 1e9 };
}

function isStore(name: string): name is keyof typeof stores {
  return Object.hasOwn(stores, name);
}
