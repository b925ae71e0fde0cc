import { adapterShapes } from "./adapter.js";
import type { ClipConfig } from "./config.js";
import type { LoraConfig } from "./lora-config.js";
import { replacedWeights } from "./replaced-weights.js";
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
  const shapesOfAdapter = Object.values(adapterShapes(config, lora));
  const trainable = shapesOfAdapter.reduce((sum, shape) => sum + elementCount(shape), 0);
  // Biases train in place; PEFT copies a module that it saves, and counts both.
  const inPlace = replacedWeights(config, { ...lora, modulesToSave: [] });
  const own = weightShapes(config);
  const total = base + trainable - inPlace.reduce((n, name) => n + elementCount(own[name]!), 0);
  return { trainable, total, percent: (100 * trainable) / total };
}
