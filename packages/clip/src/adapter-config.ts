import { UserError } from "@cliptune/engine";
import type { LoraConfig } from "./lora-config.js";

type Json = Readonly<Record<string, unknown>>;

/** Settings that say how an adapter was made, or matter to Python only: read past without a word. */
const ignored = new Set(
  `alora_invocation_string auto_mapping base_model_name_or_path corda_config ensure_weight_tying
  eva_config fan_in_fan_out inference_mode loftq_config lora_ga_config megatron_config megatron_core
  peft_version qalora_group_size revision runtime_config task_type velora_config`.split(/\s+/),
);

const understood = new Set(
  `alpha_pattern exclude_modules init_lora_weights layers_pattern layers_to_transform lora_alpha
  bias lora_dropout modules_to_save peft_type r rank_pattern target_modules use_dora use_rslora`.split(
    /\s+/,
  ),
);

/** Settings that change what the adapter computes and are not implemented: anything but "off" is an error. */
const unsupported = new Set(
  `alora_invocation_tokens arrow_config kasa_config layer_replication lora_bias
  monteclora_config target_parameters trainable_token_indices use_bdlora use_qalora`.split(/\s+/),
);

function isOff(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "none") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Starts that also change the base weights; the adapter means nothing without those. */
const changesBase = /^(pissa|olora|corda|loftq|lora_ga)/;

function checkSupported(where: string, json: Json): void {
  const type = json["peft_type"];
  if (type !== "LORA") {
    throw new UserError(
      `${where}: peft_type is ${JSON.stringify(type)}; only "LORA" is supported.`,
    );
  }
  for (const key of unsupported) {
    if (!isOff(json[key])) {
      throw new UserError(
        `${where}: ${key} is ${JSON.stringify(json[key])}, which is not supported; train the adapter without it.`,
      );
    }
  }
  const init = json["init_lora_weights"];
  if (init === "pissa" && json["use_dora"] !== true) return;
  if (typeof init === "string" && changesBase.test(init)) {
    throw new UserError(
      `${where}: init_lora_weights is "${init}", which changes the base weights; convert the adapter to plain LoRA in PEFT when saving it.`,
    );
  }
}

function readNumber(where: string, json: Json, key: string, fallback: number): number {
  const value = json[key] ?? fallback;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new UserError(`${where}: ${key} is ${JSON.stringify(value)}; it must be a number.`);
}

const isList = (value: unknown, type: string): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === type);

function readNames(where: string, json: Json, key: string): readonly string[] | string {
  const value = json[key];
  if (typeof value === "string" || isList(value, "string")) return value as string[] | string;
  throw new UserError(
    `${where}: ${key} is ${JSON.stringify(value)}; it must be a list of module names or a pattern.`,
  );
}

function readPatterns(where: string, json: Json, key: string): Readonly<Record<string, number>> {
  const value = json[key] ?? {};
  const good =
    typeof value === "object" && !Array.isArray(value) && isList(Object.values(value), "number");
  if (good) return value as Record<string, number>;
  throw new UserError(`${where}: ${key} must map module patterns to numbers.`);
}

function readLayers(where: string, json: Json): Pick<LoraConfig, "layers" | "layersPattern"> {
  const { layers_to_transform: layers, layers_pattern: pattern } = json;
  if (layers === null || layers === undefined) return {};
  const numbers = [layers].flat();
  if (!isList(numbers, "number")) {
    throw new UserError(`${where}: layers_to_transform must be a number or a list of numbers.`);
  }
  const names = [pattern ?? []].flat();
  return {
    layers: numbers as number[],
    ...(names.length > 0 && { layersPattern: names.map(String) }),
  };
}

function readBias(where: string, json: Json): Pick<LoraConfig, "bias"> {
  const { bias } = json;
  if (isOff(bias)) return {};
  if (bias === "all" || bias === "lora_only") return { bias };
  throw new UserError(
    `${where}: bias is ${JSON.stringify(bias)}; it must be "none", "all" or "lora_only".`,
  );
}

export interface ParsedAdapterConfig {
  readonly config: LoraConfig;
  /** Keys that this version does not know; PEFT warns of them and goes on, and so do we. */
  readonly unknownKeys: readonly string[];
  /** Whether it is for a base without its largest singular directions, as PiSSA trains it. */
  readonly isPissa: boolean;
}

/**
 * Reads a parsed `adapter_config.json` of PEFT.
 *
 * @param where names the file in errors
 * @throws UserError for another method than LoRA, or a setting that changes the result and is not supported
 */
export function parseAdapterConfig(json: unknown, where: string): ParsedAdapterConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new UserError(`${where}: must hold a JSON object.`);
  }
  const fields = json as Json;
  checkSupported(where, fields);
  const known = (key: string) => ignored.has(key) || understood.has(key) || unsupported.has(key);
  const exclude = fields["exclude_modules"];
  const config: LoraConfig = {
    rank: readNumber(where, fields, "r", 8),
    alpha: readNumber(where, fields, "lora_alpha", 8),
    dropout: readNumber(where, fields, "lora_dropout", 0),
    targets: readNames(where, fields, "target_modules"),
    rankPattern: readPatterns(where, fields, "rank_pattern"),
    alphaPattern: readPatterns(where, fields, "alpha_pattern"),
    useRslora: fields["use_rslora"] === true,
    ...(!isOff(exclude) && { exclude: readNames(where, fields, "exclude_modules") }),
    ...readLayers(where, fields),
    ...readBias(where, fields),
    ...(!isOff(fields["modules_to_save"]) && {
      modulesToSave: [readNames(where, fields, "modules_to_save")].flat(),
    }),
    ...(fields["use_dora"] === true && { useDora: true }),
  };
  return {
    config,
    unknownKeys: Object.keys(fields).filter((key) => !known(key)),
    isPissa: fields["init_lora_weights"] === "pissa",
  };
}

/** The `adapter_config.json` that PEFT reads, with its keys in order. */
export function adapterConfigJson(lora: LoraConfig, baseModel: string | null): Json {
  return {
    alpha_pattern: lora.alphaPattern ?? {},
    auto_mapping: {
      base_model_class: "CLIPModel",
      parent_library: "transformers.models.clip.modeling_clip",
    },
    base_model_name_or_path: baseModel,
    bias: lora.bias ?? "none",
    exclude_modules: lora.exclude ?? null,
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layer_replication: null,
    layers_pattern: lora.layersPattern ?? null,
    layers_to_transform: lora.layers ?? null,
    loftq_config: {},
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    megatron_config: null,
    megatron_core: "megatron.core",
    modules_to_save: lora.modulesToSave?.length ? lora.modulesToSave : null,
    peft_type: "LORA",
    r: lora.rank,
    rank_pattern: lora.rankPattern ?? {},
    revision: null,
    target_modules: lora.targets,
    task_type: null,
    use_dora: lora.useDora ?? false,
    use_rslora: lora.useRslora ?? false,
  };
}
