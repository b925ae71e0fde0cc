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
  type NdArray,
  type ProgramValues,
  type State,
  UserError,
} from "@cliptune/engine";
import type * as tf from "@tensorflow/tfjs-core";
import { initMoments } from "./adamw.js";
import type { TrainConfig } from "./config.js";
import { lossNeeds, lossTerms } from "./loss-config.js";

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
  const bias = lossNeeds(lossTerms(config.loss)).bias ? { logit_bias: scalar(0) } : {};
  if (config.mode === "full") {
    const trained = { ...model.weights, ...bias };
    const state = engine.state({ ...trained, ...initMoments(trained) });
    return { model, mode: "full", state, names: Object.keys(trained) };
  }
  const loraConfig = loraConfigOf(config);
  const params = initLora(model.config, loraConfig, config.seed);
  if (Object.keys(params).length === 0) {
    throw new UserError(`lora.targets ${JSON.stringify(config.lora.targets)} match no module.`);
  }
  const trained = { ...params, ...bias };
  return {
    model,
    mode: "lora",
    constants: engine.constants(model.weights),
    state: engine.state({ ...trained, ...initMoments(trained) }),
    names: Object.keys(trained),
    lora: { config: loraConfig, scales: adapterScales(model.config, loraConfig) },
  };
}

const scalar = (value: number): NdArray => ({
  dtype: "float32",
  shape: [],
  data: Float32Array.of(value),
});

/** The model as it was before training, with nothing to train. */
export function frozenBase(engine: Engine, { model, mode, constants }: Trainable): Trainable {
  return {
    model,
    mode,
    constants: constants ?? engine.constants(model.weights),
    state: engine.state({}),
    names: [],
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
  if (!trainable.lora) return { config, params: { ...constants, ...trained }, ...how };
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

/** Trained, but no part of an adapter or a model: of use in training only. */
const isExtra = (name: string): boolean => name === "logit_bias";

/** The trained parameters, read back from the engine. */
export const readParams = (trainable: Trainable): Promise<Arrays> =>
  trainable.state.read(trainable.names.filter((name) => !isExtra(name)));

/** All else that a resumed run needs: the optimizer's moments, and what an adapter has no place for. */
export const readMoments = (trainable: Trainable): Promise<Arrays> =>
  trainable.state.read(
    Object.keys(trainable.state.specs).filter((n) => n.startsWith("optimizer.") || isExtra(n)),
  );

/** The adapter as it is saved. */
export const adapterOf = ({ lora }: Trainable, weights: Arrays): Adapter => ({
  config: lora!.config,
  weights,
});
