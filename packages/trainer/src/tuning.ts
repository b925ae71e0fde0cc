import {
  type ClipConfig,
  type LoraConfig,
  loraSites,
  replacedWeights,
  weightShapes,
} from "@cliptune/clip";
import { UserError } from "@cliptune/engine";
import type { TrainConfig } from "./config.js";
import { type TowerMode, towerModes } from "./lora-settings.js";

type Tower = "image" | "text";
const towers: readonly Tower[] = ["image", "text"];

/** What a configuration trains of a model. */
export interface Tuning {
  /** Every weight, the temperature included, and nothing beside them. */
  readonly whole: boolean;
  /** Of the towers in lora mode, as PEFT says it: both towers in one configuration. */
  readonly lora?: LoraConfig;
  /** On the input of an adapted module. */
  readonly dropoutOf: (module: string) => number;
  /** The model's own weights that the adapter carries (biases, modules saved whole). */
  readonly replaced: readonly string[];
  /** Weights of the towers in full mode. */
  readonly full: readonly string[];
  readonly temperature: boolean;
}

/** The tower that a weight or a module belongs to; the temperature belongs to none. */
export function towerOf(name: string): Tower | undefined {
  if (/^(vision_model|visual_projection)\b/.test(name)) return "image";
  return /^text_(model|projection)\b/.test(name) ? "text" : undefined;
}

/** @throws UserError when the configuration names layers that the model does not have, or trains nothing */
export function tuningOf(config: TrainConfig, model: ClipConfig): Tuning {
  const modes = towerModes(config.mode);
  const names = Object.keys(weightShapes(model));
  const full = names.filter((name) => modeOf(modes, name) === "full");
  const everything = modes.image === "full" && modes.text === "full";
  const temperature = (config.temperature ?? (everything ? "learned" : "frozen")) === "learned";
  const lora = loraConfigOf(config, model);
  return {
    whole: everything && temperature,
    dropoutOf: (module) => settingsOf(config, towerOf(module) ?? "image").dropout,
    replaced: lora ? replacedWeights(model, lora) : [],
    full,
    temperature,
    ...(lora && { lora }),
  };
}

const modeOf = (modes: Readonly<Record<Tower, TowerMode>>, name: string) => {
  const tower = towerOf(name);
  return tower && modes[tower];
};

/** A tower's settings: the common ones where it has none of its own. */
function settingsOf({ lora }: TrainConfig, tower: Tower) {
  const own = Object.entries(lora[tower] ?? {}).filter(([, value]) => value !== undefined);
  return { ...lora, ...(Object.fromEntries(own) as Partial<TrainConfig["lora"]>) };
}

/** PEFT's configuration of the towers in lora mode, or nothing when there is none. */
function loraConfigOf(config: TrainConfig, model: ClipConfig): LoraConfig | undefined {
  const modes = towerModes(config.mode);
  const adapted = towers.filter((tower) => modes[tower] === "lora");
  if (adapted.length === 0) return undefined;
  const { lora } = config;
  if (lora.bias === "all" && adapted.length < 2) {
    throw new UserError(
      'lora.bias is "all" while one tower is not in lora mode; use "lora_only" there.',
    );
  }
  for (const module of lora.modulesToSave) checkModule(module, adapted);
  const common: LoraConfig = {
    ...{ rank: lora.rank, alpha: lora.alpha, dropout: lora.dropout, targets: lora.targets },
    ...{ rankPattern: lora.rankPattern, alphaPattern: lora.alphaPattern },
    useRslora: lora.useRslora,
    ...(lora.bias !== "none" && { bias: lora.bias }),
    ...(lora.modulesToSave.length > 0 && { modulesToSave: lora.modulesToSave }),
    ...(lora.useDora && { useDora: true }),
  };
  const alike = adapted.length === 2 && !lora.image && !lora.text && lora.lastBlocks === undefined;
  if (!alike) return perTower(config, { model, adapted, common });
  loraSites(model, common); // says what is wrong with the targets
  return common;
}

function checkModule(module: string, adapted: readonly Tower[]): void {
  const tower = towerOf(module);
  if (tower === undefined || adapted.includes(tower)) return;
  throw new UserError(
    `lora.modulesToSave names ${module}, but the ${tower} tower is not in lora mode.`,
  );
}

interface PerTower {
  readonly model: ClipConfig;
  readonly adapted: readonly Tower[];
  readonly common: LoraConfig;
}

/** Both towers' layers by their whole paths, with ranks and alphas of their own. */
function perTower(config: TrainConfig, { model, adapted, common }: PerTower): LoraConfig {
  const rankPattern: Record<string, number> = {};
  const alphaPattern: Record<string, number> = {};
  const paths: string[] = [];
  for (const tower of adapted) {
    const own = settingsOf(config, tower);
    checkLastBlocks(config, tower, model);
    const layers = { ...common, rank: own.rank, alpha: own.alpha, targets: own.targets };
    const sites = Object.entries(loraSites(model, layers)).filter(
      ([path]) => towerOf(path) === tower && isAmongLast(path, own.lastBlocks, model),
    );
    if (sites.length === 0) {
      throw new UserError(
        `lora.${tower}: the targets ${JSON.stringify(own.targets)} match no layer of the ${tower} tower${own.lastBlocks ? `'s last ${own.lastBlocks} blocks` : ""}.`,
      );
    }
    for (const [path, { rank, alpha }] of sites) {
      const key = `^${path.replaceAll(".", "\\.")}`;
      paths.push(path);
      if (rank !== common.rank) rankPattern[key] = rank;
      if (alpha !== common.alpha) alphaPattern[key] = alpha;
    }
  }
  const dropout = Math.max(...adapted.map((tower) => settingsOf(config, tower).dropout));
  return { ...common, dropout, targets: paths, rankPattern, alphaPattern };
}

/** A common number may exceed one tower's blocks, not those of both. */
function checkLastBlocks({ lora }: TrainConfig, tower: Tower, model: ClipConfig): void {
  const blocks = { image: model.vision.numHiddenLayers, text: model.text.numHiddenLayers };
  const [last, most, where] = lora[tower]?.lastBlocks
    ? [lora[tower].lastBlocks, blocks[tower], `lora.${tower}.lastBlocks`]
    : [lora.lastBlocks ?? 0, Math.max(blocks.image, blocks.text), "lora.lastBlocks"];
  if (last <= most) return;
  throw new UserError(
    `${where} is ${last}, but the towers have ${blocks.image} (image) and ${blocks.text} (text) blocks; leave it out to adapt them all.`,
  );
}

function isAmongLast(path: string, last: number | undefined, model: ClipConfig): boolean {
  const index = /\.layers\.(\d+)\./.exec(path)?.[1];
  if (last === undefined || index === undefined) return true;
  const { numHiddenLayers } = towerOf(path) === "image" ? model.vision : model.text;
  return Number(index) >= numHiddenLayers - last;
}
