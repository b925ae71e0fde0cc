import { UserError } from "@cliptune/engine";
import type { ClipConfig } from "./config.js";
import type { LoraConfig } from "./lora-config.js";
import { fullMatcher, suffixMatcher } from "./python-regex.js";
import { list, weightShapes } from "./weights.js";

export interface LoraSite {
  readonly rank: number;
  readonly alpha: number;
  /** alpha / rank, or alpha / √rank. */
  readonly scale: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** Every module path of the model, containers included; linear layers have their `[out, in]`. */
function modules(config: ClipConfig): Map<string, readonly [number, number] | undefined> {
  const found = new Map<string, readonly [number, number] | undefined>();
  for (const [key, shape] of Object.entries(weightShapes(config))) {
    const parts = key.split(".").slice(0, -1);
    for (let n = 1; n <= parts.length; n++) {
      const path = parts.slice(0, n).join(".");
      if (!found.has(path)) found.set(path, undefined);
    }
    const isLinear = key.endsWith(".weight") && shape.length === 2 && !key.includes("embedding");
    if (isLinear) found.set(parts.join("."), shape as readonly [number, number]);
  }
  return found;
}

type Matcher = (path: string) => boolean;

function matcher(names: readonly string[] | string): Matcher {
  if (typeof names === "string") return fullMatcher(names);
  return (path) => names.some((name) => path === name || path.endsWith(`.${name}`));
}

/** The number after `layers.` (or after one of the named lists), as PEFT counts layers. */
function layerFilter({ layers, layersPattern, targets }: LoraConfig): Matcher {
  if (!layers) return () => true;
  if (typeof targets === "string") {
    throw new UserError(
      `LoRA layers_to_transform [${layers.join(", ")}] needs target_modules to be a list of names, not a pattern.`,
    );
  }
  const lists = layersPattern?.length ? layersPattern : ["[^.]*"];
  const patterns = lists.map((name) => new RegExp(`^.*?\\.${name}\\.(\\d+)\\.`));
  return (path) =>
    patterns.some((pattern) => {
      const index = pattern.exec(path)?.[1];
      return index !== undefined && layers.includes(Number(index));
    });
}

function firstMatch(
  patterns: Readonly<Record<string, number>> | undefined,
  path: string,
): number | undefined {
  const found = Object.entries(patterns ?? {}).find(([pattern]) => suffixMatcher(pattern)(path));
  return found?.[1];
}

/** Rank, alpha and scale of one module. */
export function siteScale(
  path: string,
  lora: LoraConfig,
): Pick<LoraSite, "rank" | "alpha" | "scale"> {
  const rank = firstMatch(lora.rankPattern, path) ?? lora.rank;
  const alpha = firstMatch(lora.alphaPattern, path) ?? lora.alpha;
  if (!Number.isInteger(rank) || rank < 1) {
    throw new UserError(
      `LoRA rank of ${path} is ${rank}; it must be a whole number of at least 1.`,
    );
  }
  return { rank, alpha, scale: alpha / (lora.useRslora ? Math.sqrt(rank) : rank) };
}

const show = (names: readonly string[] | string): string => JSON.stringify(names);

/**
 * The linear layers that a LoRA configuration adapts, by module path, in the model's order.
 * `"all-linear"` takes every linear layer, the projections included.
 *
 * @throws UserError when nothing matches, or something that is not a linear layer does
 */
export function loraSites(config: ClipConfig, lora: LoraConfig): Record<string, LoraSite> {
  const all = modules(config);
  const wantsAll = typeof lora.targets === "string" && lora.targets.toLowerCase() === "all-linear";
  const wanted: Matcher = wantsAll ? (path) => all.get(path) !== undefined : matcher(lora.targets);
  const saved = matcher(lora.modulesToSave ?? []);
  const isExcluded: Matcher = lora.exclude ? matcher(lora.exclude) : () => false;
  const excluded: Matcher = (path) => isExcluded(path) || saved(path);
  const inLayers = layerFilter(lora);
  const paths = [...all.keys()].filter((p) => !excluded(p) && wanted(p) && inLayers(p));
  const wrong = paths.filter((path) => all.get(path) === undefined);
  if (wrong.length > 0) {
    throw new UserError(
      `LoRA targets ${show(lora.targets)} match ${list(wrong, 3)}; only linear layers can be adapted.`,
    );
  }
  if (paths.length === 0) {
    throw new UserError(
      `LoRA targets ${show(lora.targets)} match no layer; names are like "q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2", patterns must match whole paths like ${[...all.keys()].find((p) => all.get(p) && p.includes("q_proj"))}.`,
    );
  }
  return Object.fromEntries(
    paths.map((path) => {
      const [outFeatures, inFeatures] = all.get(path)!;
      return [path, { ...siteScale(path, lora), inFeatures, outFeatures }];
    }),
  );
}
