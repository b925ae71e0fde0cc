import type { ClipConfig } from "./config.js";
import type { LoraConfig } from "./lora-config.js";
import { loraSites } from "./lora-sites.js";
import { elementCount, weightShapes } from "./weights.js";

export interface ParameterCount {
  readonly trainable: number;
  /** Base and adapter together, as PEFT's `print_trainable_parameters` counts. */
  readonly total: number;
  /** 100 · trainable / total */
  readonly percent: number;
}

/** How many numbers training changes: those of the adapter, or all of them when there is none. */
export function countParameters(config: ClipConfig, lora?: LoraConfig): ParameterCount {
  const shapes = Object.values(weightShapes(config));
  const base = shapes.reduce((sum, shape) => sum + elementCount(shape), 0);
  if (!lora) return { trainable: base, total: base, percent: 100 };
  const sites = Object.values(loraSites(config, lora));
  const trainable = sites.reduce((n, s) => n + s.rank * (s.inFeatures + s.outFeatures), 0);
  const total = base + trainable;
  return { trainable, total, percent: (100 * trainable) / total };
}
