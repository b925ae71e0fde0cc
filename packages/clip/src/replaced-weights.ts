import { UserError } from "@cliptune/engine";
import type { ClipConfig } from "./config.js";
import type { LoraConfig } from "./lora-config.js";
import { loraSites } from "./lora-sites.js";
import { list, weightShapes } from "./weights.js";

/**
 * Names of the model's own weights that an adapter replaces: the biases that it trains and the modules
 * that it saves whole.
 *
 * @throws UserError when a module to save does not exist
 */
export function replacedWeights(
  config: ClipConfig,
  lora: Pick<LoraConfig, "bias" | "modulesToSave"> & LoraConfig,
): string[] {
  const names = Object.keys(weightShapes(config));
  const found = new Set<string>();
  for (const module of lora.modulesToSave ?? []) {
    const own = names.filter((name) => modulePath(name) === module || isUnder(name, module));
    if (own.length === 0) {
      throw new UserError(
        `LoRA modules_to_save "${module}" is no module of the model; there are ${list(["visual_projection", "text_projection"])} and those on the way to ${names[1]}.`,
      );
    }
    for (const name of own) found.add(name);
  }
  if (lora.bias === "all") {
    for (const name of names) if (name.endsWith(".bias")) found.add(name);
  } else if (lora.bias === "lora_only") {
    for (const path of Object.keys(loraSites(config, lora))) {
      if (names.includes(`${path}.bias`)) found.add(`${path}.bias`);
    }
  }
  return names.filter((name) => found.has(name));
}

const modulePath = (name: string): string => name.split(".").slice(0, -1).join(".");

/** PEFT compares the end of a module's path. */
const isUnder = (name: string, module: string): boolean => modulePath(name).endsWith(`.${module}`);
