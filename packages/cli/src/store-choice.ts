import type { StoreChoice } from "@cliptune/index";
import { didYouMean, UsageError } from "./usage-error.js";

const stores = { exact: "flat", hnsw: "hnsw", lancedb: "lancedb" } as const;

/** @throws UsageError for a store that isn't one, and for a place that the store can't use */
export function storeChoice(args: {
  readonly store?: string | undefined;
  readonly vectors?: string | undefined;
}): StoreChoice {
  const { store, vectors } = args;
  if (vectors !== undefined && store !== "lancedb") {
    throw new UsageError("--vectors is for --store lancedb; the others keep them in the index");
  }
  if (store === undefined) return {};
  if (!isStore(store)) {
    const known = Object.keys(stores);
    throw new UsageError(
      `unknown --store ${store}: it is ${known.join(", ")}${didYouMean(store, known)}`,
    );
  }
  return { store: stores[store], ...(vectors === undefined ? {} : { uri: vectors }) };
}

function isStore(name: string): name is keyof typeof stores {
  return Object.hasOwn(stores, name);
}
