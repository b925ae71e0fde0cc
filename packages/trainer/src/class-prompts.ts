import type { Tokenizer } from "@cliptune/clip";
import type { Data } from "@cliptune/engine";
import { classOf, type Pair } from "./folder.js";
import type { WeightedPairs } from "./sampler.js";
import { fillTemplate } from "./zero-shot.js";

/** A prompt for each class of the training sets: the pairs' labels, or their titles where there are none. */
export interface ClassPrompts {
  /** `classIds` `[C, L]`, `classEnds` `[C]`: the same in every batch. */
  readonly inputs: Readonly<Record<"classIds" | "classEnds", Data>>;
  labelOf(pair: Pair): number;
}

export function classPrompts(
  sets: readonly WeightedPairs[],
  tokenizer: Tokenizer,
  template: string,
): ClassPrompts {
  const names = [...new Set(sets.flatMap(({ pairs }) => pairs.map(classOf)))].sort();
  const index = new Map(names.map((name, i) => [name, i]));
  const { ids, ends } = tokenizer.encode(names.map((name) => fillTemplate(template, name)));
  return {
    inputs: { classIds: ids, classEnds: ends },
    labelOf: (pair) => index.get(classOf(pair))!,
  };
}
