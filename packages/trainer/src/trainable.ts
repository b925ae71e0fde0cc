import {
  type Adapter,
  adapterScales,
  type ClipModel,
  initLora,
  type LoraConfig,
  type Network,
} from "@cliptune/clip";
import {
  type Arrays,
  type Constants,
  type Engine,
  type ProgramValues,
  type State,
  UserError,
} from "@cliptune/engine";
import type * as tf from "@tensorflow/tfjs-core";
import { initMoments } from "./adamw.js";
import type { TrainConfig } from "./config.js";

/** A model on an engine, split into what is frozen and what is trained. */
export interface Trainable {
  readonly model: ClipModel;
  readonly mode: TrainConfig["mode"];
  /** Undefined in full mode, where every weight is in the state. */
  readonly constants?: Constants;
  /** Trained parameters under their own names, and the optimizer's moments. */
  readonly state: State;
  /** Names of the trained parameters. */
  readonly names: readonly string[];
  readonly lora?: { readonly config: LoraConfig; readonly scales: Record<string, number> };
}

export interface NetworkOptions {
  readonly strength?: tf.Scalar;
  readonly dropoutSeed?: tf.Scalar;
  /** `[B, K]` indices of the patches to see; all of them unless given. */
  readonly keptPatches?: tf.Tensor2D;
  /** See `Network`. */
  readonly recompute?: boolean;
  /** Replace the state's parameters, to differentiate with respect to them. */
  readonly trained?: Readonly<Record<string, tf.Tensor>>;
}

export function loraConfigOf(config: TrainConfig): LoraConfig {
  const { strength: _, ...lora } = config.lora;
  return lora;
}

export function createTrainable(engine: Engine, model: ClipModel, config: TrainConfig): Trainable {
  if (config.mode === "full") {
    const state = engine.state({ ...model.weights, ...initMoments(model.weights) });
    return { model, mode: "full", state, names: Object.keys(model.weights) };
  }
  const loraConfig = loraConfigOf(config);
  const params = initLora(model.config, loraConfig, config.seed);
  if (Object.keys(params).length === 0) {
    throw new UserError(`lora.targets ${JSON.stringify(config.lora.targets)} match no module.`);
  }
  return {
    model,
    mode: "lora",
    constants: engine.constants(model.weights),
    state: engine.state({ ...params, ...initMoments(params) }),
    names: Object.keys(params),
    lora: { config: loraConfig, scales: adapterScales(model.config, loraConfig) },
  };
}

/** The towers' parameters inside a program. */
export function networkOf(
  trainable: Trainable,
  { constants, state }: Pick<ProgramValues, "constants" | "state">,
  { strength, dropoutSeed, keptPatches, recompute, trained = state }: NetworkOptions = {},
): Network {
  const { config } = trainable.model;
  const how = { ...(keptPatches && { keptPatches }), ...(recompute && { recompute }) };
  if (!trainable.lora) return { config, params: trained, ...how };
  const rate = trainable.lora.config.dropout;
  return {
    config,
    params: constants,
    ...how,
    lora: {
      params: trained,
      scales: trainable.lora.scales,
      ...(strength && { strength }),
      ...(dropoutSeed && rate > 0 && { dropout: { rate, seed: dropoutSeed } }),
    },
  };
}

/** The trained parameters, read back from the engine. */
export const readParams = (trainable: Trainable): Promise<Arrays> =>
  trainable.state.read(trainable.names);

export const readMoments = (trainable: Trainable): Promise<Arrays> =>
  trainable.state.read(
    Object.keys(trainable.state.specs).filter((n) => n.startsWith("optimizer.")),
  );

/** The adapter as it is saved. */
export const adapterOf = ({ lora }: Trainable, weights: Arrays): Adapter => ({
  config: lora!.config,
  weights,
});
